package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

const (
	liveQuery  = `{"queryType":"requests","limit":5}`
	liveFrames = `{"type":"frames","frames":[{"schema":{"fields":[{"name":"n","type":"number","typeInfo":{"frame":"float64","nullable":true}}]},"data":{"values":[[1,2]]}}]}` + "\n"
	heartbeat  = `{"type":"heartbeat","time":1}` + "\n"
)

func caller(login, role string) backend.PluginContext {
	return backend.PluginContext{OrgID: 1, User: &backend.User{Login: login, Role: role}}
}

// packets keeps what a stream sent to Grafana.
type packets struct {
	sync.Mutex
	sent []string
	more chan struct{}
}

func (p *packets) Send(packet *backend.StreamPacket) error {
	p.Lock()
	p.sent = append(p.sent, string(packet.Data))
	p.Unlock()
	p.more <- struct{}{}
	return nil
}

func pathFor(t *testing.T, who backend.PluginContext, query string) string {
	t.Helper()
	var body struct{ Path string }
	sender := backend.CallResourceResponseSenderFunc(func(response *backend.CallResourceResponse) error {
		if response.Status != http.StatusOK {
			t.Fatalf("refused: %s", response.Body)
		}
		return json.Unmarshal(response.Body, &body)
	})
	d := newDatasource(t, "http://127.0.0.1:1", `{}`)
	req := &backend.CallResourceRequest{PluginContext: who, Path: "live", Method: http.MethodPost, Body: []byte(query)}
	if err := d.CallResource(context.Background(), req, sender); err != nil {
		t.Fatal(err)
	}
	return body.Path
}

// run starts a stream and gives what it sends until stop is called, and what it ended with.
func run(t *testing.T, url, query string) (*packets, func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	sent := &packets{more: make(chan struct{}, 100)}
	ended := make(chan error, 1)
	who := caller("ann", "Editor")
	go func() {
		req := &backend.RunStreamRequest{PluginContext: who, Path: pathFor(t, who, query), Data: []byte(query)}
		ended <- newDatasource(t, url, `{"timeout":1}`).RunStream(ctx, req, backend.NewStreamSender(sent))
	}()
	return sent, func() error {
		cancel()
		return <-ended
	}
}

func TestSubscribingIsForWhomTheChannelWasMade(t *testing.T) {
	path := pathFor(t, caller("ann", "Editor"), liveQuery)
	if len(path) > 100 || strings.Contains(path, "ann") {
		t.Errorf("the path %s is too long or tells too much", path)
	}
	cases := []struct {
		name, path, query string
		who               backend.PluginContext
		want              backend.SubscribeStreamStatus
	}{
		{"the same", path, ` {"limit":5, "queryType":"requests"}`, caller("ann", "Editor"), backend.SubscribeStreamStatusOK},
		{"another role", path, liveQuery, caller("ann", "Viewer"), backend.SubscribeStreamStatusPermissionDenied},
		{"somebody else", path, liveQuery, caller("bob", "Editor"), backend.SubscribeStreamStatusPermissionDenied},
		{"another query", path, `{"queryType":"requests"}`, caller("ann", "Editor"), backend.SubscribeStreamStatusPermissionDenied},
		{"another path", "live/a/b", liveQuery, caller("ann", "Editor"), backend.SubscribeStreamStatusPermissionDenied},
		{"no query", path, ``, caller("ann", "Editor"), backend.SubscribeStreamStatusNotFound},
		{"a large query", path, `{"search":"` + strings.Repeat("x", 10_000) + `"}`, caller("ann", "Editor"), backend.SubscribeStreamStatusNotFound},
	}
	d := newDatasource(t, "http://127.0.0.1:1", `{}`)
	for _, c := range cases {
		got, err := d.SubscribeStream(context.Background(), &backend.SubscribeStreamRequest{PluginContext: c.who, Path: c.path, Data: []byte(c.query)})
		if err != nil || got.Status != c.want {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
	}
}

func TestPublishingIsRefused(t *testing.T) {
	got, err := newDatasource(t, "http://127.0.0.1:1", `{}`).PublishStream(context.Background(), &backend.PublishStreamRequest{})
	if err != nil || got.Status != backend.PublishStreamStatusPermissionDenied {
		t.Errorf("%v, %v", got, err)
	}
}

func TestFramesAreHandedOnPastTheTimeoutOfQueries(t *testing.T) {
	c := startCompanion(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, heartbeat)
		w.(http.Flusher).Flush()
		time.Sleep(1500 * time.Millisecond)
		_, _ = io.WriteString(w, liveFrames)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	sent, stop := run(t, c.URL, liveQuery)
	<-sent.more
	if err := stop(); !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	if !strings.Contains(sent.sent[0], `"values":[[1,2]]`) || !strings.Contains(sent.sent[0], `"schema"`) {
		t.Errorf("sent %s", sent.sent[0])
	}
	if c.paths[0] != "GET /api/live?query=%7B%22queryType%22%3A%22requests%22%2C%22limit%22%3A5%7D" {
		t.Errorf("asked %s", c.paths[0])
	}
	if c.headers[0].Get("Authorization") != "Bearer apl_query_x" || !strings.Contains(c.headers[0].Get(identityHeader), "login:ann") {
		t.Errorf("sent %v", c.headers[0])
	}
}

func TestBrokenStreamIsOpenedAgain(t *testing.T) {
	answers := []func(http.ResponseWriter, *http.Request){
		answerWith(200, liveFrames),
		answerWith(200, heartbeat+`{"type":"end","code":"APITRAIL_STOPPING","message":"The companion is stopping."}`+"\n"),
		answerWith(503, `{"error":{"code":"APITRAIL_BUSY","message":"20 live streams are open already."}}`),
		answerWith(200, "garbage\n"),
		answerWith(200, `{"type":"frames","frames":[{"data":{"values":[[1]]}}]}`+"\n"),
	}
	next := 0
	c := startCompanion(t, func(w http.ResponseWriter, r *http.Request) {
		answer := answers[min(next, len(answers)-1)]
		next++
		answer(w, r)
	})
	sent, stop := run(t, c.URL, liveQuery)
	for range 6 {
		<-sent.more
	}
	_ = stop()
	want := []string{`"values":[[1,2]]`, "went away", "APITRAIL_STOPPING", "APITRAIL_BUSY", "not JSON", "cannot read"}
	for index, part := range want {
		if !strings.Contains(sent.sent[index], part) {
			t.Errorf("%d: %s should have %s", index, sent.sent[index], part)
		}
	}
}

func TestStreamOfSomebodyElseIsNotRun(t *testing.T) {
	req := &backend.RunStreamRequest{PluginContext: caller("bob", "Viewer"), Path: pathFor(t, caller("ann", "Admin"), liveQuery), Data: []byte(liveQuery)}
	err := newDatasource(t, "http://127.0.0.1:1", `{}`).RunStream(context.Background(), req, backend.NewStreamSender(&packets{more: make(chan struct{}, 9)}))
	if err == nil || !strings.Contains(err.Error(), "somebody else") {
		t.Errorf("ended with %v", err)
	}
}
