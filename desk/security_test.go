package desk

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
)

func TestWhoSignsOutAfterTheEndOfTheSessionCanSignInAgain(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	o.endSessions()
	b.post("/sign-out", url.Values{})
	b.signIn("wang", password)
	b.want("Send figures")
	b.get("/")
	b.want("Send figures")
}

func TestNothingIsApprovedOrDiscardedBySigningInAgain(t *testing.T) {
	o := newReviewedOffice(t)
	wang, li := o.signedIn("wang"), o.signedIn("li")
	wang.drop("port.csv", port)
	wang.send(nil)
	at := wang.heldAt()
	li.get(at)
	wang.get("/")
	wang.drop("port.csv", port)
	draft := wang.at
	o.endSessions()
	li.post(at+"/approve", url.Values{})
	li.signIn("li", password)
	li.want("waits for review")
	wang.post(draft+"/discard", url.Values{})
	wang.signIn("wang", password)
	wang.want("Check port.csv", "2 figures can be sent")
}

func TestWhatWasFilledInBesideSendIsKeptAfterTheEndOfTheSession(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", port)
	o.endSessions()
	b.send(url.Values{"value:0.3": {"307"}})
	b.signIn("wang", password)
	b.want("307 万TEU corrected", "Send 2 figures")
	if n := o.Messages(); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

func TestAPasteOfMoreThanTenMegabytesIsRead(t *testing.T) {
	o := newOffice(t, func(opts *Options) { opts.MaxUpload = 40 << 20 })
	b := o.signedIn("wang")
	b.paste(port + strings.Repeat("\n", 12<<20))
	b.want("2 figures can be sent")
}

func TestANewPasswordEndsTheSessionsOfTheOldOne(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	text, err := os.ReadFile(o.people)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPerson(catalog.Ningbo(), "wang", "another horse", []string{"port"}, false)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "wang:") {
			line = p.Line() + "\n"
		}
		lines = append(lines, line)
	}
	if err := os.WriteFile(o.people, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Await("the file is read", func() bool { now, ok := o.desk.People.Find("wang"); return ok && now.Line() == p.Line() })
	b.get("/")
	b.want("Password")
	b.signIn("wang", "another horse")
	b.want("Send figures")
}

// behindProxy are options of a desk whose proxy is on this machine.
func behindProxy(opts *Options) {
	opts.Proxy = Proxy{Header: "Remote-User", From: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
}

func TestARequestThatNamesTwoPeopleIsNobodys(t *testing.T) {
	o := newOffice(t, behindProxy)
	b := o.browser()
	r := b.request(http.MethodGet, "/", nil)
	r.Header["Remote-User"] = []string{"wang", "zhou"}
	b.do(r)
	b.wantNot("Send figures")
}

func TestWhomTheProxyNamesLosesNothingWhenTimePasses(t *testing.T) {
	o := newOffice(t, behindProxy)
	b := o.browser()
	r := b.request(http.MethodGet, "/", nil)
	r.Header.Set("Remote-User", "wang")
	b.do(r)
	o.endSessions()
	r = b.request(http.MethodPost, "/drafts", strings.NewReader(url.Values{"csrf": {b.hidden("csrf")}, "cells": {port}}.Encode()))
	r.Header.Set("Remote-User", "wang")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if b.do(r); b.status != http.StatusSeeOther {
		t.Errorf("status %d: %s", b.status, b.text())
	}
}

func TestTheAddressOfAClientIsNotTheClientsWord(t *testing.T) {
	d := &Desk{Options: Options{Proxy: Proxy{From: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")}}}}
	for _, c := range []struct {
		from      string
		forwarded []string
		want      string
	}{
		{"192.0.2.1:1000", nil, "192.0.2.1"},
		{"192.0.2.1:1000", []string{"198.51.100.7"}, "192.0.2.1"},
		{"10.0.0.1:1000", []string{"203.0.113.9, 198.51.100.7"}, "198.51.100.7"},
		{"10.0.0.1:1000", []string{"203.0.113.9", "198.51.100.7"}, "198.51.100.7"},
		{"10.0.0.1:1000", []string{"198.51.100.7:4321"}, "198.51.100.7"},
		{"10.0.0.1:1000", []string{"nonsense"}, "10.0.0.1"},
		{"10.0.0.1:1000", []string{"[2001:db8:1:2:3:4:5:6]:80"}, "2001:db8:1:2::/64"},
		{"[2001:db8:1:2::aaaa]:1000", nil, "2001:db8:1:2::/64"},
		{"[::ffff:192.0.2.1]:1000", nil, "192.0.2.1"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.from
		r.Header["X-Forwarded-For"] = c.forwarded
		if got := d.address(r); got != c.want {
			t.Errorf("from %s, forwarded for %q: %s, want %s", c.from, c.forwarded, got, c.want)
		}
	}
}

func TestALimitKeepsABoundedNumberOfKeys(t *testing.T) {
	l, now := newLimit(5, time.Hour), time.Now()
	for n := range maxKeys + 100 {
		l.spend(fmt.Sprint("client ", n), now)
	}
	if len(l.whole) > maxKeys {
		t.Errorf("%d keys are kept, more than %d", len(l.whole), maxKeys)
	}
}

func TestALongNameToSignInIsNotKept(t *testing.T) {
	o := newOffice(t)
	b := o.browser()
	b.signIn(strings.Repeat("長", 1000), "wrong")
	b.want("The name or the password is wrong.")
	for key := range o.desk.signIns.whole {
		if len(key) > 500 {
			t.Errorf("a key of %d bytes is kept", len(key))
		}
	}
}

func TestTheCookieIsForTLSOnlyBehindAProxyThatSpeaksIt(t *testing.T) {
	o := newOffice(t, func(opts *Options) { opts.Proxy = Proxy{From: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}} })
	b := o.browser()
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	r := b.request(http.MethodPost, "/sign-in", strings.NewReader(url.Values{"name": {"wang"}, "password": {password}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Forwarded-Proto", "https")
	b.do(r)
	if cookie := b.header.Get("Set-Cookie"); !strings.Contains(cookie, "Secure") {
		t.Errorf("the cookie is %q", cookie)
	}
}
