package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
)

// fakeGrafana answers as a Grafana with dashboards of tidemark. The page of the
// dashboard tidemark-FAULT has that fault, that of tidemark-good none; -en at the
// end is the English edition.
type fakeGrafana struct {
	*httptest.Server
	faults []string // of its dashboards
	login  string   // the password it wants, if any

	mu    sync.Mutex
	pages map[string]chan struct{} // closed when late queries of a page may be answered
}

func newFake(t *testing.T, faults ...string) *fakeGrafana {
	f := &fakeGrafana{faults: faults, pages: map[string]chan struct{}{}}
	html, err := os.ReadFile("testdata/grafana.html")
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/health", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"version":"12.2.0"}`) })
	mux.HandleFunc("POST /login", f.logIn)
	mux.HandleFunc("GET /api/search", f.guard(f.search))
	mux.HandleFunc("GET /api/dashboards/uid/{uid}", f.guard(func(w http.ResponseWriter, r *http.Request) {
		switch uid := r.PathValue("uid"); {
		case strings.Contains(uid, "gone"):
			http.NotFound(w, r)
		case strings.Contains(uid, "json"):
			fmt.Fprint(w, `{"dashboard":{"panels":[{"type":"row"},{"type":"stat"}],"links":[{"url":"/d/tidemark-gone?x=1"},{"url":"/d/tidemark-good"},{"url":"/d/${uid}"}]}}`)
		default:
			fmt.Fprint(w, `{"dashboard":{}}`)
		}
	}))
	mux.HandleFunc("GET /d/{uid}", f.guard(func(w http.ResponseWriter, r *http.Request) {
		fault, edition := strings.TrimPrefix(r.PathValue("uid"), "tidemark-"), "zh"
		if without, ok := strings.CutSuffix(fault, "-en"); ok {
			fault, edition = without, "en"
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, strings.NewReplacer("{{fault}}", fault, "{{edition}}", edition).Replace(string(html)))
	}))
	mux.HandleFunc("GET /api/ds/query", f.query)
	mux.HandleFunc("GET /api/late", func(_ http.ResponseWriter, r *http.Request) { close(f.late(r.FormValue("page"))) })
	mux.HandleFunc("GET /runbooks/there", func(http.ResponseWriter, *http.Request) {})
	f.Server = httptest.NewServer(mux)
	t.Cleanup(f.Close)
	return f
}

const session = "a-session"

func (f *fakeGrafana) logIn(w http.ResponseWriter, r *http.Request) {
	var sent struct{ User, Password string }
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil || sent.Password != f.login {
		http.Error(w, "invalid username or password", http.StatusUnauthorized)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: "grafana_session", Value: session, Path: "/", HttpOnly: true})
}

// guard asks for the cookie of a login, if there is a password.
func (f *fakeGrafana) guard(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie("grafana_session")
		_, password, _ := r.BasicAuth()
		if f.login != "" && password != f.login && (err != nil || c.Value != session) {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		next(w, r)
	}
}

func (f *fakeGrafana) search(w http.ResponseWriter, r *http.Request) {
	found := []map[string]string{}
	for _, fault := range f.faults {
		uid := "tidemark-" + fault
		if r.FormValue("tag") == "tidemark-en" {
			uid += "-en"
		}
		found = append(found, map[string]string{"uid": uid})
	}
	if err := json.NewEncoder(w).Encode(found); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// query answers for a panel. The first is late on every page, and stuck or in error
// with that fault.
func (f *fakeGrafana) query(w http.ResponseWriter, r *http.Request) {
	first, fault := r.FormValue("panel") == "0", r.FormValue("fault")
	if first {
		waitFor := f.late(r.FormValue("page"))
		if fault == "stuck" {
			waitFor = nil
		}
		select {
		case <-waitFor:
		case <-r.Context().Done():
			return
		}
	}
	fmt.Fprintf(w, `{"error":%t}`, first && fault == "error")
}

func (f *fakeGrafana) late(page string) chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.pages[page] == nil {
		f.pages[page] = make(chan struct{})
	}
	return f.pages[page]
}
