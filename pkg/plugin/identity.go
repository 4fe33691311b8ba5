package plugin

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

const identityHeader = "X-Apitrail-Identity"

// Kinds of callers. Grafana presents the scheduler of alerts and the visitors of public dashboards as Admin, so what they
// may do comes from the companion's configuration and never from that role.
const (
	kindUser      = "user"
	kindService   = "service"
	kindAlert     = "alert"
	kindPublic    = "public"
	kindAnonymous = "anonymous"
)

// identity says who asks.
type identity struct {
	Kind    string `json:"kind"`
	Subject string `json:"subject,omitempty"`
	Role    string `json:"role,omitempty"`
	OrgID   int64  `json:"orgId"`
	// Trail is what a caller says of itself; a viewer can forge it, so it is for the access trail and never for rights.
	Trail map[string]string `json:"trail,omitempty"`
}

var trailHeaders = map[string]string{
	"fromAlert":    "FromAlert",
	"ruleUid":      "X-Rule-Uid",
	"dashboardUid": "X-Dashboard-Uid",
	"panelId":      "X-Panel-Id",
}

func (i identity) header() string {
	encoded, err := json.Marshal(i)
	if err != nil {
		return "{}"
	}
	return asciiOnly(string(encoded))
}

// identify reads who asks: the token that Grafana's server sets (a forged one is replaced by Grafana) before the plugin
// context, and the lesser of the two roles.
func identify(pluginContext backend.PluginContext, header func(string) string) identity {
	who := identity{OrgID: pluginContext.OrgID, Kind: kindAnonymous, Role: "Viewer", Trail: trail(header)}
	login, role := "", ""
	if pluginContext.User != nil {
		login, role = pluginContext.User.Login, pluginContext.User.Role
	}
	claims, hasToken := readClaims(header("X-Grafana-Id"))
	switch {
	case login == "service":
		who.Kind, who.Role = kindPublic, ""
	case !hasToken && login == "grafana_scheduler":
		who.Kind, who.Role = kindAlert, ""
	case hasToken && claims.Type == "anonymous":
		who.Role = lesserRole(role, claims.Role)
	case hasToken:
		who.Kind, who.Subject, who.Role = kindUser, claims.Subject, lesserRole(role, claims.Role)
		if claims.Type == "service-account" {
			who.Kind = kindService
		}
	case login != "":
		who.Kind, who.Subject, who.Role = kindUser, "login:"+login, lesserRole(role, role)
	}
	return who
}

func trail(header func(string) string) map[string]string {
	found := map[string]string{}
	for name, source := range trailHeaders {
		if value := header(source); value != "" && len(value) <= 200 {
			found[name] = value
		}
	}
	if len(found) == 0 {
		return nil
	}
	return found
}

type claims struct {
	Subject string `json:"sub"`
	Type    string `json:"type"`
	Role    string `json:"role"`
}

func readClaims(token string) (claims, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claims{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return claims{}, false
	}
	var read claims
	if err := json.Unmarshal(payload, &read); err != nil || read.Subject == "" {
		return claims{}, false
	}
	if read.Type == "" {
		read.Type, _, _ = strings.Cut(read.Subject, ":")
	}
	return read, true
}

var roleRank = map[string]int{"Viewer": 1, "Editor": 2, "Admin": 3}

func lesserRole(a, b string) string {
	if b == "" {
		b = a
	}
	if roleRank[a] == 0 || roleRank[b] == 0 {
		return "Viewer"
	}
	if roleRank[a] <= roleRank[b] {
		return a
	}
	return b
}

// asciiOnly escapes what an HTTP header cannot carry; JSON reads it back as it was.
func asciiOnly(text string) string {
	var out strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		if unit < 0x80 {
			out.WriteByte(byte(unit))
		} else {
			fmt.Fprintf(&out, "\\u%04x", unit)
		}
	}
	return out.String()
}
