// The Apitrail forwarder: the part of the data source that Grafana's server runs. It knows nothing of APIs: it hands
// queries, live streams, resources and health checks to the companion, with the identity of who asks.
package main

import (
	"os"

	"github.com/grafana/grafana-plugin-sdk-go/backend/datasource"
	"github.com/grafana/grafana-plugin-sdk-go/backend/log"

	"github.com/apitrail/apitrail/pkg/plugin"
)

func main() {
	if err := datasource.Manage("apitrail-requests-datasource", plugin.NewDatasource, datasource.ManageOpts{}); err != nil {
		log.DefaultLogger.Error("The forwarder stopped", "error", err.Error())
		os.Exit(1)
	}
}
