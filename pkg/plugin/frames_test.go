package plugin

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// The frames the companion's writer makes, one file per query type and format, decoded by the SDK that Grafana uses.
func TestGoldenFramesDecode(t *testing.T) {
	files, err := filepath.Glob("../../tests/data/frames/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden frames: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var shape struct {
				Results map[string]struct {
					Error  string            `json:"error"`
					Frames []json.RawMessage `json:"frames"`
				} `json:"results"`
			}
			if err := json.Unmarshal(body, &shape); err != nil {
				t.Fatal(err)
			}
			decoded, err := decode(body)
			if err != nil {
				t.Fatal(err)
			}
			for refID, want := range shape.Results {
				got := decoded[refID]
				if (got.Error != nil) != (want.Error != "") || len(got.Frames) != len(want.Frames) {
					t.Errorf("%s: error %v, %d frames where the file has %d", refID, got.Error, len(got.Frames), len(want.Frames))
				}
				assertMarshals(t, got)
			}
		})
	}
}

func assertMarshals(t *testing.T, response backend.DataResponse) {
	t.Helper()
	if response.Error != nil {
		return
	}
	if _, err := response.Frames.MarshalArrow(); err != nil {
		t.Errorf("the frames do not survive the way to Grafana: %v", err)
	}
}
