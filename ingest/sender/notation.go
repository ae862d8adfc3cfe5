package sender

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/sheet"
)

// look surveys the file, using what the sender and the catalogue say about it.
// Faults of the file are kept for the report.
func (f *file) look() error {
	if f.broken = f.input.fault; f.broken != nil {
		f.survey = &sheet.Survey{Rows: f.input.unread}
		return nil
	}
	if f.input.usual == nil {
		usual, err := f.inspector.usual(&f.input)
		if err != nil {
			return err
		}
		f.input.usual = &usual
	}
	var err error
	f.survey, err = sheet.Look(f.input.Name, f.input.Open, sheet.Given{
		Notation: f.input.As.Notation,
		Usual:    *f.input.usual,
		Word:     func(text string) bool { return f.inspector.words[text] },
		Possible: f.inspector.possible,
		Sender:   f.inspector.validator.Sender,
		Place:    f.input.place,
		Stored:   f.input.stored,
	})
	var fault *sheet.Fault
	switch {
	case errors.As(err, &fault):
		f.broken = err
	case err != nil:
		return fmt.Errorf("read %w", err) // the survey has added the name
	}
	return nil
}

// headSize is how much of a file is searched for indicator codes, in bytes.
const headSize = 64 << 10

// separates reports whether a character stands between what may be codes of indicators.
// The columns of the file are not known yet at that point.
func separates(r rune) bool {
	return r != '_' && r != '-' && !unicode.In(r, unicode.L, unicode.M, unicode.Nd)
}

// usual returns how the agency's files are written according to the catalogue. If
// the file has indicators of several agencies whose files differ, it returns the
// zero value.
func (in *inspector) usual(input *Input) (n sheet.Notation, err error) {
	src, err := input.Open()
	if err != nil {
		return n, err
	}
	defer func() { _ = src.Close() }() // only read from
	head, err := io.ReadAll(io.LimitReader(src, headSize))
	if err != nil {
		return n, fmt.Errorf("read %s: %w", input.Name, err)
	}
	text := strings.ReplaceAll(string(head), "\x00", "") // as in UTF-16
	var agency *catalog.Agency
	for code := range strings.FieldsFuncSeq(text, separates) {
		ind, ok := in.validator.Cat.Indicator(code)
		switch {
		case !ok || ind.Agency == agency:
		case agency == nil:
			agency = ind.Agency
		case !sameFiles(agency.Files, ind.Agency.Files):
			return n, nil
		}
	}
	if agency == nil {
		return n, nil
	}
	n = sheet.Notation{Decimal: agency.Files.Decimal, Thousands: agency.Files.Thousands,
		Encoding: agency.Files.Encoding, Columns: agency.Files.Columns}
	if err := n.Check(); err != nil {
		return n, fmt.Errorf("catalogue: agency %s: files: %w", agency.Code, err)
	}
	return n, nil
}

func sameFiles(a, b catalog.Files) bool {
	return a.Decimal == b.Decimal && a.Thousands == b.Thousands && a.Encoding == b.Encoding && strings.Join(a.Columns, ",") == strings.Join(b.Columns, ",")
}

// wordsOf returns the texts of a catalogue that a file may contain.
func wordsOf(cat *catalog.Catalog) map[string]bool {
	words := map[string]bool{}
	for _, u := range cat.Units {
		for _, spelling := range u.Spellings() {
			words[spelling] = true
		}
	}
	for _, a := range cat.Areas {
		words[a.Code], words[a.Name.ZH], words[a.Name.EN] = true, true, true
	}
	for _, i := range cat.Indicators {
		words[i.Code], words[i.Name.ZH], words[i.Name.EN] = true, true, true
		for _, c := range i.Categories {
			words[c] = true
		}
	}
	return words
}

// possible reports whether the catalogue allows the figure: it is within the
// bounds, and whole when its unit counts whole things.
func (in *inspector) possible(f *figure.Figure) bool {
	c, problems := in.validator.Check(f)
	for _, p := range problems {
		if p.Code == "figure/out-of-bounds" {
			return false
		}
	}
	if c.Question != nil {
		return false
	}
	return c.Indicator == nil || !c.Indicator.UnitOf(f.Measure).Whole || !strings.Contains(c.Base.String(), ".")
}
