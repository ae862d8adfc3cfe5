package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/internal/lang"
)

// grafana is the HTTP API of the Grafana that is looked at.
type grafana struct {
	base    *url.URL
	version string
	client  *http.Client
	user    string // "" if everybody may view
	secret  string // the password
	session []*http.Cookie
	checked map[string]string // a link, and why it leads nowhere; "" is a good one
}

// dashboard is one that Grafana has.
type dashboard struct {
	UID     string
	Edition lang.Language
	Links   []string // uids of dashboards that its JSON links to
	Panels  int      // of its JSON, without those of collapsed rows
}

// connect checks that a Grafana answers at the address, and logs in if there is a
// user. No error contains the password.
func connect(ctx context.Context, address, user, password string) (*grafana, error) {
	base, err := url.Parse(address)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, errors.New("--grafana: not an address of a Grafana: write it as http://localhost:3000")
	}
	if base.User != nil {
		return nil, errors.New("--grafana: the address has a password in it, which others can see: set GRAFANA_USER and GRAFANA_PASSWORD")
	}
	if (user == "") != (password == "") {
		return nil, errors.New("GRAFANA_USER and GRAFANA_PASSWORD belong together: set both or none")
	}
	if base.Path == "" {
		base.Path = "/"
	}
	g := &grafana{base: base, user: user, secret: password, client: &http.Client{Timeout: 30 * time.Second}, checked: map[string]string{}}
	var health struct{ Version string }
	if err := g.get(ctx, "api/health", nil, &health); err != nil {
		return nil, fmt.Errorf("no Grafana answers at %s: %w: start one with docker compose up --detach --wait, or name another with --grafana", base, err)
	}
	g.version = health.Version
	if user == "" {
		return g, nil
	}
	return g, g.login(ctx)
}

// login begins a session for the browser. The API is asked with the password
// instead: Grafana renews the cookie of a session every ten minutes, and only the
// browser would notice.
func (g *grafana) login(ctx context.Context) error {
	body, err := json.Marshal(map[string]string{"user": g.user, "password": g.secret})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.base.JoinPath("login").String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := g.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("grafana refuses the login of %s (%s): check GRAFANA_USER and GRAFANA_PASSWORD; .env has the password of docker compose", g.user, res.Status)
	}
	g.session = res.Cookies()
	return nil
}

// linked finds the uids of dashboards in the addresses of a dashboard's JSON. One
// that a variable fills in is known only on the page.
var linked = regexp.MustCompile(`"(?:https?://[^/"]*)?/d/([A-Za-z0-9_-]+)(?:[/?#"])`)

// dashboards lists tidemark's dashboards of both editions, with those they link to.
func (g *grafana) dashboards(ctx context.Context) (all []dashboard, err error) {
	for _, edition := range []lang.Language{lang.Chinese, lang.English} {
		tag := "tidemark-" + string(edition)
		var found []struct{ UID string }
		if err := g.get(ctx, "api/search", url.Values{"type": {"dash-db"}, "tag": {tag}, "limit": {"5000"}}, &found); err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("grafana shows no dashboard with the tag %s: provision the folder dashboards/%s as deploy/grafana does, and set GRAFANA_USER and GRAFANA_PASSWORD if it wants a login", tag, edition)
		}
		for _, f := range found {
			var model json.RawMessage
			if err := g.get(ctx, "api/dashboards/uid/"+url.PathEscape(f.UID), nil, &model); err != nil {
				return nil, err
			}
			all = append(all, dashboard{f.UID, edition, linksIn(model), panelsIn(model)})
		}
	}
	return all, nil
}

// linksIn lists the uids of dashboards that a dashboard's JSON names, each once.
func linksIn(model []byte) (uids []string) {
	for _, m := range linked.FindAllSubmatch(model, -1) {
		uids = append(uids, string(m[1]))
	}
	slices.Sort(uids)
	return slices.Compact(uids)
}

// panelsIn counts the panels of a dashboard's JSON. Those of a collapsed row are
// within the row and not shown.
func panelsIn(model []byte) (n int) {
	var d struct {
		Dashboard struct{ Panels []struct{ Type string } }
	}
	if json.Unmarshal(model, &d) != nil {
		return 0 // a schema of its own: the page says what it has
	}
	for _, p := range d.Dashboard.Panels {
		if p.Type != "row" {
			n++
		}
	}
	return n
}

// get reads an answer of the API.
func (g *grafana) get(ctx context.Context, path string, query url.Values, into any) error {
	u := g.base.JoinPath(path)
	u.RawQuery = query.Encode()
	status, body, err := g.fetch(ctx, u.String())
	switch {
	case err != nil:
		return err
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fmt.Errorf("grafana does not show %s to everybody (%d): set GRAFANA_USER and GRAFANA_PASSWORD", u.Path, status)
	case status != http.StatusOK:
		return fmt.Errorf("%s answers %d", u.Path, status)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%s does not answer as Grafana does: %w", u.Path, err)
	}
	return nil
}

func (g *grafana) fetch(ctx context.Context, address string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, nil, err
	}
	if g.user != "" && req.URL.Host == g.base.Host {
		req.SetBasicAuth(g.user, g.secret)
	}
	res, err := g.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<20))
	return res.StatusCode, body, err
}

// deadLink says why an address on a page leads nowhere; "" if it leads somewhere.
// followed is false for another host, which is not asked.
func (g *grafana) deadLink(ctx context.Context, address string) (reason string, followed bool) {
	u, err := url.Parse(address)
	if err != nil {
		return "it is not an address", true
	}
	if strings.Contains(address, "${") || strings.Contains(address, "$__") || strings.Contains(address, "$%7B") {
		return "a variable in it was not filled in", true
	}
	if u.Hostname() != g.base.Hostname() {
		return "", false
	}
	if u.Host == g.base.Host {
		path := strings.TrimPrefix(u.Path, strings.TrimSuffix(g.base.Path, "/"))
		if uid, ok := strings.CutPrefix(path, "/d/"); ok {
			uid, _, _ = strings.Cut(uid, "/")
			return g.deadDashboard(ctx, uid), true
		}
	}
	u.Fragment = ""
	return g.dead(ctx, u.String()), true
}

// deadDashboard says why a dashboard cannot be opened. Grafana answers every path
// with its page, so only the API knows.
func (g *grafana) deadDashboard(ctx context.Context, uid string) string {
	if reason := g.dead(ctx, g.base.JoinPath("api/dashboards/uid", uid).String()); reason != "" {
		return "there is no dashboard " + uid + ": " + reason
	}
	return ""
}

// dead asks an address once.
func (g *grafana) dead(ctx context.Context, address string) string {
	if reason, ok := g.checked[address]; ok {
		return reason
	}
	reason := ""
	if status, _, err := g.fetch(ctx, address); err != nil {
		reason = err.Error()
	} else if status >= 400 {
		reason = fmt.Sprintf("Grafana or its host answers %d", status)
	}
	g.checked[address] = reason
	return reason
}
