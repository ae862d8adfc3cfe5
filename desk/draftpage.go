package desk

import (
	"errors"
	"html/template"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// serveNewDraft takes files that were dropped, or cells that were pasted.
func (d *Desk) serveNewDraft(w http.ResponseWriter, r *http.Request) {
	v := visitOf(r)
	var files []upload
	if r.MultipartForm != nil {
		for _, header := range r.MultipartForm.File["file"] {
			data, err := readPart(header)
			if err != nil {
				d.refuse(w, r, http.StatusBadRequest, say("文件没有读完，请再试一次；没有发送任何数据。", "The file was not read to its end; try again. Nothing was sent."))
				return
			}
			if len(data) > 0 || header.Filename != "" {
				files = append(files, upload{fileName(header.Filename, files), data})
			}
		}
	}
	pasted := false
	if text := r.PostFormValue("cells"); strings.TrimSpace(text) != "" && len(files) == 0 {
		pasted = true
		files = append(files, upload{fileName(say("粘贴的表格.txt", "pasted.txt").In(languageOf(r)), nil), []byte(text)})
	}
	if len(files) == 0 {
		d.refuse(w, r, http.StatusBadRequest, say("没有文件，也没有粘贴的内容。请选择一个文件，或粘贴 Excel 中的单元格。", "There was no file and nothing pasted. Choose a file, or paste cells from Excel."))
		return
	}
	dr := d.drafts.add(v.person.Name, pasted, files, time.Now())
	d.check(w, r, dr, "/drafts/"+dr.id)
}

func readPart(header *multipart.FileHeader) ([]byte, error) {
	f, err := header.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read from
	return io.ReadAll(f)
}

// check reads a draft and goes to an address of its page.
func (d *Desk) check(w http.ResponseWriter, r *http.Request, dr *draft, address string) {
	dr.mu.Lock()
	err := d.inspect(r.Context(), visitOf(r).person, dr)
	if dr.found == nil {
		d.drafts.drop(dr.id) // nobody could look at it
	}
	dr.mu.Unlock()
	if errors.Is(err, errTooManyRows) {
		d.refuse(w, r, http.StatusRequestEntityTooLarge, say("行数太多：一次最多 %d 行。没有发送任何数据；请拆分文件，或请管理员用命令行报送。",
			"There are too many rows: at most %d at once. Nothing was sent; divide the file, or have it sent on the command line.", maxRows))
		return
	}
	if err != nil {
		d.log.Error("a draft could not be read", "error", err)
		d.refuse(w, r, http.StatusInternalServerError, say("读取时出错，没有发送任何数据。请再试一次；如果仍然不行，请联系管理员。", "It could not be read, and nothing was sent. Try again; if it fails again, tell your administrator."))
		return
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// draftOf returns the draft that a request is about, or answers that there is none.
func (d *Desk) draftOf(w http.ResponseWriter, r *http.Request) (*draft, bool) {
	dr, ok := d.drafts.of(visitOf(r).person.Name, r.PathValue("id"))
	if !ok {
		d.refuse(w, r, http.StatusNotFound, say("这份草稿已不在了：可能已放弃、太旧，或系统重启过。请重新上传；已报送的数据不受影响。",
			"This draft is no longer here: it was discarded or too old, or the system was restarted. Drop the file again; what was sent is not affected."))
	}
	return dr, ok
}

// draftPage is the page of a draft.
type draftPage struct {
	ID      string
	Files   []string
	Read    []lang.Text    // how it was understood
	Faults  []finding      // why files cannot be read
	Rows    []row          // of this page of the table
	Counts  map[string]int // rows, by their state
	Total   int
	Sends   int // figures that would be sent
	Warned  int // of these, those with a warning
	Stops   int // rows that are refused or to be confirmed
	Show    string
	Pages   []int
	Page    int
	Notice  string
	Mark    string // see inspected
	Stale   bool
	Pending int // figures on their way
	Meaning *meaningForm
}

// choice is one of a list.
type choice struct{ Code, Name string }

// rowsPerPage limits the length of a page: more is slow on a phone and nobody reads it.
const rowsPerPage = 200

func (d *Desk) serveDraft(w http.ResponseWriter, r *http.Request) {
	dr, ok := d.draftOf(w, r)
	if !ok {
		return
	}
	dr.mu.Lock()
	defer dr.mu.Unlock()
	if dr.sending.Load() != nil {
		http.Redirect(w, r, "/sent/"+dr.id, http.StatusSeeOther)
		return
	}
	if dr.found == nil {
		d.serveNotFound(w, r)
		return
	}
	l := languageOf(r)
	body := d.draftPage(dr, l, r.URL.Query().Get("show"), r.URL.Query().Get("page"))
	body.Meaning = d.meaningForm(dr, visitOf(r).person, l)
	switch r.URL.Query().Get("notice") {
	case "changed":
		body.Notice = say("已按您的更正重新检查。请再看一遍，然后报送。", "Checked again with your corrections. Look once more, then send.").In(l)
	case "meanwhile":
		body.Notice = say("没有发送任何数据：在您核对期间，库中的数据变了，或您在另一个窗口改了这份草稿。请再看一遍下面的比较，然后报送。",
			"Nothing was sent: while you looked, what is stored has changed, or you have changed this draft in another window. Look at the comparison below once more, then send.").In(l)
	case "stops":
		body.Notice = say("没有发送任何数据：还有要处理的行。请更正、确认或去掉它们，或者勾选“先报送没有问题的”。",
			"Nothing was sent: some rows are not settled. Correct, confirm or leave them out, or tick “Send those without a problem now”.").In(l)
	case "moment":
		body.Notice = say("没有发送任何数据：发布时间不对，或已经过去。", "Nothing was sent: the moment of the release cannot be read, or is past.").In(l)
	case "nothing":
		body.Notice = say("没有可以报送的数据；请先更正。", "There is nothing that could be sent; correct the rows first.").In(l)
	}
	d.show(w, r, http.StatusOK, "draft", say("核对", "Check"), body)
}

// draftPage makes the page of a draft. The caller holds its lock.
func (d *Desk) draftPage(dr *draft, l lang.Language, show, number string) *draftPage {
	rows := dr.rowsOf()
	p := &draftPage{ID: dr.id, Files: dr.found.report.Files, Counts: map[string]int{}, Total: len(rows), Show: show,
		Mark: dr.found.mark, Stale: dr.found.stale, Pending: dr.found.undecided}
	for _, read := range dr.found.report.Read {
		text := read.Text
		if len(p.Files) > 1 {
			text = lang.Text{ZH: read.File + "：" + text.ZH, EN: read.File + ": " + text.EN}
		}
		p.Read = append(p.Read, text)
	}
	p.Faults = findingsOf(dr.found.faults, l)
	var shown []*sender.Row
	for _, r := range rows {
		s := dr.stateOf(r)
		p.Counts[string(s)]++
		if s == stateGood {
			p.Sends++
			if len(r.Unusual) > 0 {
				p.Warned++
			}
		}
		if shows(show, s, len(r.Unusual) > 0) {
			shown = append(shown, r)
		}
	}
	p.Stops = p.Counts[string(stateRefused)] + p.Counts[string(stateAsked)]
	for n := range (len(shown) + rowsPerPage - 1) / rowsPerPage {
		p.Pages = append(p.Pages, n+1)
	}
	p.Page, _ = strconv.Atoi(number)
	p.Page = max(1, min(p.Page, len(p.Pages)))
	from := (p.Page - 1) * rowsPerPage
	for _, r := range shown[min(from, len(shown)):min(from+rowsPerPage, len(shown))] {
		p.Rows = append(p.Rows, d.rowOf(dr, r, l))
	}
	return p
}

// shows reports whether a row in a state, warned of or not, belongs to a part of the
// table.
func shows(part string, s state, warned bool) bool {
	switch part {
	case "problems":
		return s == stateRefused || s == stateAsked
	case "warnings":
		return warned
	case "good":
		return s == stateGood
	case "left":
		return s == stateLeft || s == stateRepeat
	}
	return true
}

// choices are the options of the fields that have a list, by field and what is chosen:
// the same for every row.
type choices map[[2]string]template.HTML

// options are the choices in both languages, made once.
var options = map[lang.Language]choices{lang.Chinese: makeChoices(lang.Chinese), lang.English: makeChoices(lang.English)}

// makeChoices makes the choices of a language. A figure without a readable status has
// none chosen.
func makeChoices(l lang.Language) choices {
	lists := map[string][]choice{"status": {{"", ""}}}
	for _, m := range figure.Measures() {
		lists["measure"] = append(lists["measure"], choice{m.String(), measureNames[m].In(l)})
	}
	for _, s := range figure.Statuses() {
		lists["status"] = append(lists["status"], choice{s.String(), s.String() + " " + say(s.NameZH(), s.NameEN()).In(l)})
	}
	all := choices{}
	for field, list := range lists {
		for _, chosen := range list {
			var b strings.Builder
			for _, c := range list {
				if c.Code == "" && chosen.Code != "" {
					continue
				}
				b.WriteString(`<option value="` + template.HTMLEscapeString(c.Code) + `"`)
				if c == chosen {
					b.WriteString(" selected")
				}
				b.WriteString(">" + template.HTMLEscapeString(c.Name) + "</option>")
			}
			all[[2]string{field, chosen.Code}] = template.HTML(b.String()) //nolint:gosec // escaped here
		}
	}
	return all
}

// of are the options of a field. A text that is not in the list chooses the first.
func (c choices) of(field, chosen string) template.HTML {
	if html, ok := c[[2]string{field, chosen}]; ok {
		return html
	}
	return c[[2]string{field, ""}]
}

// serveEdit takes corrections of a draft and checks it again.
func (d *Desk) serveEdit(w http.ResponseWriter, r *http.Request) {
	dr, ok := d.draftOf(w, r)
	if !ok {
		return
	}
	dr.mu.Lock()
	if dr.sending.Load() == nil && dr.found != nil {
		d.edit(dr, r)
	}
	address := d.backTo(dr, r, "changed")
	dr.mu.Unlock()
	d.check(w, r, dr, address)
}

// backTo is the address of the part of the table from which a form was sent.
func (d *Desk) backTo(dr *draft, r *http.Request, notice string) string {
	address := "/drafts/" + dr.id + "?notice=" + notice
	if show := r.PostFormValue("show"); slices.Contains([]string{"problems", "warnings", "good", "left"}, show) {
		address += "&show=" + show
	}
	if n, err := strconv.Atoi(r.PostFormValue("page")); err == nil && n > 1 {
		address += "&page=" + strconv.Itoa(n)
	}
	return address
}

// edit applies the fields of a form, and reports whether they change anything. The
// caller holds the draft's lock.
func (d *Desk) edit(dr *draft, r *http.Request) (changed bool) {
	rows := map[place]int{}
	for i := range dr.found.rows {
		rows[place{dr.found.rows[i].File, dr.found.rows[i].Line}] = i
	}
	for name, values := range r.PostForm {
		field, key, ok := strings.Cut(name, ":")
		if !ok {
			continue
		}
		at, ok := dr.placeOf(key)
		i, listed := rows[at]
		if !ok || !listed {
			continue
		}
		c := dr.changes[at]
		text := strings.TrimSpace(values[len(values)-1])
		switch {
		case field == "reason":
			if text == c.reason || len([]rune(text)) > figure.MaxNote {
				continue
			}
			c.reason = text
		case slices.Contains(fieldOrder, field):
			if text == fieldsOf(&dr.found.rows[i])[field] {
				continue
			}
			fields := map[string]string{} // a new one, because others may be reading the old one
			maps.Copy(fields, c.fields)
			fields[field] = text
			c.fields = fields
		default:
			continue
		}
		dr.changes[at], changed = c, true
	}
	return d.choose(dr, r, rows) || changed
}

// choose does what the button of a row says: leave the row out, take it back, or undo
// what was corrected.
func (d *Desk) choose(dr *draft, r *http.Request, rows map[place]int) bool {
	if at, ok := dr.placeOf(r.PostFormValue("leave")); ok {
		if i, listed := rows[at]; listed {
			c := dr.changes[at]
			c.leave = true
			dr.changes[at], dr.left[at] = c, dr.found.rows[i]
			return true
		}
	}
	if at, ok := dr.placeOf(r.PostFormValue("restore")); ok {
		c := dr.changes[at]
		c.leave = false
		dr.changes[at] = c
		delete(dr.left, at)
		return true
	}
	if at, ok := dr.placeOf(r.PostFormValue("undo")); ok {
		delete(dr.changes, at)
		return true
	}
	return false
}

func (d *Desk) serveDiscard(w http.ResponseWriter, r *http.Request) {
	dr, ok := d.draftOf(w, r)
	if !ok {
		return
	}
	if dr.sending.Load() == nil {
		d.drafts.drop(dr.id)
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
