package desk

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/internal/lang"
)

// signInPage is the page to sign in.
type signInPage struct {
	Name    string
	Problem lang.Text
	Ended   bool   // the session has ended
	Kept    bool   // what was sent is kept
	Next    string // the page to go to
	Proxy   bool   // only a proxy signs people in
}

// serveSignInPage shows the page to sign in, in place of one that needs it.
func (d *Desk) serveSignInPage(w http.ResponseWriter, r *http.Request) {
	page := signInPage{Next: "/"}
	if r.Method == http.MethodGet && r.URL.Path != "/sign-in" {
		page.Next = r.URL.RequestURI()
	}
	status := http.StatusOK
	if r.URL.Path != "/" && r.URL.Path != "/sign-in" {
		status = http.StatusUnauthorized
	}
	if s := d.sessions.of(r); s != nil && s.ended(time.Now()) {
		page.Ended, page.Name = true, s.person
		s.mu.Lock()
		page.Kept = s.held != nil
		s.mu.Unlock()
	}
	if d.Proxy.Header != "" && d.fromProxy(r) && r.Header.Get(d.Proxy.Header) != "" {
		page.Proxy, status = true, http.StatusForbidden
	}
	d.show(w, r, status, "sign-in", say("登录", "Sign in"), page)
}

// signIn checks a name and a password and begins a session. What the person sent after
// the last one had ended is then done by next.
func (d *Desk) signIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
		if err := r.ParseForm(); err != nil {
			d.refuse(w, r, http.StatusBadRequest, say("没有读懂这个请求，请再试一次。", "This request could not be read; try again."))
			return
		}
		name, password := strings.TrimSpace(r.FormValue("name")), r.FormValue("password")
		if long := []rune(name); len(long) > longestName { // nobody has it, and it is not to be kept
			name = string(long[:longestName+1])
		}
		back := localPath(r.FormValue("next"))
		from, now := d.address(r), time.Now()
		who := name + " at " + from // so that nobody is locked out from elsewhere
		if wait := max(d.signIns.wait(who, now), d.addresses.wait(from, now)); wait > 0 {
			d.metrics.signIns.WithLabelValues("limited").Inc()
			d.show(w, r, http.StatusTooManyRequests, "sign-in", say("登录", "Sign in"), signInPage{Name: name, Next: back,
				Problem: say("登录失败次数过多，请 %d 分钟后再试。", "Too many attempts; try again in %d min.", int(wait/time.Minute)+1)})
			return
		}
		// Counted before the password is compared, so that many at once do not help.
		d.signIns.spend(who, now)
		d.addresses.spend(from, now)
		d.passwords <- struct{}{}
		person, ok := d.People.SignIn(name, password)
		<-d.passwords
		if !ok {
			d.metrics.signIns.WithLabelValues("refused").Inc()
			d.log.Warn("somebody could not sign in", "address", from)
			d.show(w, r, http.StatusForbidden, "sign-in", say("登录", "Sign in"), signInPage{Name: name, Next: back,
				Problem: say("姓名或密码不对。请注意大小写；忘记密码请找管理员。", "The name or the password is wrong. Mind capital letters; if you forgot the password, ask your administrator.")})
			return
		}
		d.signIns.forgive(who)
		d.metrics.signIns.WithLabelValues("accepted").Inc()
		var held *heldRequest
		if old := d.sessions.of(r); old != nil && old.person == name {
			held = old.take()
		}
		d.sessions.end(r)
		s := d.welcome(w, r, person, false)
		if held == nil {
			http.Redirect(w, r, back, http.StatusSeeOther)
			return
		}
		d.resume(w, r, next, held, back, &visit{person: person, session: s})
	})
}

// resume does what somebody wanted to do when the session had expired. What publishes
// or discards something has to be asked for again.
func (d *Desk) resume(w http.ResponseWriter, r *http.Request, next http.Handler, held *heldRequest, back string, v *visit) {
	path := held.path
	switch at, does := splitLast(path); does { // after a break people look once more
	case "send":
		path = at // what was filled in is kept
	case "again", "approve", "withdraw", "discard":
		http.Redirect(w, r, at, http.StatusSeeOther)
		return
	}
	again := r.Clone(r.Context())
	again.URL, again.Form, again.PostForm, again.MultipartForm = &url.URL{Path: path}, nil, nil, nil
	again.Header.Set("Content-Type", held.contentType)
	again.Body, again.ContentLength = whole(held.body), int64(len(held.body))
	if err := d.parse(again); err != nil {
		http.Redirect(w, r, back, http.StatusSeeOther) // it was parsed before
		return
	}
	next.ServeHTTP(w, d.with(again, v))
}

// splitLast divides a path at its last slash.
func splitLast(path string) (before, last string) {
	i := strings.LastIndexByte(path, '/')
	return path[:i], path[i+1:]
}

// localPath returns a path of this site, / for anything else.
func localPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return "/"
	}
	return path
}

func (d *Desk) serveSignOut(w http.ResponseWriter, r *http.Request) {
	d.sessions.end(r)
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: d.secure(r), MaxAge: -1})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// languageCookie is the name of the cookie with the language that somebody has chosen.
const languageCookie = "tidemark_language"

func (d *Desk) serveLanguage(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	chosen := lang.Chinese
	if r.FormValue("language") == string(lang.English) {
		chosen = lang.English
	}
	http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: string(chosen), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: d.secure(r), MaxAge: int((365 * 24 * time.Hour) / time.Second)})
	http.Redirect(w, r, localPath(r.FormValue("next")), http.StatusSeeOther)
}

// languageOf returns the language of a request: the one that was chosen, and otherwise
// the first of the browser's that there is.
func languageOf(r *http.Request) lang.Language {
	if c, err := r.Cookie(languageCookie); err == nil {
		if c.Value == string(lang.English) {
			return lang.English
		}
		return lang.Chinese
	}
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		switch tag, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(part)), ";"); {
		case tag == "zh", strings.HasPrefix(tag, "zh-"):
			return lang.Chinese
		case tag == "en", strings.HasPrefix(tag, "en-"):
			return lang.English
		}
	}
	return lang.Chinese
}
