package desk

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/internal/lang"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// templates are the pages by name, each within the layout.
var templates = parseTemplates()

func parseTemplates() map[string]*template.Template {
	layout := template.Must(template.New("layout.html").Funcs(template.FuncMap{"static": staticPath, "tab": tabOf, "rowIn": rowIn}).
		ParseFS(templateFiles, "templates/layout.html", "templates/parts.html"))
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		panic("desk: " + err.Error()) // the pattern is malformed
	}
	pages := map[string]*template.Template{}
	for _, name := range names {
		page := strings.TrimSuffix(path.Base(name), ".html")
		if page == "layout" || page == "parts" {
			continue
		}
		pages[page] = template.Must(template.Must(layout.Clone()).ParseFS(templateFiles, name))
	}
	return pages
}

// link leads to a part of a table.
type link struct {
	ID, Part, Label string
	Here            bool
}

func tabOf(id, here, part, label string) link { return link{id, part, label, here == part} }

// rowInPage is a row with what its template needs of the page.
type rowInPage struct {
	Page *page
	Row  *row
}

// Options are the options of a field of the row.
func (r rowInPage) Options(field string) template.HTML {
	return options[r.Page.Language].of(field, r.Row.Fields[field])
}

func rowIn(p *page, r row) rowInPage { return rowInPage{p, &r} }

// staticHashes are part of the addresses of static files, so that browsers keep them
// until they change.
var staticHashes = hashStatic()

func hashStatic() map[string]string {
	hashes := map[string]string{}
	files, err := fs.ReadDir(staticFiles, "static")
	for _, f := range files {
		text, failed := staticFiles.ReadFile("static/" + f.Name())
		err = errors.Join(err, failed)
		sum := sha256.Sum256(text)
		hashes[f.Name()] = hex.EncodeToString(sum[:6])
	}
	if err != nil {
		panic("desk: " + err.Error()) // embedded files can be read
	}
	return hashes
}

// staticPath is the address of a static file.
func staticPath(name string) string { return "/static/" + name + "?" + staticHashes[name] }

func serveStatic(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	text, err := staticFiles.ReadFile("static/" + name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	if r.URL.RawQuery == staticHashes[name] {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(text) // fails only when the client has disconnected
}

// page is what every template gets.
type page struct {
	Language lang.Language
	Title    string
	City     string
	Person   *Person // nil when nobody is signed in
	Agencies string  // whose figures the person sends
	CSRF     string
	Here     string // the address of the page, for the choice of the language
	Proxy    bool   // a proxy signs people in, and out
	Refresh  int    // the page changes by itself: seconds until it is to be loaded again; 0 for never
	Body     any
}

// T chooses a text in the language of the page.
func (p *page) T(zh, en string) string { return lang.Text{ZH: zh, EN: en}.In(p.Language) }

// In is a text in the language of the page.
func (p *page) In(t lang.Text) string { return t.In(p.Language) }

// Tf is T with values, as fmt.Sprintf writes them.
func (p *page) Tf(zh, en string, args ...any) string { return lang.Say(zh, en, args...).In(p.Language) }

// N says how many there are.
func (p *page) N(n int, zh, one, many string) string { return counted(n, zh, one, many).In(p.Language) }

// Time is a moment as the city's clock shows it, for people.
func (d *Desk) time(at time.Time) string {
	return at.In(d.Catalog.Location()).Format("2006-01-02 15:04:05")
}

// show answers a request with a page.
func (d *Desk) show(w http.ResponseWriter, r *http.Request, status int, name string, title lang.Text, body any) {
	d.showAgain(w, r, status, name, title, body, 0)
}

// showAgain is show for a page that is to be loaded again after some seconds.
func (d *Desk) showAgain(w http.ResponseWriter, r *http.Request, status int, name string, title lang.Text, body any, refresh int) {
	l := languageOf(r)
	p := &page{Language: l, Title: title.In(l), City: d.Catalog.City.In(l), Here: "/", Body: body, Refresh: refresh}
	if r.Method == http.MethodGet {
		p.Here = r.URL.RequestURI()
	}
	if v := visitOf(r); v != nil {
		p.Person, p.CSRF, p.Proxy = v.person, v.session.csrf, v.session.proxy
		p.Agencies = d.agencyNames(v.person, l)
	}
	var text bytes.Buffer
	if err := templates[name].Execute(&text, p); err != nil {
		d.log.Error("a page could not be written", "page", name, "error", err)
		http.Error(w, "the page could not be written; the log says why", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", string(l))
	w.Header().Add("Vary", "Accept-Language, Cookie")
	w.WriteHeader(status)
	_, _ = text.WriteTo(w) // fails only when the client has disconnected
}

// agencyNames are the names of a person's agencies.
func (d *Desk) agencyNames(p *Person, l lang.Language) string {
	var names []string
	for _, code := range p.Agencies {
		names = append(names, d.agencyName(code, l))
	}
	return strings.Join(names, say("、", ", ").In(l))
}

func (d *Desk) agencyName(code string, l lang.Language) string {
	for _, a := range d.Catalog.Agencies {
		if a.Code == code {
			return a.Name.In(l)
		}
	}
	return code
}

// refuse says why a request is not answered.
func (d *Desk) refuse(w http.ResponseWriter, r *http.Request, status int, why lang.Text) {
	d.show(w, r, status, "refused", say("无法处理", "That did not work"), map[string]any{"Why": why, "Status": status})
}

func (d *Desk) serveNotFound(w http.ResponseWriter, r *http.Request) {
	d.refuse(w, r, http.StatusNotFound, say("没有这个页面。", "There is no such page."))
}

// isTooLarge reports whether a body is larger than allowed.
func isTooLarge(err error) bool {
	var large *http.MaxBytesError
	return errors.As(err, &large)
}

// bytesOf formats a size for people.
func bytesOf(n int) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", (n+1023)>>10)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}
