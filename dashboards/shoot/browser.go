package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/tidemark-stats/tidemark/internal/chromium"
)

// page is what runs on the page: it reads and changes nothing that people see.
//
//go:embed page.js
var page string

// browser is a Chromium with one tab.
type browser struct {
	ctx      context.Context
	grafana  *grafana
	traffic  *traffic
	agent    string // how Chromium names itself
	close    func()
	patience time.Duration // how long a page may take to load
}

// start starts Chromium with an empty profile and Grafana's cookies.
func start(ctx context.Context, program string, g *grafana) (*browser, error) {
	ctx, closeAll, err := chromium.Tab(ctx, program)
	if err != nil {
		return nil, err
	}
	b := &browser{ctx: ctx, grafana: g, traffic: &traffic{asked: map[network.RequestID]*request{}}, patience: time.Minute, close: closeAll}
	if err := b.prepare(); err != nil {
		b.close()
		return nil, fmt.Errorf("%s does not start: %w", program, err)
	}
	if err := b.needFont(); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// prepare starts the browser, and follows its requests from then on.
func (b *browser) prepare() error {
	if err := chromedp.Listen(b.ctx, b.traffic.see); err != nil {
		return err
	}
	if _, err := chromedp.Call(b.ctx, network.Enable, network.EnableParams{}); err != nil {
		return err
	}
	is, err := chromedp.CallBrowser(b.ctx, cdpbrowser.GetVersion, cdp.Empty{})
	if err != nil {
		return err
	}
	b.agent = is.UserAgent
	if err := b.setCookies(); err != nil {
		return err
	}
	return chromedp.Do(b.ctx, chromedp.Evaluate[chromedp.Void](page))
}

// needFont fails if Chromium has no font for Chinese: pictures would show boxes, and
// texts would not be as wide as people see them.
func (b *browser) needFont() error {
	ok, err := ask[bool](b, "hasFont()")
	if err == nil && !ok {
		return errors.New("no font for Chinese: install one (Debian: apt-get install fonts-noto-cjk)")
	}
	return err
}

// setCookies gives the browser the session of the login. Cookies go to Grafana
// alone, unlike a header with the password.
func (b *browser) setCookies() error {
	for _, c := range b.grafana.session {
		cookie := network.SetCookieParams{Name: c.Name, Value: c.Value, URL: b.grafana.base.String()}
		if _, err := chromedp.Call(b.ctx, network.SetCookie, cookie); err != nil {
			return err
		}
	}
	return nil
}

// traffic follows the requests of the page.
type traffic struct {
	mu     sync.Mutex
	asked  map[network.RequestID]*request
	failed []string
}

type request struct {
	address string
	method  string
	api     bool
}

// see takes an event of the tab.
func (t *traffic) see(event any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		t.ask(e)
	case *network.EventResponseReceived:
		if r := t.asked[e.RequestID]; r != nil && e.Response.Status >= http.StatusBadRequest {
			t.failed = append(t.failed, fmt.Sprintf("%s %s answers %d", r.method, r.address, e.Response.Status))
		}
	case *network.EventLoadingFinished:
		delete(t.asked, e.RequestID)
	case *network.EventLoadingFailed:
		// Grafana cancels queries that are no longer wanted.
		if r := t.asked[e.RequestID]; r != nil && !e.Canceled {
			t.failed = append(t.failed, fmt.Sprintf("%s %s: %s", r.method, r.address, e.ErrorText))
		}
		delete(t.asked, e.RequestID)
	}
}

func (t *traffic) ask(e *network.EventRequestWillBeSent) {
	if !strings.HasPrefix(e.Request.URL, "http") {
		return // data: and blob: come from the page itself
	}
	kind := e.Type == network.ResourceTypeXHR || e.Type == network.ResourceTypeFetch
	without, _, _ := strings.Cut(e.Request.URL, "?")
	t.asked[e.RequestID] = &request{without, e.Request.Method, kind && strings.Contains(without, "/api/")}
}

// forget begins a new page.
func (t *traffic) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.asked, t.failed = map[network.RequestID]*request{}, nil
}

// open counts the requests to Grafana's API that have no answer yet.
func (t *traffic) open() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range t.asked {
		if r.api {
			n++
		}
	}
	return n
}

// failures are the requests that failed since the page began.
func (t *traffic) failures() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string(nil), t.failed...)
}

// ask evaluates an expression of page.js, waiting if it is a promise.
func ask[T any](b *browser, expression string) (answer T, err error) {
	data, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]byte]("shoot."+expression, chromedp.EvalAwaitPromise))
	if err != nil {
		return answer, err
	}
	return answer, json.Unmarshal(data, &answer)
}
