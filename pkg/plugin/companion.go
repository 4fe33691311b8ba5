package plugin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// answer is what the companion said.
type answer struct {
	status      int
	body        []byte
	contentType string
}

type call struct {
	method, path string
	// query is the raw query string, without the question mark.
	query    string
	body     []byte
	identity identity
}

// ask makes one call to the companion. Its error is for a person: what is wrong and how to mend it.
func (d *Datasource) ask(ctx context.Context, c call) (answer, error) {
	address, err := d.settings.endpoint(c.path)
	if err != nil {
		return answer{}, err
	}
	if c.query != "" {
		address += "?" + c.query
	}
	request, err := d.newRequest(ctx, c.method, address, c.body, c.identity)
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Accept", "application/json")
	response, err := d.client.Do(request)
	if err != nil {
		return answer{}, explainTransport(err, d.settings.baseURL.Redacted())
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, d.settings.maxResponseBytes+1))
	if err != nil {
		return answer{}, explainTransport(err, d.settings.baseURL.Redacted())
	}
	if int64(len(body)) > d.settings.maxResponseBytes {
		return answer{}, fmt.Errorf("the companion's answer is larger than %d MB: ask for fewer rows or columns, or raise maxResponseMB of the data source", d.settings.maxResponseBytes>>20)
	}
	return answer{status: response.StatusCode, body: body, contentType: response.Header.Get("Content-Type")}, nil
}

// newRequest carries the key of the data source and who asks.
func (d *Datasource) newRequest(ctx context.Context, method, address string, body []byte, who identity) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if len(body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
	if d.settings.apiKey != "" {
		request.Header.Set("Authorization", "Bearer "+d.settings.apiKey)
	}
	request.Header.Set(identityHeader, who.header())
	return request, nil
}

func explainTransport(err error, base string) error {
	var timeout net.Error
	var dns *net.DNSError
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("nothing listens at %s: start the companion with `apitrail serve`, or correct the URL of the data source", base)
	case errors.As(err, &dns):
		return fmt.Errorf("the host of %s cannot be found: correct the URL of the data source", base)
	case errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &timeout) && timeout.Timeout()):
		return fmt.Errorf("the companion at %s did not answer in time: narrow the query or raise the timeout of the data source", base)
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return fmt.Errorf("%s speaks plain HTTP: change https to http in the URL of the data source, or put TLS in front of the companion", base)
	case strings.Contains(err.Error(), "certificate") || strings.Contains(err.Error(), "tls:"):
		return fmt.Errorf("the TLS connection to %s failed (%w): check the CA, the server name and the client certificate of the data source", base, err)
	default:
		return fmt.Errorf("the companion at %s cannot be reached: %w", base, err)
	}
}

// refusal explains an answer that is not 200: the companion's own words, and what to do about the key.
func (a answer) refusal() string {
	var body struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	said := ""
	if json.Unmarshal(a.body, &body) == nil && body.Error.Message != "" {
		said = body.Error.Message
		if body.Error.Code != "" {
			said += " [" + body.Error.Code + "]"
		}
	}
	switch {
	case a.status == http.StatusUnauthorized:
		if said != "" {
			return join("The companion refused the key of the data source.", said)
		}
		return "The companion refused the key of the data source: make one with `apitrail keys add --scope query` and enter it in the data source."
	case a.status == http.StatusForbidden:
		return join("The companion does not let this key or host do that: the key needs the scope query.", said)
	case a.status == http.StatusNotFound && said == "":
		return "The address answers, but not as an Apitrail companion: the URL must be that of its query listener (8585 by default)."
	case said != "":
		return said
	default:
		return fmt.Sprintf("The companion answered with status %d. Its log has more.", a.status)
	}
}

func join(parts ...string) string {
	kept := make([]string, 0, len(parts))
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, " ")
}

// sentence begins an error's text with a capital: Go's own style is for logs, these are read by people.
func sentence(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// validUTF8 keeps Grafana's gRPC from refusing a whole answer for one broken byte.
func validUTF8(text string) string {
	return strings.ToValidUTF8(text, "\uFFFD")
}

// outwardStatus never lets 401 or 403 through: the browser would take them for its own session and log the user out.
func outwardStatus(status int) int {
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return http.StatusBadGateway
	case status >= 500:
		return http.StatusBadGateway
	default:
		return status
	}
}

func failed(status int, source backend.ErrorSource, message string) backend.DataResponse {
	return backend.DataResponse{
		Status:      backend.Status(status),
		Error:       errors.New(validUTF8(message)),
		ErrorSource: source,
	}
}
