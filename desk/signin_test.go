package desk

import (
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

func TestNobodySeesAnythingWithoutSigningIn(t *testing.T) {
	o := newOffice(t)
	b := o.browser()
	for _, path := range []string{"/", "/drafts/x", "/sent/x", "/nowhere"} {
		b.get(path)
		b.want("Sign in")
		b.wantNot("Send figures")
	}
}

func TestAWrongPasswordIsRefusedAndManyAreLimited(t *testing.T) {
	o := newOffice(t)
	b := o.browser()
	for range attempts {
		b.signIn("wang", "wrong")
		b.want("The name or the password is wrong.")
	}
	b.signIn("wang", password)
	b.want("Too many attempts; try again in")
	if b.status != http.StatusTooManyRequests {
		t.Errorf("status %d", b.status)
	}
	o.signedIn("li") // somebody else at the same address
}

func TestAFormWithoutTheTokenOfItsPageIsRefused(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.post("/drafts", url.Values{"cells": {"a"}, "csrf": {"guessed"}})
	if b.status != http.StatusForbidden {
		t.Errorf("status %d", b.status)
	}
	b.want("This page is too old.")
}

func TestAFormOfAnotherSiteIsRefused(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	r := b.request(http.MethodPost, "/sign-out", strings.NewReader("csrf="+b.hidden("csrf")))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	b.do(r)
	if b.status != http.StatusForbidden {
		t.Errorf("status %d", b.status)
	}
}

func TestWhatIsDroppedAfterTheSessionHasEndedIsKept(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	o.endSessions()
	b.drop("port.csv", port)
	b.want("You have been signed out because time has passed.", "What you have just entered is kept")
	b.signIn("wang", password)
	b.want("2 figures can be sent", "301.5 万TEU")
}

func TestACorrectionAfterTheSessionHasEndedIsKept(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", port)
	o.endSessions()
	b.post(b.at, url.Values{"value:0.3": {"307"}})
	b.want("What you have just entered is kept")
	b.signIn("wang", password)
	b.want("307 万TEU corrected")
}

func TestNothingIsSentBySigningInAgain(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", port)
	o.endSessions()
	b.send(nil)
	b.signIn("wang", password)
	b.want("2 figures can be sent", "Send 2 figures")
	if n := o.Messages(); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

func TestWhatOnePersonHasLeftIsNotGivenToAnother(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	o.endSessions()
	b.drop("port.csv", port)
	b.signIn("zhou", password)
	b.wantNot("301.5")
	b.get("/")
	b.wantNot("port.csv")
}

// endSessions ends all sessions, as time would.
func (o *office) endSessions() {
	o.desk.sessions.mu.Lock()
	defer o.desk.sessions.mu.Unlock()
	for _, s := range o.desk.sessions.all {
		s.ends = time.Now().Add(-time.Minute)
	}
}

func TestTheCookieIsOutOfReachOfScripts(t *testing.T) {
	o := newOffice(t)
	b := o.browser()
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	b.signIn("wang", password)
	cookie := b.header.Get("Set-Cookie")
	for _, part := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie %q has no %s", cookie, part)
		}
	}
	if strings.Contains(cookie, "Secure") {
		t.Errorf("over HTTP the browser would not return the cookie %q", cookie)
	}
}

func TestPagesMayNotBeFramedAndRunNoScriptsOfOthers(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	got := b.header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} {
		if !strings.Contains(got, part) {
			t.Errorf("the policy %q has no %s", got, part)
		}
	}
	if strings.Contains(got, "unsafe") || strings.Contains(b.page, "style=") || strings.Contains(b.page, "onclick") {
		t.Error("the page has styles or scripts in line")
	}
}

func TestSomebodyWhoIsRemovedFromTheFileIsSignedOut(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	text, err := os.ReadFile(o.people)
	if err != nil {
		t.Fatal(err)
	}
	var rest []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "wang:") {
			rest = append(rest, line)
		}
	}
	if err := os.WriteFile(o.people, []byte(strings.Join(rest, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Await("wang is signed out", func() bool { b.get("/"); return strings.Contains(b.text(), "Password") })
}

func TestOnlyTheNamedProxySignsPeopleIn(t *testing.T) {
	for _, c := range []struct{ from, want string }{{"127.0.0.0/8", "Send figures"}, {"10.0.0.0/8", "Password"}} {
		o := newOffice(t, func(opts *Options) {
			opts.Proxy = Proxy{Header: "Remote-User", From: []netip.Prefix{netip.MustParsePrefix(c.from)}}
		})
		b := o.browser()
		r := b.request(http.MethodGet, "/", nil)
		r.Header.Set("Remote-User", "wang")
		b.do(r)
		b.want(c.want)
	}
}

func TestSomebodyWhomTheProxyKnowsAndTheFileDoesNotIsTold(t *testing.T) {
	o := newOffice(t, func(opts *Options) {
		opts.Proxy = Proxy{Header: "Remote-User", From: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	})
	b := o.browser()
	r := b.request(http.MethodGet, "/", nil)
	r.Header.Set("Remote-User", "stranger")
	b.do(r)
	b.want("Ask your administrator")
}

func TestTheLanguageIsTheBrowsersUntilOneIsChosen(t *testing.T) {
	o := newOffice(t)
	b := o.browser()
	r := b.request(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8")
	b.do(r)
	b.want("登录")
	b.get("/")
	b.want("Sign in")
	b.post("/language", url.Values{"language": {"zh"}, "next": {"/"}})
	b.want("登录")
}

func TestNoAddressOutsideIsRedirectedTo(t *testing.T) {
	for _, path := range []string{"//evil.example", "https://evil.example/", "/\\evil.example", "evil", ""} {
		if got := localPath(path); got != "/" {
			t.Errorf("localPath(%q) = %q", path, got)
		}
	}
	if got := localPath("/drafts/x?show=good"); got != "/drafts/x?show=good" {
		t.Errorf("a path of this site became %q", got)
	}
}

func TestAFileThatIsTooLargeIsRefused(t *testing.T) {
	o := newOffice(t, func(opts *Options) { opts.MaxUpload = 1 << 10 })
	b := o.signedIn("wang")
	b.drop("port.csv", strings.Repeat("x", 1<<20))
	if b.status != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", b.status)
	}
	b.want("That is too large")
}

func TestTooManyRequestsAreRefused(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	for range 2 * requestBurst {
		if b.get("/"); b.status != http.StatusOK {
			break
		}
	}
	if b.status != http.StatusTooManyRequests || b.header.Get("Retry-After") == "" {
		t.Errorf("status %d, Retry-After %q", b.status, b.header.Get("Retry-After"))
	}
}
