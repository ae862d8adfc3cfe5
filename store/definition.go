package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/influxdata/line-protocol/v2/lineprotocol"

	"github.com/tidemark-stats/tidemark/figure"
)

// Definition is what something in the catalogue meant from a given time on: the
// unit and kind of an indicator's stored figures, or the goal of a target. The
// text comes from the catalogue; the store does not interpret it.
//
//	measurement  definition
//	tags         of, code
//	field        is
//	time         since
type Definition struct {
	Of    string `json:"of"` // OfIndicator or OfTarget
	Code  string `json:"code"`
	Since int64  `json:"since"` // milliseconds since 1970, UTC
	Is    string `json:"is"`
}

// The kinds of things that have definitions.
const (
	OfIndicator = "indicator"
	OfTarget    = "target"
)

// Compare orders definitions by kind and code, then by time.
func (d Definition) Compare(o Definition) int {
	return cmp.Or(cmp.Compare(d.Of, o.Of), cmp.Compare(d.Code, o.Code), cmp.Compare(d.Since, o.Since), cmp.Compare(d.Is, o.Is))
}

// Newest returns the last definition of something, whose Is is empty if there
// is none. The definitions must be in the order of Compare.
func Newest(all []Definition, of, code string) (newest Definition) {
	for _, d := range all {
		if d.Of == of && d.Code == code {
			newest = d
		}
	}
	return newest
}

// The names of definitions in the data model.
const (
	definition = "definition"
	fieldIs    = "is"
)

// Define stores definitions and records that in the journal. Writing one twice
// changes nothing. The errors are those of Write.
func (s *Store) Define(ctx context.Context, all []Definition) error {
	if len(all) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	e := encoders.Get().(*lineprotocol.Encoder)
	defer encoders.Put(e)
	e.Reset()
	today := Vintage{Cell: figure.Cell{Period: figure.PeriodAt(figure.Monthly, time.Now().UTC())}}
	news := make([]Vintage, len(all)) // for the journal, which needs codes and periods
	for i, d := range all {
		text, ok := lineprotocol.StringValue(d.Is)
		if !ok {
			return &RefusedError{Reason: fmt.Sprintf("the definition of %s is not valid UTF-8", d.Code)}
		}
		e.StartLine(definition)
		e.AddTag("code", d.Code)
		e.AddTag("of", d.Of)
		e.AddField(fieldIs, text)
		e.EndLine(time.UnixMilli(d.Since))
		news[i] = today
		news[i].Indicator = d.Code
	}
	return s.send(ctx, e, news)
}

// Definitions reads all definitions, in the order of Compare. An error is an
// *UnavailableError.
func (s *Store) Definitions(ctx context.Context) (all []Definition, err error) {
	flux := fmt.Sprintf(`from(bucket: %s)
  |> range(start: %s, stop: %s)
  |> filter(fn: (r) => r._measurement == %q and r._field == %q)`,
		fluxString(s.opts.Bucket), beginning.Format(time.RFC3339), end.Format(time.RFC3339), definition, fieldIs)
	err = s.query(ctx, flux, func(t *table) error {
		at, err := t.columns("_time", "_value")
		if err != nil {
			return err
		}
		of, code := t.name("of"), t.name("code")
		for t.next() {
			var since time.Time
			if err := since.UnmarshalText(t.row[at[0]]); err != nil {
				return fmt.Errorf("time of a definition %q: %w", t.row[at[0]], err)
			}
			all = append(all, Definition{of, code, since.UnixMilli(), string(t.row[at[1]])})
		}
		return nil
	})
	slices.SortFunc(all, Definition.Compare)
	return all, s.wrap("read definitions from InfluxDB", err)
}
