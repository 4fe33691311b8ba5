package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

type queryRequest struct {
	From    int64             `json:"from"`
	To      int64             `json:"to"`
	Queries []json.RawMessage `json:"queries"`
}

// QueryData hands queries to the companion, one call per time range, and answers every refId.
func (d *Datasource) QueryData(ctx context.Context, req *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	response := backend.NewQueryDataResponse()
	who := identify(req.PluginContext, req.GetHTTPHeader)
	for _, group := range byTimeRange(req.Queries) {
		for refID, result := range d.queryGroup(ctx, group, who) {
			response.Responses[refID] = result
		}
	}
	return response, nil
}

func byTimeRange(queries []backend.DataQuery) [][]backend.DataQuery {
	var groups [][]backend.DataQuery
	index := map[[2]int64]int{}
	for _, query := range queries {
		key := [2]int64{query.TimeRange.From.UnixMilli(), query.TimeRange.To.UnixMilli()}
		at, known := index[key]
		if !known {
			at = len(groups)
			index[key] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], query)
	}
	return groups
}

func (d *Datasource) queryGroup(ctx context.Context, queries []backend.DataQuery, who identity) backend.Responses {
	results := backend.Responses{}
	request := queryRequest{
		From: queries[0].TimeRange.From.UnixMilli(),
		To:   queries[0].TimeRange.To.UnixMilli(),
	}
	var asked []string
	for _, query := range queries {
		encoded, err := encodeQuery(query)
		if err != nil {
			results[query.RefID] = failed(http.StatusBadRequest, backend.ErrorSourcePlugin, err.Error())
			continue
		}
		request.Queries = append(request.Queries, encoded)
		asked = append(asked, query.RefID)
	}
	if len(asked) == 0 {
		return results
	}
	fail := func(status int, source backend.ErrorSource, message string) backend.Responses {
		for _, refID := range asked {
			results[refID] = failed(status, source, message)
		}
		return results
	}

	body, err := json.Marshal(request)
	if err != nil {
		return fail(http.StatusBadRequest, backend.ErrorSourcePlugin, err.Error())
	}
	answered, err := d.ask(ctx, call{method: http.MethodPost, path: "/api/ds/query", body: body, identity: who})
	switch {
	case errors.Is(err, context.Canceled):
		return fail(499, backend.ErrorSourceDownstream, "The query was cancelled.")
	case err != nil:
		return fail(http.StatusBadGateway, backend.ErrorSourceDownstream, sentence(err.Error()))
	case answered.status != http.StatusOK && !hasResults(answered.body):
		return fail(outwardStatus(answered.status), backend.ErrorSourceDownstream, answered.refusal())
	}

	decoded := decodeResults(answered.body, asked)
	for _, refID := range asked {
		result, ok := decoded[refID]
		if !ok {
			// Grafana shows a refId that is missing from an answer as empty, without a word.
			result = failed(http.StatusBadGateway, backend.ErrorSourcePlugin, "The companion did not answer query "+refID+".")
		}
		if result.Error != nil {
			result.Error = errors.New(validUTF8(result.Error.Error()))
		}
		results[refID] = result
	}
	return results
}

// encodeQuery is the query as the panel sent it, with what Grafana's server decided: refId, resolution, type.
func encodeQuery(query backend.DataQuery) (json.RawMessage, error) {
	model := map[string]any{}
	if len(query.JSON) > 0 {
		if err := json.Unmarshal(query.JSON, &model); err != nil {
			return nil, fmt.Errorf("query %s is not a JSON object: %w", query.RefID, err)
		}
	}
	model["refId"] = query.RefID
	if query.Interval > 0 {
		model["intervalMs"] = query.Interval.Milliseconds()
	}
	if query.MaxDataPoints > 0 {
		model["maxDataPoints"] = query.MaxDataPoints
	}
	if kind, _ := model["queryType"].(string); kind == "" && query.QueryType != "" {
		model["queryType"] = query.QueryType
	}
	return json.Marshal(model)
}

func hasResults(body []byte) bool {
	var envelope struct {
		Results json.RawMessage `json:"results"`
	}
	return json.Unmarshal(body, &envelope) == nil && len(envelope.Results) > 0
}

// decodeResults reads the whole answer at once, which is the fast way. When that fails, it reads each refId on its own,
// so that one bad frame costs only the query it belongs to.
func decodeResults(body []byte, asked []string) backend.Responses {
	if whole, err := decode(body); err == nil {
		return whole
	}
	var envelope struct {
		Results map[string]json.RawMessage `json:"results"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		results := backend.Responses{}
		for _, refID := range asked {
			results[refID] = failed(http.StatusBadGateway, backend.ErrorSourcePlugin, "The companion's answer is not JSON: is the URL that of its query listener?")
		}
		return results
	}
	results := backend.Responses{}
	for refID, raw := range envelope.Results {
		single, err := json.Marshal(map[string]any{"results": map[string]json.RawMessage{refID: raw}})
		if err == nil {
			var one backend.Responses
			if one, err = decode(single); err == nil {
				results[refID] = one[refID]
				continue
			}
		}
		results[refID] = failed(http.StatusBadGateway, backend.ErrorSourcePlugin, fmt.Sprintf("The companion answered query %s with a frame that Grafana cannot read: %v", refID, err))
	}
	return results
}

// decode turns panics of the SDK's decoder into errors.
func decode(body []byte) (results backend.Responses, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			results, err = nil, fmt.Errorf("the frame decoder failed: %v", cause)
		}
	}()
	var response backend.QueryDataResponse
	// Called directly, because json.Unmarshal would scan the body twice.
	if err := response.UnmarshalJSON(body); err != nil {
		return nil, err
	}
	return response.Responses, nil
}
