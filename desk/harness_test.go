package desk

import (
	"bytes"
	"context"
	"html"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/ingest/receipt"
	"github.com/tidemark-stats/tidemark/ingest/worker"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

func TestMain(m *testing.M) { enginetest.Main(m) }

// The people of the tests, who all have the same password.
const password = "correct horse"

// office is a desk with the servers behind it.
type office struct {
	*ingesttest.Site
	signer *receipt.Signer // of the worker; nil if it does not sign
	desk   *Desk
	people string // the password file
	url    string
	stop   func() // ends the desk
}

// newOffice starts a desk on a NATS server and a bucket of its own, and a worker.
// Each of changes may alter the options.
func newOffice(t testing.TB, changes ...func(*Options)) *office {
	t.Helper()
	return newSignedOffice(t, nil, changes...)
}

// newSignedOffice is newOffice with a worker that signs receipts.
func newSignedOffice(t testing.TB, signer *receipt.Signer, changes ...func(*Options)) *office {
	t.Helper()
	o := &office{Site: ingesttest.NewSite(t, enginetest.NATS(t).ClientURL(), enginetest.SharedInflux(t)), signer: signer}
	o.startWorker()
	o.start(changes...)
	return o
}

// startWorker starts a worker that runs until the end of the test.
func (o *office) startWorker() {
	o.T.Helper()
	w, err := worker.New(worker.Config{Conn: o.Conn, Store: o.Store, Catalog: catalog.Ningbo(), Logger: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry(), Signer: o.signer})
	if err != nil {
		o.T.Fatal(err)
	}
	o.background(w.Run)
}

// background runs something until it is stopped, or until the end of the test.
func (o *office) background(run func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := run(ctx); err != nil {
			o.T.Error(err)
		}
	}()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	o.T.Cleanup(stop)
	return stop
}

// start starts the desk: wang sends for the port, zhou for customs, li for both.
func (o *office) start(changes ...func(*Options)) {
	o.T.Helper()
	o.people = filepath.Join(o.T.TempDir(), "people")
	var lines strings.Builder
	for name, agencies := range map[string][]string{"wang": {"port"}, "zhou": {"customs"}, "li": {"port", "customs"}} {
		p, err := NewPerson(catalog.Ningbo(), name, password, agencies, false)
		if err != nil {
			o.T.Fatal(err)
		}
		lines.WriteString(p.Line() + "\n")
	}
	if err := os.WriteFile(o.people, []byte(lines.String()), 0o600); err != nil {
		o.T.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(o.T.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	people, err := OpenPeople(o.people, catalog.Ningbo(), log)
	if err != nil {
		o.T.Fatal(err)
	}
	options := Options{Conn: o.Conn, Catalog: catalog.Ningbo(), People: people, Logger: log, Registry: prometheus.NewRegistry(),
		Session: time.Hour, MaxUpload: 4 << 20}
	for _, change := range changes {
		change(&options)
	}
	if o.desk, err = New(options); err != nil {
		o.T.Fatal(err)
	}
	o.stop = o.background(o.desk.Run)
	o.Await("the desk has read what is stored", func() bool { return o.desk.holdings.Load() != nil })
	server := httptest.NewServer(o.desk.Handler())
	o.T.Cleanup(server.Close)
	o.url = server.URL
}

// browser is a client with cookies, and the last page it got.
type browser struct {
	t      testing.TB
	client *http.Client
	base   string
	at     string // the address of the page
	status int
	page   string
	header http.Header
}

func (o *office) browser() *browser {
	o.T.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.T.Fatal(err)
	}
	return &browser{t: o.T, client: &http.Client{Jar: jar}, base: o.url}
}

// signedIn is a browser in which somebody has signed in.
func (o *office) signedIn(name string) *browser {
	o.T.Helper()
	b := o.browser()
	b.signIn(name, password)
	if b.status != http.StatusOK || !strings.Contains(b.page, `action="/sign-out"`) {
		o.T.Fatalf("%s could not sign in: %d\n%s", name, b.status, b.page)
	}
	return b
}

func (b *browser) signIn(name, password string) {
	b.t.Helper()
	b.post("/sign-in", url.Values{"name": {name}, "password": {password}})
}

func (b *browser) do(r *http.Request) {
	b.t.Helper()
	if r.Header.Get("Accept-Language") == "" {
		r.Header.Set("Accept-Language", "en")
	}
	resp, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.at, b.status, b.page, b.header = resp.Request.URL.Path, resp.StatusCode, string(text), resp.Header
}

func (b *browser) request(method, path string, body io.Reader) *http.Request {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (b *browser) get(path string) {
	b.t.Helper()
	b.do(b.request(http.MethodGet, path, nil))
}

// post sends a form, with the token of the page.
func (b *browser) post(path string, form url.Values) {
	b.t.Helper()
	if form.Get("csrf") == "" {
		form.Set("csrf", b.hidden("csrf"))
	}
	r := b.request(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	b.do(r)
}

// hidden is a hidden field of the page, empty when it has none.
func (b *browser) hidden(name string) string {
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(b.page)
	if m == nil {
		return ""
	}
	return m[1]
}

// drop sends a file from the first page.
func (b *browser) drop(name, content string) {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("csrf", b.hidden("csrf")); err != nil {
		b.t.Fatal(err)
	}
	part, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = io.WriteString(part, content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		b.t.Fatal(err)
	}
	r := b.request(http.MethodPost, "/drafts", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	b.do(r)
}

// paste sends cells from the first page.
func (b *browser) paste(cells string) {
	b.t.Helper()
	b.post("/drafts", url.Values{"cells": {cells}})
}

// send sends the draft of the page with more fields, and waits for the receipt.
func (b *browser) send(more url.Values) {
	b.t.Helper()
	form := url.Values{"seen": {b.hidden("seen")}}
	for name, values := range more {
		form[name] = values
	}
	b.post(b.at+"/send", form)
	limit := time.After(2 * time.Minute)
	for strings.HasPrefix(b.at, "/sent/") && strings.Contains(b.page, "data-refresh") {
		select {
		case <-limit:
			b.t.Fatalf("the sending does not end:\n%s", b.text())
		default:
		}
		b.get(b.at)
	}
}

var (
	tags   = regexp.MustCompile(`(?s)<(script|style)[^>]*>.*?</(script|style)>|<[^>]*>`)
	spaces = regexp.MustCompile(`\s+`)
)

// text is what people read of the page.
func (b *browser) text() string {
	_, main, _ := strings.Cut(b.page, "<main")
	_, main, _ = strings.Cut(main, ">")
	return strings.TrimSpace(spaces.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(main, " ")), " "))
}

// want asserts that the page says all of the texts.
func (b *browser) want(texts ...string) {
	b.t.Helper()
	page := b.text()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			b.t.Errorf("the page at %s (%d) does not say %q:\n%s", b.at, b.status, text, page)
		}
	}
}

// wantNot asserts that the page says none of the texts.
func (b *browser) wantNot(texts ...string) {
	b.t.Helper()
	page := b.text()
	for _, text := range texts {
		if strings.Contains(page, text) {
			b.t.Errorf("the page at %s says %q:\n%s", b.at, text, page)
		}
	}
}

// port is a file of the port administration.
const port = "indicator,area,measure,period,value,unit\n" +
	"container_throughput,NBZS,level,2024-03,301.5,万TEU\n" +
	"container_throughput,NBZS,level,2024-04,305,万TEU\n"
