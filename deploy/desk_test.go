package deploy_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/desk"
	"github.com/tidemark-stats/tidemark/exporter"
	"github.com/tidemark-stats/tidemark/ingest/worker"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

// From pasted cells to the receipt, with the passwords and permissions of the
// deployment and a worker on a real influxd.
func TestTheDeskSendsWithItsOwnUserAndShowsTheReceipt(t *testing.T) {
	s := newSite(t)
	figures, err := store.Open(store.Options(enginetest.SharedInflux(t)))
	must(t, err)
	t.Cleanup(figures.Close)
	_, err = figures.Setup(t.Context())
	must(t, err)
	quiet, cat := slog.New(slog.DiscardHandler), catalog.Ningbo()
	w, err := worker.New(worker.Config{Conn: s.connect("worker"), Store: figures, Catalog: cat, Logger: quiet, Registry: exporter.NewRegistry()})
	must(t, err)
	background(t, w.Run)

	person, err := desk.NewPerson(cat, "wang", "correct horse", []string{"port"}, false)
	must(t, err)
	file := filepath.Join(t.TempDir(), "people")
	must(t, os.WriteFile(file, []byte(person.Line()), 0o600))
	people, err := desk.OpenPeople(file, cat, quiet)
	must(t, err)
	d, err := desk.New(desk.Options{Conn: s.connect("desk"), Catalog: cat, People: people, Logger: quiet, Registry: exporter.NewRegistry(), Session: time.Hour, MaxUpload: 1 << 20})
	must(t, err)
	background(t, d.Run)
	page := httptest.NewServer(d.Handler())
	t.Cleanup(page.Close)
	jar, err := cookiejar.New(nil)
	must(t, err)
	client := &http.Client{Jar: jar}
	text := ""
	read := func(resp *http.Response, err error) {
		t.Helper()
		must(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		must(t, err)
		text = string(body)
	}
	hidden := func(name string) string {
		if m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(text); m != nil {
			return m[1]
		}
		return ""
	}
	await(t, "the desk is ready", func() bool {
		resp, err := client.Get(page.URL + "/-/ready")
		must(t, err)
		defer resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	read(client.PostForm(page.URL+"/sign-in", url.Values{"name": {"wang"}, "password": {"correct horse"}}))
	read(client.PostForm(page.URL+"/drafts", url.Values{"csrf": {hidden("csrf")},
		"cells": {"indicator\tarea\tmeasure\tperiod\tvalue\tunit\ncontainer_throughput\tNBZS\tlevel\t2024-05\t346\t万TEU\n"}}))
	send := regexp.MustCompile(`formaction="(/drafts/\w+/send)"`).FindStringSubmatch(text)
	if send == nil {
		t.Fatalf("nothing can be sent:\n%s", text)
	}
	read(client.PostForm(page.URL+send[1], url.Values{"csrf": {hidden("csrf")}, "seen": {hidden("seen")}}))
	receipt := strings.TrimSuffix(strings.Replace(send[1], "/drafts/", "/sent/", 1), "/send")
	await(t, "the receipt", func() bool {
		read(client.Get(page.URL + receipt))
		return strings.Contains(text, "/submissions/") && strings.Contains(text, "全部完成")
	})
	read(client.Get(page.URL + regexp.MustCompile(`/submissions/[\w-]+`).FindString(text)))
	if !strings.Contains(text, "346") {
		t.Errorf("the submission cannot be looked up:\n%s", text)
	}
}
