package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAHealthCheckEndsAsThePageAnswers(t *testing.T) {
	release := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/ready", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ready\nand more\n")) })
	mux.HandleFunc("/loading", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "not ready: loading", http.StatusServiceUnavailable)
	})
	mux.Handle("/elsewhere", http.RedirectHandler("/ready", http.StatusFound))
	mux.HandleFunc("/slow", func(http.ResponseWriter, *http.Request) { <-release })
	server := httptest.NewServer(mux)
	defer server.Close()
	defer close(release)
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1") // must not be used

	for page, want := range map[string]struct {
		code           int
		stdout, stderr string
	}{
		"/ready":     {exitDone, "ready\nand more\n", ""},
		"/loading":   {exitFailed, "", "tidemark: URL answers 503 Service Unavailable: not ready: loading\n"},
		"/elsewhere": {exitFailed, "", "tidemark: URL answers 302 Found: <a href=\"/ready\">Found</a>.\n"},
		"/slow":      {exitFailed, "", "tidemark: URL does not answer within 50ms\n"},
	} {
		t.Run(page, func(t *testing.T) {
			var out, errs bytes.Buffer
			timeout := "1m"
			if page == "/slow" {
				timeout = "50ms"
			}
			code := execute([]string{"health", "--timeout", timeout, server.URL + page}, strings.NewReader(""), &out, &errs)
			said := strings.ReplaceAll(errs.String(), server.URL+page, "URL")
			if code != want.code || out.String() != want.stdout || said != want.stderr {
				t.Errorf("it ends with %d and says %q, %q", code, &out, said)
			}
		})
	}
}
