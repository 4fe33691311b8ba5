package plugin

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
)

const (
	liveChannel = "live"
	// maxLiveQueryBytes keeps the address under what the companion takes of headers.
	maxLiveQueryBytes = 8 << 10
)

var (
	errNoLiveQuery  = errors.New("a live stream needs the query as a JSON object")
	errLiveTooLarge = errors.New("the query is too large for a live stream: shorten its filters")
)

// livePath is the path of the channel of a query for one who asks. Grafana runs a channel once for all who subscribe, as the
// first of them: so both are in the path, and everyone who subscribes is checked against it. Grafana bounds the length of
// paths, so they are there as digests, and the query itself goes along beside.
func livePath(who identity, query []byte) (string, error) {
	canonical, err := canonicalQuery(query)
	if err != nil {
		return "", err
	}
	return strings.Join([]string{liveChannel, identityDigest(who), digest(canonical)}, "/"), nil
}

// canonicalQuery is the same for the same query, however it is written.
func canonicalQuery(query []byte) ([]byte, error) {
	var fields map[string]any
	decoder := json.NewDecoder(bytes.NewReader(query))
	decoder.UseNumber()
	if err := decoder.Decode(&fields); err != nil || fields == nil {
		return nil, errNoLiveQuery
	}
	canonical, err := json.Marshal(fields)
	if err != nil {
		return nil, errNoLiveQuery
	}
	if len(canonical) > maxLiveQueryBytes {
		return nil, errLiveTooLarge
	}
	return canonical, nil
}

// identityDigest stands for who asks, without what one says of oneself.
func identityDigest(who identity) string {
	who.Trail = nil
	encoded, err := json.Marshal(who)
	if err != nil {
		return ""
	}
	return digest(encoded)
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:16])
}
