package plugin

import (
	"context"
	"encoding/json"
	"net/http"
	"path"
	"regexp"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// resources are the only paths of the companion that a browser may reach through Grafana, with their methods.
var resources = map[string][]string{
	"sql-schema": {http.MethodGet},
	"keys":       {http.MethodGet},
	"datasets":   {http.MethodGet},
	"values":     {http.MethodGet, http.MethodPost},
	"cohorts":    {http.MethodGet},
	"export":     {http.MethodPost},
}

// cohortResource is a saved cohort, its members, or the push of them. Who may change one the companion decides, from who asks.
var cohortResource = regexp.MustCompile(`^cohorts/[a-z0-9][a-z0-9._-]{0,63}(/members|/push)?$`)

// methodsOf says which methods a resource takes; none where there is no such resource.
func methodsOf(name string) []string {
	found := cohortResource.FindStringSubmatch(name)
	switch {
	case found == nil:
		return resources[name]
	case found[1] == "/members":
		return []string{http.MethodGet}
	case found[1] == "/push":
		return []string{http.MethodPost}
	default:
		return []string{http.MethodGet, http.MethodPut, http.MethodDelete}
	}
}

// CallResource hands a named resource to the companion. Any other path or method is refused here: a path with `..` would
// otherwise reach the companion's whole interface with the key of the data source.
func (d *Datasource) CallResource(ctx context.Context, req *backend.CallResourceRequest, sender backend.CallResourceResponseSender) error {
	name := strings.TrimPrefix(path.Clean("/"+req.Path), "/")
	if name == liveChannel {
		return callLive(req, sender)
	}
	methods := methodsOf(name)
	if len(methods) == 0 {
		return refuse(sender, http.StatusNotFound, "There is no resource "+name+".")
	}
	if !contains(methods, req.Method) {
		return refuse(sender, http.StatusMethodNotAllowed, "The resource "+name+" does not take "+req.Method+".")
	}
	target := "/api/resources/" + name
	answered, err := d.askResource(ctx, req, target)
	if err != nil {
		return refuse(sender, http.StatusBadGateway, sentence(err.Error()))
	}
	if answered.status != http.StatusOK && answered.status != http.StatusCreated {
		return refuse(sender, outwardStatus(answered.status), answered.refusal())
	}
	return sender.Send(&backend.CallResourceResponse{
		Status:  answered.status,
		Headers: map[string][]string{"Content-Type": {exportedType(answered.contentType)}},
		Body:    answered.body,
	})
}

// exportedType is the content type of what was exported, and JSON of everything else: nothing that a browser would run.
func exportedType(contentType string) string {
	for _, known := range []string{"text/csv", "application/vnd.apache.parquet"} {
		if strings.HasPrefix(contentType, known) {
			return contentType
		}
	}
	return "application/json"
}

// callLive says which channel a query's live stream is for who asks: its body is the query.
func callLive(req *backend.CallResourceRequest, sender backend.CallResourceResponseSender) error {
	if req.Method != http.MethodPost {
		return refuse(sender, http.StatusMethodNotAllowed, "The resource live does not take "+req.Method+".")
	}
	channel, err := livePath(identify(req.PluginContext, req.GetHTTPHeader), req.Body)
	if err != nil {
		return refuse(sender, http.StatusBadRequest, sentence(err.Error())+".")
	}
	body, err := json.Marshal(map[string]string{"path": channel})
	if err != nil {
		return err
	}
	return sender.Send(&backend.CallResourceResponse{
		Status:  http.StatusOK,
		Headers: map[string][]string{"Content-Type": {"application/json"}},
		Body:    body,
	})
}

func (d *Datasource) askResource(ctx context.Context, req *backend.CallResourceRequest, target string) (answer, error) {
	c := call{method: req.Method, path: target, identity: identify(req.PluginContext, req.GetHTTPHeader)}
	if req.Method == http.MethodPost || req.Method == http.MethodPut {
		c.body = req.Body
	}
	if at := strings.IndexByte(req.URL, '?'); at >= 0 {
		c.query = req.URL[at+1:]
	}
	return d.ask(ctx, c)
}

func refuse(sender backend.CallResourceResponseSender, status int, message string) error {
	body, err := json.Marshal(map[string]any{"message": validUTF8(message)})
	if err != nil {
		return err
	}
	return sender.Send(&backend.CallResourceResponse{
		Status:  status,
		Headers: map[string][]string{"Content-Type": {"application/json"}},
		Body:    body,
	})
}

func contains(list []string, item string) bool {
	for _, candidate := range list {
		if candidate == item {
			return true
		}
	}
	return false
}
