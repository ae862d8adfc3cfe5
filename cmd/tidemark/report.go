package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// reportFlags say how the report on files is written.
type reportFlags struct {
	JSON bool   `name:"json" help:"Print the report as one JSON object; of what is compared with every row."`
	HTML string `name:"html" env:"-" help:"Write the report as a page for a browser or a colleague, too; the file must not exist." placeholder:"FILE"`
	Lang string `help:"Language of what is compared and of the page: zh or en; that of $LANG if omitted." enum:",zh,en" default:"" placeholder:"LANG"`
}

// paper is a report that is to be written.
type paper struct {
	flags  *reportFlags
	stdout io.Writer
	page   *os.File     // nil when none is wanted
	rows   *sender.Rows // nil when none are wanted
	done   bool
}

// openReport makes the files of the report, before anything is done on which it is.
func (f *reportFlags) openReport(e *env) (*paper, error) {
	p := &paper{flags: f, stdout: e.stdout}
	if f.JSON {
		p.rows = &sender.Rows{}
	}
	if f.HTML == "" {
		return p, nil
	}
	var err error
	p.page, err = os.OpenFile(f.HTML, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("--html: %s exists already; remove it, or name another file", f.HTML)
	}
	if err != nil {
		return nil, fmt.Errorf("--html: %w", err)
	}
	return p, nil
}

// row is for sender.Inspection.
func (p *paper) row() func(*sender.Row) error {
	if p.rows == nil {
		return nil
	}
	return p.rows.Add
}

// write writes the report.
func (p *paper) write(r *sender.Report, o sender.Occasion) error {
	p.done = true
	if p.page != nil {
		if err := errors.Join(r.WriteHTML(p.page, o, p.flags.language()), p.page.Close()); err != nil {
			return fmt.Errorf("--html: %w", err)
		}
	}
	switch {
	case p.flags.JSON && r.Compared != nil:
		return p.rows.WriteJSON(p.stdout, r)
	case p.flags.JSON:
		return r.WriteJSON(p.stdout)
	case r.Compared != nil || p.flags.Lang != "":
		return r.WriteIn(p.stdout, o, p.flags.language())
	}
	return r.WriteText(p.stdout, o)
}

// close removes what is temporary, and the page if there is no report.
func (p *paper) close() {
	if p.rows != nil {
		_ = p.rows.Close() // temporary anyway
	}
	if p.page != nil && !p.done {
		_ = p.page.Close()
		_ = os.Remove(p.page.Name())
	}
}

// language is that of the flag or else of the user's locale; empty when it does not
// say.
func (f *reportFlags) language() lang.Language {
	if f.Lang != "" {
		return lang.Language(f.Lang)
	}
	locale := cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG"))
	switch name, _, _ := strings.Cut(locale, "."); {
	case name == "", name == "C", name == "POSIX":
		return ""
	case strings.HasPrefix(name, "zh"):
		return lang.Chinese
	}
	return lang.English
}
