//go:build ignore

// Writes the hashes of the Go sources to dist/datasource/go_plugin_build_manifest, with which Grafana's plugin validator
// tells whether the binaries were built from the sources it is shown.
package main

import (
	"log"
	"os"

	"github.com/grafana/grafana-plugin-sdk-go/build/utils"
)

func main() {
	manifest, err := utils.GenerateManifest()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("dist/datasource/go_plugin_build_manifest", []byte(manifest), 0o644); err != nil {
		log.Fatal(err)
	}
}
