package desk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/layout"
	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/ingest/sheet"
)

// place is a row of a draft: a file or sheet, and the line in it.
type place struct {
	file string
	line int
}

// change is what a person has changed in a row.
type change struct {
	fields map[string]string // by the name of the field on the wire
	reason string            // why the person stands by an implausible value
	leave  bool              // not to be sent
}

// upload is a file as it was dropped.
type upload struct {
	name string
	data []byte
}

// draft is what somebody has dropped or pasted and not sent yet.
type draft struct {
	id     string
	owner  string
	made   time.Time
	pasted bool
	files  []upload

	mu      sync.Mutex
	meaning meaning // what the person says about its tables
	changes map[place]change
	left    map[place]sender.Row // rows not to be sent, as they were
	found   *inspected
	names   []string                // of the files and sheets seen so far; forms refer to them by number
	rest    *rest                   // what was not sent with it; nil if all was
	rows    atomic.Int64            // how many were found
	sending atomic.Pointer[sending] // nil until it is sent; set by holders of mu, read by anybody
}

// rest is what was not sent with a draft, because something was wrong with it: a draft of
// its own.
type rest struct {
	Draft string
	Rows  int
}

// thousands matches a number whose digits are grouped by commas.
var thousands = regexp.MustCompile(`^-?\d{1,3}(,\d{3})+(\.\d*)?$`)

// maxRows limits a draft: nobody looks at more, and its rows are kept in memory.
const maxRows = 50_000

var errTooManyRows = errors.New("there are too many rows")

// rowSize is about the memory that a row takes, in bytes.
const rowSize = 2500

// size is about the memory that a draft takes, in bytes.
func (d *draft) size() int {
	n := int(d.rows.Load()) * rowSize
	for _, f := range d.files {
		n += len(f.data)
	}
	return n
}

// inputs are the files with what the person has changed. Callers hold mu, or own the
// draft.
func (d *draft) inputs(p *Person, said *layout.Map, agencyOf func(indicator string) string) []sender.Input {
	changes := maps.Clone(d.changes)
	as := sender.As{Map: said, Amend: func(file string, row *sheet.Row) bool {
		c := changes[place{file, row.Line}]
		if c.leave {
			return false
		}
		c.amend(row)
		if agency := agencyOf(row.Figure.Indicator); agency != "" && !p.Sends(agency) {
			row.Problems = append(row.Problems, &figure.Problem{Code: "figure/foreign-agency", Field: "indicator", Text: row.Figure.Indicator,
				Reason: "belongs to " + agency + ", and you send for " + strings.Join(p.Agencies, ", "), Hint: "leave the row out; only its own agency may send an indicator"})
		}
		return true
	}}
	inputs := make([]sender.Input, len(d.files))
	for i, f := range d.files {
		inputs[i] = sender.Input{Name: f.name, As: as, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.data)), nil }}
	}
	return inputs
}

// amend changes a row as the person wants it.
func (c *change) amend(row *sheet.Row) {
	for _, name := range fieldOrder {
		text, changed := c.fields[name]
		if !changed {
			continue
		}
		row.Problems = slices.DeleteFunc(slices.Clone(row.Problems), func(p *figure.Problem) bool {
			return p.Field == name || p.Code == "figure/value-and-status"
		})
		err := setField(&row.Figure, name, text)
		if p, ok := err.(*figure.Problem); ok { //nolint:errorlint // SetField says so
			row.Problems = append(row.Problems, p)
		}
	}
	if len(c.fields) > 0 && len(row.Problems) == 0 {
		if p, ok := row.Figure.Settle().(*figure.Problem); ok { //nolint:errorlint // Settle says so
			row.Problems = append(row.Problems, p)
		}
	}
	if c.reason != "" {
		row.Figure.Confirmed, row.Figure.Reason = true, c.reason
	}
}

// fieldOrder lists the fields that can be corrected. The measure decides how the period
// is read, so it comes first.
var fieldOrder = []string{"indicator", "area", "category", "measure", "period", "unit", "value", "status", "note"}

// setField sets a field to a text that a person has typed.
func setField(f *figure.Figure, name, text string) error {
	text = strings.TrimFunc(text, unicode.IsSpace)
	switch name {
	case "period":
		p, err := figure.ReadPeriod(text, f.Measure, 0)
		if err == nil {
			f.Period = p
		}
		return err
	case "value":
		if text = typedNumber(text); text != "" && !f.Status.Allows(false) {
			f.Status = figure.Normal // it said why there was no value
		}
	}
	return f.SetField(name, text)
}

// typedNumber removes what people type into numbers: full-width digits, spaces, and
// commas between groups of three digits.
func typedNumber(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '．':
			return '.'
		case r == '，':
			return ','
		case r == '－', r == '−':
			return '-'
		case unicode.IsSpace(r):
			return -1
		}
		return r
	}, text)
	if thousands.MatchString(text) {
		text = strings.ReplaceAll(text, ",", "")
	}
	return text
}

// inspected is what was found in a draft.
type inspected struct {
	report    *sender.Report
	rows      []sender.Row
	faults    []sender.Finding // because of which files cannot be read
	mark      string           // the same as long as nothing that people see has changed
	stale     bool             // NATS could not be asked what is stored now
	undecided int              // figures that have been sent and are not stored yet
}

// inspect reads the draft again, with what has been changed, and compares it with what
// is stored now.
func (d *Desk) inspect(ctx context.Context, p *Person, dr *draft) error {
	select {
	case d.busy <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-d.busy }()
	begun := time.Now()
	found := &inspected{stale: true}
	holdings := d.holdings.Load()
	if holdings != nil {
		asking, cancel := context.WithTimeout(ctx, refreshWithin)
		found.stale = holdings.Refresh(asking) != nil
		cancel()
		found.undecided = holdings.Undecided()
	}
	said, err := dr.meaning.read(d)
	if err != nil {
		said = nil // the page says what is wrong with it
	}
	found.report, err = sender.Inspection{Catalog: d.Catalog, Against: holdings,
		Row: func(r *sender.Row) error {
			if len(found.rows) == maxRows {
				return errTooManyRows
			}
			found.rows = append(found.rows, *r)
			return nil
		},
		Fault: func(f sender.Finding) { found.faults = append(found.faults, f) },
	}.Check(ctx, dr.inputs(p, said, d.agencyOf))
	if err != nil {
		return fmt.Errorf("read what was dropped: %w", err)
	}
	found.mark = markOf(found.rows)
	dr.found = found
	dr.rows.Store(int64(len(found.rows)))
	d.metrics.reading.Observe(time.Since(begun).Seconds())
	return nil
}

// refreshWithin is how long NATS may take to say what is stored now.
const refreshWithin = 5 * time.Second

// markOf identifies what is seen of rows: their figures, what is stored beside them,
// and what would become of them.
func markOf(rows []sender.Row) string {
	h := sha256.New()
	var line []byte
	for i := range rows {
		r := &rows[i]
		line = r.Figure.AppendJSON(line[:0])
		line = append(line, byte(r.Change), byte(len(r.Findings)), byte(len(r.Unusual)))
		if r.Was != nil {
			line = binary.AppendUvarint(line, r.Was.Seq)
		}
		h.Write(line)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// agencyOf returns the agency of an indicator, empty when the catalogue does not have
// it.
func (d *Desk) agencyOf(indicator string) string {
	if ind, ok := d.Catalog.Indicator(indicator); ok && ind.Agency != nil {
		return ind.Agency.Code
	}
	return ""
}

// fileName makes the name of a dropped file fit to be shown, and different from those
// before it.
func fileName(name string, others []upload) string {
	name = filepath.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && r != ':' && r != '!' {
			return r
		}
		return '_'
	}, strings.ToValidUTF8(name, "_"))
	ext := filepath.Ext(name)
	if len(ext) > 16 { // not one that says what the file is
		ext = ""
	}
	base := strings.TrimSuffix(name, ext)
	if long := []rune(base); len(long) > 80 {
		base = string(long[:80])
	}
	for n := 1; ; n++ {
		full := base + ext
		if n > 1 {
			full = fmt.Sprintf("%s (%d)%s", base, n, ext)
		}
		if !slices.ContainsFunc(others, func(u upload) bool { return u.name == full }) {
			return full
		}
	}
}
