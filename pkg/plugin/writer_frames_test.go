package plugin

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// What contract/write-frame.ts writes must reach the browser as it was written: through the SDK's decoder, over Arrow as
// the plugin sends it to Grafana, and out again as the JSON that Grafana sends on.
func TestWrittenFramesReachTheBrowser(t *testing.T) {
	files, err := filepath.Glob("../../tests/data/frames/writer-*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no frames of the writer: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var written struct {
				Results map[string]struct {
					Frames []any `json:"frames"`
				} `json:"results"`
			}
			if err := json.Unmarshal(body, &written); err != nil {
				t.Fatal(err)
			}
			decoded, err := decode(body)
			if err != nil {
				t.Fatal(err)
			}
			frames := throughArrow(t, decoded["A"].Frames)
			for i, frame := range frames {
				want := withoutDefaults(written.Results["A"].Frames[i])
				if got := withoutDefaults(asBrowser(t, frame)); !reflect.DeepEqual(got, want) {
					t.Errorf("frame %d\nwritten  %s\narrived  %s", i, text(want), text(got))
				}
			}
		})
	}
}

func throughArrow(t *testing.T, frames data.Frames) data.Frames {
	t.Helper()
	encoded, err := frames.MarshalArrow()
	if err != nil {
		t.Fatal(err)
	}
	arrived, err := data.UnmarshalArrowFrames(encoded)
	if err != nil {
		t.Fatal(err)
	}
	return arrived
}

func asBrowser(t *testing.T, frame *data.Frame) any {
	t.Helper()
	encoded, err := data.FrameToJSON(frame, data.IncludeAll)
	if err != nil {
		t.Fatal(err)
	}
	var read any
	if err := json.Unmarshal(encoded, &read); err != nil {
		t.Fatalf("the browser cannot read %s: %v", encoded, err)
	}
	return read
}

// withoutDefaults takes away what the SDK adds when a frame does not say it.
func withoutDefaults(frame any) any {
	schema := frame.(map[string]any)["schema"].(map[string]any)
	if meta, ok := schema["meta"].(map[string]any); ok {
		if version, ok := meta["typeVersion"].([]any); ok && version[0] == 0.0 && version[1] == 0.0 {
			delete(meta, "typeVersion")
		}
		if len(meta) == 0 {
			delete(schema, "meta")
		}
	}
	return frame
}

func text(value any) string {
	encoded, _ := json.Marshal(value)
	return string(encoded)
}
