package plugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

const (
	defaultMaxResponseMB = 64
	maxResponseMB        = 512
)

type settings struct {
	baseURL *url.URL
	apiKey  string
	// maxResponseBytes bounds the size of one answer of the companion.
	maxResponseBytes int64
}

var errNoURL = errors.New("the data source has no URL: set it to where the companion's query listener is, such as http://127.0.0.1:8585")

func readSettings(instance backend.DataSourceInstanceSettings) (settings, error) {
	var data struct {
		MaxResponseMB int64 `json:"maxResponseMB"`
	}
	if len(instance.JSONData) > 0 {
		if err := json.Unmarshal(instance.JSONData, &data); err != nil {
			return settings{}, fmt.Errorf("read jsonData of the data source: %w", err)
		}
	}
	limit := data.MaxResponseMB
	if limit <= 0 {
		limit = defaultMaxResponseMB
	}
	parsed := settings{
		apiKey:           strings.TrimSpace(instance.DecryptedSecureJSONData["apiKey"]),
		maxResponseBytes: min(limit, maxResponseMB) << 20,
	}
	if strings.TrimSpace(instance.URL) == "" {
		return parsed, nil
	}
	base, err := url.Parse(strings.TrimSpace(instance.URL))
	if err != nil || (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" {
		return settings{}, fmt.Errorf("the URL of the data source must be http://host:port or https://host:port, not %q", instance.URL)
	}
	base.Path = strings.TrimRight(base.Path, "/")
	base.RawQuery, base.Fragment, base.User = "", "", nil
	parsed.baseURL = base
	return parsed, nil
}

// endpoint is the address of a path of the companion. The path must be clean.
func (s settings) endpoint(path string) (string, error) {
	if s.baseURL == nil {
		return "", errNoURL
	}
	target := *s.baseURL
	target.Path += path
	return target.String(), nil
}
