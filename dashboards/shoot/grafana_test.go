package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/internal/chromium"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

func TestTheDashboardsOfBothEditionsAreListedWithTheirLinks(t *testing.T) {
	f := newFake(t, "good", "json")
	f.login = "hush-hush"
	g, err := connect(t.Context(), f.URL, "admin", f.login)
	if err != nil {
		t.Fatal(err)
	}
	all, err := g.dashboards(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var uids []string
	for _, d := range all {
		uids = append(uids, d.UID)
		if english := strings.HasSuffix(d.UID, "-en"); english != (d.Edition == lang.English) {
			t.Errorf("%s is taken for the edition %s", d.UID, d.Edition)
		}
	}
	if want := []string{"tidemark-good", "tidemark-json", "tidemark-good-en", "tidemark-json-en"}; !slices.Equal(uids, want) {
		t.Errorf("listed %q, want %q", uids, want)
	}
	if all[1].Panels != 1 {
		t.Errorf("counted %d panels, want one beside the row", all[1].Panels)
	}
	if links := all[1].Links; !slices.Equal(links, []string{"tidemark-gone", "tidemark-good"}) {
		t.Errorf("the links of its JSON are %q", links)
	}
}

func TestLinksThatLeadNowhereAreTold(t *testing.T) {
	f := newFake(t, "good")
	g, err := connect(t.Context(), f.URL, "", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		address, reason string
		followed        bool
	}{
		{f.URL + "/d/tidemark-good/a-name?var-x=1#top", "", true},
		{f.URL + "/d/tidemark-gone", "there is no dashboard tidemark-gone", true},
		{f.URL + "/runbooks/there#top", "", true},
		{f.URL + "/runbooks/gone", "answers 404", true},
		{f.URL + "/d/tidemark-good?x=${x}", "a variable in it", true},
		{"http://127.0.0.1:1/graph", "connection refused", true},
		{"https://example.org/", "", false},
	} {
		reason, followed := g.deadLink(t.Context(), test.address)
		if followed != test.followed || (reason == "") != (test.reason == "") || !strings.Contains(reason, test.reason) {
			t.Errorf("%s: %q, followed %t", test.address, reason, followed)
		}
	}
}

func TestWhatKeepsItFromLookingIsSaidWithTheWayOut(t *testing.T) {
	closed := newFake(t, "good")
	closed.login = "hush-hush"
	empty := newFake(t)
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	program := []string{"CHROME=/bin/sh"} // is not started in any of these
	for _, test := range []struct {
		args, env []string
		want      string
	}{
		{[]string{"http://localhost"}, nil, `unexpected "http://localhost": everything is a flag`},
		{[]string{"--grafana", "localhost:3000"}, program, "write it as http://localhost:3000"},
		{[]string{"--grafana", "http://admin:hush-hush@localhost"}, program, "set GRAFANA_USER and GRAFANA_PASSWORD"},
		{[]string{"--grafana", "http://127.0.0.1:1"}, program, "no Grafana answers at http://127.0.0.1:1"},
		{[]string{"--grafana", other.URL}, program, "/api/health answers 404"},
		{[]string{"--grafana", closed.URL}, program, "/api/search to everybody (401): set GRAFANA_USER"},
		{[]string{"--grafana", closed.URL}, append(program, "GRAFANA_USER=admin"), "belong together"},
		{[]string{"--grafana", closed.URL}, append(program, "GRAFANA_USER=admin", "GRAFANA_PASSWORD=hush"), "refuses the login of admin"},
		{[]string{"--grafana", empty.URL}, program, "no dashboard with the tag tidemark-zh"},
		{[]string{"--grafana", newFake(t, "good").URL, "--only", "tidemark-x"}, program, `no dashboard of tidemark with the uid "tidemark-x"`},
		{[]string{"--grafana", empty.URL}, []string{"CHROME=/nowhere/chromium"}, "CHROME: "},
	} {
		env := func(key string) string {
			for _, pair := range test.env {
				if k, v, _ := strings.Cut(pair, "="); k == key {
					return v
				}
			}
			return ""
		}
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), append(test.args, "--out", t.TempDir()), env, &stdout, &stderr)
		if len(test.args) == 1 {
			code = run(t.Context(), test.args, env, &stdout, &stderr)
		}
		if code != 2 || !strings.Contains(stderr.String(), test.want) {
			t.Errorf("%q with %q: exit code %d, %s", test.args, test.env, code, &stderr)
		}
		if strings.Contains(stderr.String(), "hush") {
			t.Errorf("%q: a secret was written: %s", test.args, &stderr)
		}
	}
}

func TestWithoutChromiumItSaysHowToInstallOne(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := chromium.Find(func(string) string { return "" }); err == nil || !strings.Contains(err.Error(), "apt-get install chromium") {
		t.Errorf("the error is %v", err)
	}
}
