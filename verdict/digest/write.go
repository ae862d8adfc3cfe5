package digest

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict"
)

// Style is how a digest is written.
type Style struct {
	Language lang.Language
	Grafana  string // the address of Grafana for links; empty for none
}

// Text writes the digest for a terminal or a plain mail.
func (d *Digest) Text(w io.Writer, s Style) error {
	var b strings.Builder
	b.WriteString(d.Title(s.Language) + "\n")
	for _, p := range d.full(s) {
		b.WriteString("\n" + p.Heading + "\n")
		for _, i := range p.Items {
			b.WriteString("  " + i.line(s.Language) + "\n")
			if i.Link != "" {
				b.WriteString("    " + i.Link + "\n")
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Markdown writes the digest in the Markdown that WeCom, DingTalk and Feishu
// understand: bold text, lists and links.
func (d *Digest) Markdown(w io.Writer, s Style) error {
	_, err := io.WriteString(w, d.markdown(s, noLimit))
	return err
}

// noLimit is more than any digest has.
const noLimit = 1 << 30

// markdown writes at most that many bytes: items that do not fit are counted
// instead.
func (d *Digest) markdown(s Style, limit int) string {
	var b strings.Builder
	b.WriteString("**" + d.Title(s.Language) + "**\n")
	limit -= len("\n……其余1000000项从略\n")
	left := 0
	put := func(text string) {
		if left > 0 || b.Len()+len(text) > limit {
			left++
			return
		}
		b.WriteString(text)
	}
	for _, p := range d.full(s) {
		heading := "\n**" + p.Heading + "**\n\n"
		for _, i := range p.Items {
			text := heading + "- " + i.bold(s.Language)
			if i.Link != "" {
				text += " [" + lang.Text{ZH: "看板", EN: "dashboard"}.In(s.Language) + "](" + i.Link + ")"
			}
			put(text + "\n")
			heading = ""
		}
	}
	if left > 0 {
		b.WriteString(lang.Say("\n……其余%d项从略\n", "\n… and %d more\n", left).In(s.Language))
	}
	return b.String()
}

// full is the content of the digest without what has no items. If there are none
// at all, it says so.
func (d *Digest) full(s Style) []part {
	parts := slices.DeleteFunc(d.parts(s.Language, s.Grafana), func(p part) bool { return len(p.Items) == 0 })
	if len(parts) == 0 {
		nothing := lang.Text{ZH: "没有数据，也没有目标", EN: "there are neither figures nor targets"}.In(s.Language)
		return []part{{d.Title(s.Language), []item{{Text: nothing}}}}
	}
	return parts
}

func (i *item) line(l lang.Language) string {
	if i.Name == "" {
		return i.Text
	}
	return i.Name + colon(l) + i.Text
}

func (i *item) bold(l lang.Language) string {
	if i.Name == "" {
		return i.Text
	}
	return "**" + i.Name + "**" + colon(l) + i.Text
}

func colon(l lang.Language) string { return lang.Text{ZH: "：", EN: ": "}.In(l) }

//go:embed digest.html
var pageText string

var page = template.Must(template.New("digest").Parse(pageText))

// HTML writes the digest as one page without scripts, for a mail or a file.
func (d *Digest) HTML(w io.Writer, s Style) error {
	return page.Execute(w, map[string]any{
		"Lang": string(s.Language), "Title": d.Title(s.Language), "Parts": d.full(s), "Colon": colon(s.Language),
		"See": lang.Text{ZH: "看板", EN: "dashboard"}.In(s.Language),
	})
}

// JSON writes the digest for programs, in both languages.
func (d *Digest) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(d.object())
}

type turned struct {
	Target     string          `json:"target"`
	Category   string          `json:"category"`
	Name       lang.Text       `json:"name"`
	From       verdict.Verdict `json:"from"`
	To         verdict.Verdict `json:"to"`
	SentenceZH string          `json:"sentence_zh"`
	SentenceEN string          `json:"sentence_en"`
}

func (d *Digest) object() any {
	type count struct {
		Verdict verdict.Verdict `json:"verdict"`
		Targets int             `json:"targets"`
	}
	type line struct {
		Indicator string `json:"indicator"`
		ZH        string `json:"zh"`
		EN        string `json:"en"`
	}
	out := struct {
		From     time.Time `json:"from"`
		To       time.Time `json:"to"`
		Turned   []turned  `json:"turned"`
		Verdicts []count   `json:"verdicts"`
		New      []line    `json:"new"`
		Due      []line    `json:"due"`
	}{From: d.From, To: d.To, Turned: []turned{}, Verdicts: []count{}, New: []line{}, Due: []line{}}
	for i := range d.Turned {
		t := &d.Turned[i]
		sentence := verdict.Sentence(t.State)
		out.Turned = append(out.Turned, turned{t.Target.ID, t.Category, t.Target.Name, t.Before, t.Verdict, sentence.ZH, sentence.EN})
	}
	for _, c := range d.Judged {
		out.Verdicts = append(out.Verdicts, count(c))
	}
	zh, en := d.published(lang.Chinese), d.published(lang.English)
	for i := range d.New {
		out.New = append(out.New, line{d.New[i].Indicator.Code, zh[i].line(lang.Chinese), en[i].line(lang.English)})
	}
	zh, en = d.owed(lang.Chinese), d.owed(lang.English)
	for i := range d.Due {
		out.Due = append(out.Due, line{d.Due[i].Indicator.Code, zh[i].line(lang.Chinese), en[i].line(lang.English)})
	}
	return out
}
