package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

type companionHealth struct {
	Status  string `json:"status"`
	Version string `json:"version"`
	Engine  struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"engine"`
	Datasets []struct {
		Name   string   `json:"name"`
		Rows   *float64 `json:"rows"`
		Newest *float64 `json:"newest"`
	} `json:"datasets"`
	Problems []struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"problems"`
}

// CheckHealth says whether the companion answers, what it is, what it holds, what is wrong and how to mend it.
func (d *Datasource) CheckHealth(ctx context.Context, req *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	who := identify(req.PluginContext, req.GetHTTPHeader)
	answered, err := d.ask(ctx, call{method: http.MethodGet, path: "/api/health", identity: who})
	if err != nil {
		return unhealthy(err.Error()), nil
	}
	if answered.status != http.StatusOK {
		return unhealthy(answered.refusal()), nil
	}
	var health companionHealth
	if err := json.Unmarshal(answered.body, &health); err != nil || health.Version == "" {
		return unhealthy("The address answers, but not as an Apitrail companion: the URL must be that of its query listener (8585 by default)."), nil
	}
	details, err := json.Marshal(map[string]any{"verboseMessage": describeProblems(health), "companion": json.RawMessage(answered.body)})
	if err != nil {
		return nil, err
	}
	return &backend.CheckHealthResult{Status: backend.HealthStatusOk, Message: validUTF8(describe(health)), JSONDetails: details}, nil
}

func unhealthy(message string) *backend.CheckHealthResult {
	return &backend.CheckHealthResult{Status: backend.HealthStatusError, Message: validUTF8(sentence(message))}
}

func describe(health companionHealth) string {
	parts := []string{fmt.Sprintf("Connected to Apitrail %s with %s %s.", health.Version, health.Engine.Name, health.Engine.Version)}
	for _, dataset := range health.Datasets {
		rows := "an unknown number of"
		if dataset.Rows != nil {
			rows = fmt.Sprintf("%.0f", *dataset.Rows)
		}
		text := fmt.Sprintf("Dataset %s: %s rows", dataset.Name, rows)
		if dataset.Newest != nil {
			text += ", newest " + time.UnixMilli(int64(*dataset.Newest)).UTC().Format(time.RFC3339)
		}
		parts = append(parts, text+".")
	}
	if problems := describeProblems(health); problems != "" {
		parts = append(parts, problems)
	}
	return strings.Join(parts, " ")
}

func describeProblems(health companionHealth) string {
	texts := make([]string, 0, len(health.Problems))
	for _, problem := range health.Problems {
		texts = append(texts, fmt.Sprintf("%s [%s]", problem.Message, problem.Code))
	}
	return strings.Join(texts, " ")
}
