// Package plugin forwards what Grafana asks of the data source to the companion.
package plugin

import (
	"context"
	"fmt"
	"net/http"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/httpclient"
	"github.com/grafana/grafana-plugin-sdk-go/backend/instancemgmt"
)

var (
	_ backend.QueryDataHandler      = (*Datasource)(nil)
	_ backend.CheckHealthHandler    = (*Datasource)(nil)
	_ backend.CallResourceHandler   = (*Datasource)(nil)
	_ backend.StreamHandler         = (*Datasource)(nil)
	_ instancemgmt.InstanceDisposer = (*Datasource)(nil)
)

// Datasource is one configured data source: where its companion is and how to reach it.
type Datasource struct {
	settings settings
	client   *http.Client
	// streams has no timeout: a live stream goes on for as long as somebody watches.
	streams *http.Client
}

// NewDatasource reads the settings of a data source and makes its HTTP client, with the TLS, proxy and timeout settings
// that Grafana keeps for it. It fails only for settings that cannot be read; a wrong address shows in the health check.
func NewDatasource(ctx context.Context, instance backend.DataSourceInstanceSettings) (instancemgmt.Instance, error) {
	parsed, err := readSettings(instance)
	if err != nil {
		return nil, err
	}
	options, err := instance.HTTPClientOptions(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the HTTP settings of the data source: %w", err)
	}
	client, err := httpclient.New(options)
	if err != nil {
		return nil, fmt.Errorf("make the HTTP client of the data source: %w", err)
	}
	endless := options
	timeouts := httpclient.DefaultTimeoutOptions
	if options.Timeouts != nil {
		timeouts = *options.Timeouts
	}
	timeouts.Timeout = 0
	endless.Timeouts = &timeouts
	streams, err := httpclient.New(endless)
	if err != nil {
		return nil, fmt.Errorf("make the HTTP client of live streams: %w", err)
	}
	return &Datasource{settings: parsed, client: client, streams: streams}, nil
}

// Dispose closes idle connections when the settings of the data source change.
func (d *Datasource) Dispose() {
	d.client.CloseIdleConnections()
	d.streams.CloseIdleConnections()
}
