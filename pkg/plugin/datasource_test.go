package plugin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

const goodResult = `{"status":200,"frames":[{"schema":{"fields":[{"name":"n","type":"number","typeInfo":{"frame":"float64","nullable":true}}]},"data":{"values":[[1,2]]}}]}`

// companion is a server in the companion's place that keeps what it was asked.
type companion struct {
	*httptest.Server
	paths   []string
	headers []http.Header
	bodies  []string
}

func startCompanion(t *testing.T, answer func(w http.ResponseWriter, r *http.Request)) *companion {
	t.Helper()
	c := &companion{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c.paths = append(c.paths, r.Method+" "+r.RequestURI)
		c.headers = append(c.headers, r.Header.Clone())
		c.bodies = append(c.bodies, string(body))
		answer(w, r)
	}))
	t.Cleanup(c.Close)
	return c
}

func answerWith(status int, body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func newDatasource(t *testing.T, url string, jsonData string) *Datasource {
	t.Helper()
	instance, err := NewDatasource(context.Background(), backend.DataSourceInstanceSettings{
		URL:                     url,
		JSONData:                []byte(jsonData),
		DecryptedSecureJSONData: map[string]string{"apiKey": "apl_query_x"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return instance.(*Datasource)
}

func queryFor(refIDs ...string) *backend.QueryDataRequest {
	req := &backend.QueryDataRequest{}
	for _, refID := range refIDs {
		req.Queries = append(req.Queries, backend.DataQuery{
			RefID:         refID,
			Interval:      time.Minute,
			MaxDataPoints: 500,
			TimeRange:     backend.TimeRange{From: time.UnixMilli(1000), To: time.UnixMilli(2000)},
			JSON:          []byte(`{"queryType":"traffic","metrics":["requests"]}`),
		})
	}
	return req
}

func runQuery(t *testing.T, d *Datasource, req *backend.QueryDataRequest) backend.Responses {
	t.Helper()
	response, err := d.QueryData(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	return response.Responses
}

func TestQuerySendsRangeResolutionAndKey(t *testing.T) {
	c := startCompanion(t, answerWith(200, `{"results":{"A":`+goodResult+`}}`))
	results := runQuery(t, newDatasource(t, c.URL+"/", `{}`), queryFor("A"))
	if results["A"].Error != nil || results["A"].Frames[0].Fields[0].Len() != 2 {
		t.Fatalf("unexpected answer: %+v", results["A"])
	}
	if c.paths[0] != "POST /api/ds/query" {
		t.Errorf("asked %s", c.paths[0])
	}
	if c.headers[0].Get("Authorization") != "Bearer apl_query_x" {
		t.Error("the key was not sent")
	}
	var sent struct {
		From, To int64
		Queries  []map[string]any
	}
	if err := json.Unmarshal([]byte(c.bodies[0]), &sent); err != nil {
		t.Fatal(err)
	}
	if sent.From != 1000 || sent.To != 2000 || sent.Queries[0]["refId"] != "A" || sent.Queries[0]["intervalMs"] != float64(60000) || sent.Queries[0]["maxDataPoints"] != float64(500) {
		t.Errorf("sent %s", c.bodies[0])
	}
}

func TestQueriesOfDifferentRangesAreAskedApart(t *testing.T) {
	c := startCompanion(t, answerWith(200, `{"results":{"A":`+goodResult+`,"B":`+goodResult+`}}`))
	req := queryFor("A", "B")
	req.Queries[1].TimeRange.To = time.UnixMilli(3000)
	runQuery(t, newDatasource(t, c.URL, `{}`), req)
	if len(c.paths) != 2 {
		t.Errorf("asked %d times", len(c.paths))
	}
}

func TestMissingRefIDIsAnError(t *testing.T) {
	c := startCompanion(t, answerWith(200, `{"results":{"A":`+goodResult+`}}`))
	results := runQuery(t, newDatasource(t, c.URL, `{}`), queryFor("A", "B"))
	if results["B"].Error == nil || results["A"].Error != nil {
		t.Fatalf("A: %v, B: %v", results["A"].Error, results["B"].Error)
	}
}

func TestBadFrameCostsOnlyItsOwnQuery(t *testing.T) {
	for name, bad := range map[string]string{
		"refused":  `{"status":200,"frames":[{"schema":{"fields":[{"name":"n","type":"number","typeInfo":{"frame":"int64"}}]},"data":{"values":[[1.5]]}}]}`,
		"panicked": `{"status":200,"frames":[{"schema":{"fields":[{"name":"n","type":"number","typeInfo":{"frame":"float64","nullable":true}}]},"data":{"entities":[{"NaN":[9]}],"values":[[1]]}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			c := startCompanion(t, answerWith(200, `{"results":{"A":`+goodResult+`,"B":`+bad+`}}`))
			results := runQuery(t, newDatasource(t, c.URL, `{}`), queryFor("A", "B"))
			if results["A"].Error != nil {
				t.Errorf("A failed too: %v", results["A"].Error)
			}
			if results["B"].Error == nil {
				t.Error("B did not fail")
			}
		})
	}
}

func TestErrorTextIsValidUTF8(t *testing.T) {
	c := startCompanion(t, answerWith(200, "{\"results\":{\"A\":{\"status\":400,\"error\":\"bad \xff byte\",\"errorSource\":\"downstream\"}}}"))
	results := runQuery(t, newDatasource(t, c.URL, `{}`), queryFor("A"))
	if err := results["A"].Error; err == nil || strings.Contains(err.Error(), "\xff") {
		t.Errorf("got %v", err)
	}
}

func TestRefusedKeyNeverComesAs401(t *testing.T) {
	for _, status := range []int{401, 403} {
		c := startCompanion(t, answerWith(status, `{}`))
		result := runQuery(t, newDatasource(t, c.URL, `{}`), queryFor("A"))["A"]
		if result.Status != 502 || !strings.Contains(result.Error.Error(), "scope") {
			t.Errorf("%d became %d: %v", status, result.Status, result.Error)
		}
	}
}

func TestRefusalKeepsTheCompanionsWords(t *testing.T) {
	c := startCompanion(t, answerWith(401, `{"error":{"code":"APITRAIL_UNAUTHENTICATED","message":"The key has ended."}}`))
	result := runQuery(t, newDatasource(t, c.URL, `{}`), queryFor("A"))["A"]
	if got := result.Error.Error(); !strings.Contains(got, "The key has ended. [APITRAIL_UNAUTHENTICATED]") {
		t.Error(got)
	}
}

func TestAnswerThatIsTooLargeIsRefused(t *testing.T) {
	c := startCompanion(t, answerWith(200, strings.Repeat(" ", 2<<20)))
	result := runQuery(t, newDatasource(t, c.URL, `{"maxResponseMB":1}`), queryFor("A"))["A"]
	if result.Error == nil || !strings.Contains(result.Error.Error(), "larger than 1 MB") {
		t.Errorf("got %v", result.Error)
	}
}

func TestStoppedCompanionIsNamed(t *testing.T) {
	c := startCompanion(t, answerWith(200, ""))
	c.Close()
	d := newDatasource(t, c.URL, `{}`)
	result := runQuery(t, d, queryFor("A"))["A"]
	if result.Error == nil || !strings.Contains(result.Error.Error(), "apitrail serve") {
		t.Errorf("query: %v", result.Error)
	}
	health, err := d.CheckHealth(context.Background(), &backend.CheckHealthRequest{})
	if err != nil || health.Status != backend.HealthStatusError || !strings.Contains(health.Message, "apitrail serve") {
		t.Errorf("health: %+v %v", health, err)
	}
}

func TestHealthDescribesTheCompanion(t *testing.T) {
	c := startCompanion(t, answerWith(200, `{"status":"degraded","version":"0.1.0","engine":{"name":"DuckDB","version":"1.5.6"},"datasets":[{"name":"requests","rows":12,"files":1,"oldest":0,"newest":86400000}],"problems":[{"code":"X","message":"Mend this."}]}`))
	health, err := newDatasource(t, c.URL, `{}`).CheckHealth(context.Background(), &backend.CheckHealthRequest{})
	if err != nil || health.Status != backend.HealthStatusOk {
		t.Fatalf("%+v %v", health, err)
	}
	for _, want := range []string{"Apitrail 0.1.0", "DuckDB 1.5.6", "12 rows", "1970-01-02T00:00:00Z", "Mend this. [X]"} {
		if !strings.Contains(health.Message, want) {
			t.Errorf("%q lacks %q", health.Message, want)
		}
	}
}

func TestHealthOfSomethingElseSaysSo(t *testing.T) {
	c := startCompanion(t, answerWith(200, `<html>`))
	health, _ := newDatasource(t, c.URL, `{}`).CheckHealth(context.Background(), &backend.CheckHealthRequest{})
	if health.Status != backend.HealthStatusError || !strings.Contains(health.Message, "8585") {
		t.Errorf("%+v", health)
	}
}

func TestHealthWithoutURL(t *testing.T) {
	health, _ := newDatasource(t, "", `{}`).CheckHealth(context.Background(), &backend.CheckHealthRequest{})
	if health.Status != backend.HealthStatusError || !strings.Contains(health.Message, "no URL") {
		t.Errorf("%+v", health)
	}
}

func TestSettingsRefuseWhatIsNoAddress(t *testing.T) {
	for _, url := range []string{"companion:8585", "ftp://x", "http://"} {
		if _, err := NewDatasource(context.Background(), backend.DataSourceInstanceSettings{URL: url}); err == nil {
			t.Errorf("%q was taken", url)
		}
	}
}

func callResource(t *testing.T, d *Datasource, method, path, url string) *backend.CallResourceResponse {
	t.Helper()
	var got *backend.CallResourceResponse
	err := d.CallResource(context.Background(), &backend.CallResourceRequest{Method: method, Path: path, URL: url, Body: []byte(`{}`)},
		backend.CallResourceResponseSenderFunc(func(r *backend.CallResourceResponse) error { got = r; return nil }))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestNamedResourcesAreForwarded(t *testing.T) {
	c := startCompanion(t, answerWith(200, `[]`))
	d := newDatasource(t, c.URL, `{}`)
	if got := callResource(t, d, "GET", "keys", "keys?dataset=requests"); got.Status != 200 || string(got.Body) != "[]" {
		t.Errorf("%+v", got)
	}
	if c.paths[0] != "GET /api/resources/keys?dataset=requests" {
		t.Errorf("asked %s", c.paths[0])
	}
	if got := callResource(t, d, "GET", "sql-schema", "sql-schema?dataset=gateway"); got.Status != 200 {
		t.Errorf("%+v", got)
	}
	if c.paths[1] != "GET /api/resources/sql-schema?dataset=gateway" {
		t.Errorf("asked %s", c.paths[1])
	}
}

func TestCohortsAndExportsAreForwarded(t *testing.T) {
	c := startCompanion(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/members") {
			w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		} else {
			w.Header().Set("Content-Type", "text/html")
		}
		if r.Method == http.MethodPut {
			w.WriteHeader(http.StatusCreated)
		}
		_, _ = w.Write([]byte(`[]`))
	})
	d := newDatasource(t, c.URL, `{}`)
	cases := []struct {
		method, path string
		status       int
		contentType  string
	}{
		{"GET", "cohorts", 200, "application/json"},
		{"GET", "cohorts/dropped-at-payment", 200, "application/json"},
		{"PUT", "cohorts/dropped-at-payment", 201, "application/json"},
		{"DELETE", "cohorts/dropped-at-payment", 200, "application/json"},
		{"GET", "cohorts/dropped-at-payment/members", 200, "text/csv; charset=utf-8"},
		{"POST", "cohorts/dropped-at-payment/push", 200, "application/json"},
		{"POST", "export", 200, "application/json"},
	}
	for i, want := range cases {
		got := callResource(t, d, want.method, want.path, want.path)
		if got.Status != want.status || got.Headers["Content-Type"][0] != want.contentType {
			t.Errorf("%s %s: %d %v", want.method, want.path, got.Status, got.Headers)
		}
		if asked := want.method + " /api/resources/" + want.path; len(c.paths) != i+1 || c.paths[i] != asked {
			t.Errorf("asked %v, not %s", c.paths, asked)
		}
	}
	for path, method := range map[string]string{"cohorts": "POST", "cohorts/a/push": "GET", "cohorts/a/members": "DELETE", "export": "GET"} {
		if got := callResource(t, d, method, path, path); got.Status != 405 {
			t.Errorf("%s %s: %d", method, path, got.Status)
		}
	}
	for _, path := range []string{"cohorts/A", "cohorts/a/b", "cohorts/a/members/b", "cohorts/.a", "cohorts/a%2fb"} {
		if got := callResource(t, d, "GET", path, path); got.Status != 404 {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
}

func TestOtherPathsAndMethodsAreRefused(t *testing.T) {
	c := startCompanion(t, answerWith(200, `secret`))
	d := newDatasource(t, c.URL, `{}`)
	for _, path := range []string{"../../api/health", "/../api/ds/query", "keys/../../health", "", "metrics", "keys/x", "..%2fhealth"} {
		if got := callResource(t, d, "GET", path, path); got.Status != 404 {
			t.Errorf("%q: %d", path, got.Status)
		}
	}
	if got := callResource(t, d, "DELETE", "keys", "keys"); got.Status != 405 {
		t.Errorf("DELETE: %d", got.Status)
	}
	if len(c.paths) != 0 {
		t.Errorf("the companion was asked: %v", c.paths)
	}
}

func TestResourceRefusalIsNot401(t *testing.T) {
	c := startCompanion(t, answerWith(401, `{}`))
	if got := callResource(t, newDatasource(t, c.URL, `{}`), "GET", "keys", "keys"); got.Status != 502 {
		t.Errorf("%d", got.Status)
	}
}

func token(payload string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
}

func TestIdentity(t *testing.T) {
	user := func(login, role string) backend.PluginContext {
		return backend.PluginContext{OrgID: 3, User: &backend.User{Login: login, Role: role}}
	}
	cases := map[string]struct {
		context backend.PluginContext
		headers map[string]string
		want    identity
	}{
		"a signed-in user":                              {user("ann", "Editor"), map[string]string{"X-Grafana-Id": token(`{"sub":"user:2","type":"user","role":"Editor"}`)}, identity{Kind: kindUser, Subject: "user:2", Role: "Editor", OrgID: 3}},
		"the lesser of two roles":                       {user("ann", "Admin"), map[string]string{"X-Grafana-Id": token(`{"sub":"user:2","type":"user","role":"Viewer"}`)}, identity{Kind: kindUser, Subject: "user:2", Role: "Viewer", OrgID: 3}},
		"a service account":                             {user("sa-1-sa", "Viewer"), map[string]string{"X-Grafana-Id": token(`{"sub":"service-account:7","role":"Viewer"}`)}, identity{Kind: kindService, Subject: "service-account:7", Role: "Viewer", OrgID: 3}},
		"the scheduler, which Grafana calls Admin":      {user("grafana_scheduler", "Admin"), map[string]string{"FromAlert": "true", "X-Rule-Uid": "r"}, identity{Kind: kindAlert, OrgID: 3, Trail: map[string]string{"fromAlert": "true", "ruleUid": "r"}}},
		"a public dashboard, which Grafana calls Admin": {user("service", "Admin"), map[string]string{"X-Grafana-Id": token(`{"sub":"user:2","type":"user","role":"Admin"}`)}, identity{Kind: kindPublic, OrgID: 3}},
		"an anonymous visitor":                          {user("", "Viewer"), map[string]string{"X-Grafana-Id": token(`{"sub":"anonymous:0","type":"anonymous","role":"Viewer"}`)}, identity{Kind: kindAnonymous, Role: "Viewer", OrgID: 3}},
		"a forged alert header":                         {user("eve", "Viewer"), map[string]string{"FromAlert": "true", "X-Grafana-Id": token(`{"sub":"user:9","type":"user","role":"Viewer"}`)}, identity{Kind: kindUser, Subject: "user:9", Role: "Viewer", OrgID: 3, Trail: map[string]string{"fromAlert": "true"}}},
		"nobody":                                        {backend.PluginContext{}, nil, identity{Kind: kindAnonymous, Role: "Viewer"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := identify(tc.context, func(h string) string { return tc.headers[h] })
			if got.header() != tc.want.header() {
				t.Errorf("got %s, want %s", got.header(), tc.want.header())
			}
		})
	}
}

func TestIdentityHeaderIsASCII(t *testing.T) {
	header := identity{Kind: kindUser, Subject: "ünï-😀"}.header()
	for _, char := range header {
		if char >= 0x80 {
			t.Fatalf("%q", header)
		}
	}
	var back identity
	if err := json.Unmarshal([]byte(header), &back); err != nil || back.Subject != "ünï-😀" {
		t.Errorf("%v %+v", err, back)
	}
}
