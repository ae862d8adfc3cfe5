package desk

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// policy lets a page load its own script and style, send its forms to itself, and
// nothing else; no other page may frame it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard sets the headers of every answer, and refuses forms from other sites and too
// many requests.
func (d *Desk) guard(next http.Handler) http.Handler {
	foreign := http.NewCrossOriginProtection()
	foreign.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.refuse(w, r, http.StatusForbidden, say("这个请求来自别的网站，未被接受。", "This came from another site and was not accepted."))
	}))
	inner := foreign.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if strings.HasPrefix(r.URL.Path, "/-/") {
			inner.ServeHTTP(w, r)
			return
		}
		now := time.Now()
		key := d.client(r)
		if wait := d.requests.wait(key, now); wait > 0 {
			h.Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
			d.refuse(w, r, http.StatusTooManyRequests, say("请求过于频繁，请稍候再试。已报送的数据不受影响。", "Too many requests; wait a moment and try again. Nothing that was sent is affected."))
			return
		}
		d.requests.spend(key, now)
		inner.ServeHTTP(w, r)
	})
}

// client names the client of a request for limits: its session if there is one, and
// otherwise its address.
func (d *Desk) client(r *http.Request) string {
	if s := d.sessions.of(r); s != nil {
		return "session " + s.csrf
	}
	return d.address(r)
}

// address is where a request comes from. Behind the named proxy it is what the proxy
// says.
func (d *Desk) address(r *http.Request) string {
	if d.fromProxy(r) {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if from, ok := clientOf(strings.TrimSpace(hops[len(hops)-1])); ok { // the proxy adds it; those before are the client's word
			return from
		}
	}
	from, ok := clientOf(r.RemoteAddr)
	if !ok {
		return r.RemoteAddr
	}
	return from
}

// clientOf is the client whose requests are limited together: an IPv4 address, or the
// 64 bits of an IPv6 address that a site gets. Some proxies write a port behind it.
func clientOf(text string) (string, bool) {
	from, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		with, failed := netip.ParseAddrPort(text)
		from, err = with.Addr(), failed
	}
	if from = from.Unmap(); err != nil || from.Is4() {
		return from.String(), err == nil
	}
	site, err := from.WithZone("").Prefix(64)
	return site.String(), err == nil
}

// fromProxy reports whether a request comes from the address of the named proxy.
func (d *Desk) fromProxy(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	for _, p := range d.Proxy.From {
		if p.Contains(from.Addr().Unmap()) {
			return true
		}
	}
	return false
}

// visit is a request of somebody who is signed in.
type visit struct {
	person  *Person
	session *session
}

type visitKey struct{}

func visitOf(r *http.Request) *visit {
	v, _ := r.Context().Value(visitKey{}).(*visit)
	return v
}

func (d *Desk) with(r *http.Request, v *visit) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
}

// forPeople passes the requests of people who are signed in on, and shows others the
// page to sign in. What an expired session sends is kept until its person is back.
func (d *Desk) forPeople(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		person, s := d.signedIn(w, r)
		if s == nil {
			d.serveSignInPage(w, r)
			return
		}
		if r.Method == http.MethodPost {
			body, ok := d.body(w, r)
			if !ok {
				return
			}
			r.Body = whole(body)
			if err := d.parse(r); err != nil {
				d.refuse(w, r, http.StatusBadRequest, say("没有读懂这个请求，请刷新页面后再试；没有发送任何数据。", "This request could not be read. Reload the page and try again; nothing was sent."))
				return
			}
			if !s.matches(r.PostFormValue("csrf")) {
				d.refuse(w, r, http.StatusForbidden, say("这个页面已经过期。请返回并刷新后再试；没有发送任何数据。", "This page is too old. Go back, reload it and try again; nothing was sent."))
				return
			}
			if person == nil && r.URL.Path != "/sign-out" { // that has happened already
				s.hold(&heldRequest{path: r.URL.Path, contentType: r.Header.Get("Content-Type"), body: body})
			}
		}
		if person == nil {
			d.serveSignInPage(w, r)
			return
		}
		next.ServeHTTP(w, d.with(r, &visit{person: person, session: s}))
	})
}

// whole is a body that has been read. Without a limit of its own, ParseForm would refuse
// more than 10 MB.
func whole(body []byte) io.ReadCloser {
	return http.MaxBytesReader(nil, io.NopCloser(bytes.NewReader(body)), int64(len(body)))
}

// parse reads the fields of a form into memory, with its files.
func (d *Desk) parse(r *http.Request) error {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return r.ParseMultipartForm(2 * d.MaxUpload)
	}
	return r.ParseForm()
}

// uploadPatience is how long a client may take to send its file.
const uploadPatience = 5 * time.Minute

// body reads the body of a request, which is at most MaxUpload and a little more for
// the other fields of a form.
func (d *Desk) body(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploadPatience)) // a recorder in memory has none
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, d.MaxUpload+64<<10))
	if err == nil {
		return body, true
	}
	if isTooLarge(err) {
		d.refuse(w, r, http.StatusRequestEntityTooLarge, say("文件太大：一次最多 %d MB。没有发送任何数据；请拆分文件，或请管理员用命令行报送。",
			"That is too large: at most %d MB at once. Nothing was sent; divide the file, or have it sent on the command line.", d.MaxUpload>>20))
		return nil, false
	}
	d.refuse(w, r, http.StatusBadRequest, say("上传中断，请再试一次；没有发送任何数据。", "The upload was interrupted; try again. Nothing was sent."))
	return nil, false
}

// signedIn returns who makes a request. The person is nil when the session has ended,
// and the session is nil when there is none.
func (d *Desk) signedIn(w http.ResponseWriter, r *http.Request) (*Person, *session) {
	s, now := d.sessions.of(r), time.Now()
	if d.Proxy.Header != "" && d.fromProxy(r) {
		if names := r.Header.Values(d.Proxy.Header); len(names) > 0 && names[0] != "" {
			person, known := d.People.Find(names[0])
			if len(names) > 1 {
				d.log.Warn("a request names two people, so one of the headers is the client's word: let the proxy remove it", "header", d.Proxy.Header)
			}
			if !known || len(names) > 1 {
				return nil, nil
			}
			// The proxy says how long somebody is signed in.
			if s == nil || !s.proxy || s.person != person.Name {
				s = d.welcome(w, r, person, true)
			}
			return person, s
		}
	}
	if s == nil || s.proxy {
		return nil, nil
	}
	person, known := d.People.Find(s.person)
	if !known {
		return nil, nil
	}
	if s.ended(now) || !bytes.Equal(s.hash, person.hash) {
		return nil, s
	}
	return person, s
}

// welcome begins a session and gives the browser its cookie.
func (d *Desk) welcome(w http.ResponseWriter, r *http.Request, person *Person, proxy bool) *session {
	s, token := d.sessions.begin(person, proxy, time.Now())
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: d.secure(r), MaxAge: int((d.Session + keptAfterEnd) / time.Second)})
	return s
}

// secure reports whether the browser speaks TLS, with this process or with the proxy.
func (d *Desk) secure(r *http.Request) bool {
	return r.TLS != nil || d.fromProxy(r) && r.Header.Get("X-Forwarded-Proto") == "https"
}
