// Package booktest makes books for tests: from a few vintages, or from the
// catalogue's sample as the exporter has it once everything is ingested.
package booktest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/catalog/sample"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// Of returns a book with the given vintages.
func Of(t testing.TB, vintages ...store.Vintage) *book.Book {
	t.Helper()
	b, err := merged(new(book.Book), vintages)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func merged(b *book.Book, vintages []store.Vintage) (*book.Book, error) {
	return b.Merge(Sequence(vintages...))
}

// Sequence yields vintages, as a book merges them.
func Sequence(vintages ...store.Vintage) iter.Seq2[*store.Vintage, error] {
	return func(yield func(*store.Vintage, error) bool) {
		for i := range vintages {
			if !yield(&vintages[i], nil) {
				return
			}
		}
	}
}

// Published is a level of the port in the area H1, published on a day. It
// panics if period or day is invalid.
func Published(indicator, period string, value float64, day string) store.Vintage {
	p, err := figure.ParsePeriod(period)
	if err != nil {
		panic(err)
	}
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return store.Vintage{Cell: figure.Cell{Indicator: indicator, Area: "H1", Category: figure.Total, Measure: figure.Level, Period: p},
		Agency: "port", Status: figure.Normal, Value: value, Moment: at.UnixMilli()}
}

// Noted returns the vintage and the note on it, as store.Noted streams them.
func Noted(v store.Vintage, note string) []store.Vintage {
	said := v
	said.Value, said.Withheld, said.Note = 0, false, note
	return []store.Vintage{v, said}
}

// Withheld returns the vintage without its number.
func Withheld(v store.Vintage) store.Vintage {
	v.Status, v.Value, v.Withheld = figure.Suppressed, 0, true
	return v
}

// Sample is the sample of Ningbo.
func Sample() *book.Book { return sampleBook() }

var sampleBook = sync.OnceValue(func() *book.Book {
	_, last := sample.Published()
	return SampleUntil(last)
})

// SampleUntil is what was published of the sample up to a day.
func SampleUntil(day figure.Day) *book.Book {
	b := new(book.Book)
	for _, name := range sample.Files() {
		vintages, err := readSample(name, day)
		if err == nil {
			b, err = merged(b, vintages)
		}
		if err != nil {
			panic(name + ": " + err.Error())
		}
	}
	return b
}

func readSample(name string, until figure.Day) (all []store.Vintage, err error) {
	text, _ := sample.Until(name, until)
	reader := csv.NewReader(bytes.NewReader(text))
	header, err := reader.Read()
	if err != nil {
		return nil, err
	}
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		var row figure.Figure
		source := ""
		for i, text := range record {
			if header[i] == "source" {
				source = text
				continue
			}
			if err := row.SetField(header[i], text); err != nil {
				return nil, err
			}
		}
		v, err := vintage(row)
		if err != nil {
			return nil, err
		}
		if source != "" { // as package sheet reads it
			row.Note = strings.TrimPrefix(row.Note+" ["+source+"]", " ")
		}
		if row.Note == "" {
			all = append(all, v)
			continue
		}
		all = append(all, Noted(v, row.Note)...)
	}
}

func vintage(row figure.Figure) (store.Vintage, error) {
	i, ok := catalog.Ningbo().Indicator(row.Indicator)
	if !ok {
		return store.Vintage{}, fmt.Errorf("indicator %s is unknown", row.Indicator)
	}
	value, err := i.ToBase(row.Value, row.Unit, row.Measure)
	if err != nil {
		return store.Vintage{}, err
	}
	published, _, err := figure.ParsePublished(row.Published, catalog.Ningbo().Location())
	if err != nil {
		return store.Vintage{}, err
	}
	return store.Vintage{Cell: row.Cell, Agency: i.Agency.Code, Status: row.Status, Value: value.Float64(),
		Withheld: row.Withheld, Moment: published.UnixMilli()}, nil
}
