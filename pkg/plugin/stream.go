package plugin

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
)

const (
	firstReconnect = 500 * time.Millisecond
	lastReconnect  = 30 * time.Second
	// silence is how long the companion may say nothing; it beats every ten seconds.
	silence = 35 * time.Second
)

// SubscribeStream lets in who the channel was made for, with the query it was made for.
func (d *Datasource) SubscribeStream(_ context.Context, req *backend.SubscribeStreamRequest) (*backend.SubscribeStreamResponse, error) {
	who := identify(req.PluginContext, req.GetHTTPHeader)
	path, err := livePath(who, req.Data)
	switch {
	case err != nil:
		return &backend.SubscribeStreamResponse{Status: backend.SubscribeStreamStatusNotFound}, nil
	case path != req.Path:
		return &backend.SubscribeStreamResponse{Status: backend.SubscribeStreamStatusPermissionDenied}, nil
	default:
		return &backend.SubscribeStreamResponse{Status: backend.SubscribeStreamStatusOK}, nil
	}
}

// PublishStream refuses: what is live comes from the companion alone.
func (d *Datasource) PublishStream(context.Context, *backend.PublishStreamRequest) (*backend.PublishStreamResponse, error) {
	return &backend.PublishStreamResponse{Status: backend.PublishStreamStatusPermissionDenied}, nil
}

// RunStream hands on what the companion sends for as long as somebody watches, and connects again when it breaks off.
func (d *Datasource) RunStream(ctx context.Context, req *backend.RunStreamRequest, sender *backend.StreamSender) error {
	who := identify(req.PluginContext, req.GetHTTPHeader)
	path, err := livePath(who, req.Data)
	if err != nil {
		return err
	}
	if path != req.Path {
		return errors.New("the live stream was made for somebody else, or for another query")
	}
	send := func(frame *data.Frame) error { return sender.SendFrame(frame, data.IncludeAll) }
	wait := firstReconnect
	for {
		heard, err := d.follow(ctx, who, req.Data, send)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if heard {
			wait = firstReconnect
		}
		if notice := send(interruption(err)); notice != nil {
			return notice
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		wait = min(2*wait, lastReconnect)
	}
}

// interruption is an empty frame that says why nothing comes for a while.
func interruption(err error) *data.Frame {
	frame := data.NewFrame("")
	frame.Meta = &data.FrameMeta{Notices: []data.Notice{{
		Severity: data.NoticeSeverityWarning,
		Text:     validUTF8("The live stream was interrupted, and is tried again: " + sentence(err.Error())),
	}}}
	return frame
}

// liveMessage is a line of the companion's live stream.
type liveMessage struct {
	Type    string            `json:"type"`
	Frames  []json.RawMessage `json:"frames"`
	Code    string            `json:"code"`
	Message string            `json:"message"`
}

// follow hands on one connection's frames. Its error says why it ended; heard is whether anything came.
func (d *Datasource) follow(ctx context.Context, who identity, query []byte, send func(*data.Frame) error) (heard bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// It counts while the stream is opened, too: the client of streams has no timeout of its own.
	quiet := time.AfterFunc(silence, cancel)
	defer quiet.Stop()
	response, err := d.openStream(ctx, who, query)
	if err != nil {
		return false, err
	}
	defer func() { _ = response.Body.Close() }()
	lines := bufio.NewReaderSize(response.Body, 64<<10)
	for {
		line, err := readLine(lines, d.settings.maxResponseBytes)
		if err != nil {
			return heard, fmt.Errorf("the companion went away: %w", err)
		}
		quiet.Reset(silence)
		var message liveMessage
		if err := json.Unmarshal(line, &message); err != nil {
			return heard, errors.New("the companion's live stream is not JSON: is the URL that of its query listener?")
		}
		heard = true
		if message.Type == "end" {
			return heard, fmt.Errorf("%s [%s]", message.Message, message.Code)
		}
		for _, encoded := range message.Frames {
			frame, err := decodeFrame(encoded)
			if err != nil {
				return heard, err
			}
			if err := send(frame); err != nil {
				return heard, err
			}
		}
	}
}

func (d *Datasource) openStream(ctx context.Context, who identity, query []byte) (*http.Response, error) {
	address, err := d.settings.endpoint("/api/live")
	if err != nil {
		return nil, err
	}
	address += "?" + url.Values{"query": {string(query)}}.Encode()
	request, err := d.newRequest(ctx, http.MethodGet, address, nil, who)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/x-ndjson")
	response, err := d.streams.Do(request)
	if err != nil {
		return nil, explainTransport(err, d.settings.baseURL.Redacted())
	}
	if response.StatusCode != http.StatusOK {
		defer func() { _ = response.Body.Close() }()
		body, _ := io.ReadAll(io.LimitReader(response.Body, 64<<10))
		return nil, errors.New(answer{status: response.StatusCode, body: body}.refusal())
	}
	return response, nil
}

// readLine reads a line of at most so many bytes.
func readLine(lines *bufio.Reader, most int64) ([]byte, error) {
	var line []byte
	for {
		part, err := lines.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return line, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case int64(len(line)) > most:
			return nil, fmt.Errorf("a message of the live stream is larger than %d MB", most>>20)
		}
	}
}

// decodeFrame turns panics of the SDK's decoder into errors.
func decodeFrame(encoded []byte) (frame *data.Frame, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			frame, err = nil, fmt.Errorf("the frame decoder failed: %v", cause)
		}
	}()
	frame = &data.Frame{}
	if err := frame.UnmarshalJSON(encoded); err != nil {
		return nil, fmt.Errorf("the companion sent a frame that Grafana cannot read: %w", err)
	}
	return frame, nil
}
