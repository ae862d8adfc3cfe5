// Package book holds every figure with all its vintages in memory, so that
// questions about today, any year, or what was known on a given day are answered
// without querying InfluxDB.
//
// A Book is immutable. Merging vintages returns a new one that shares every
// series that did not change, so a reader can use a book for any length of time
// and never sees a partial update.
package book

import (
	"errors"
	"iter"
	"slices"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// Book holds all figures at one point in time. The zero Book is empty.
type Book struct {
	series   []*Series // ordered by Key
	agencies []string  // vintages name their agency by its index here
	figures  int
	vintages int
	defined  []store.Definition
	refused  map[string]error
}

// Definitions returns the stored definitions of figures and targets, in the
// order of their Compare. They must not be modified.
func (b *Book) Definitions() []store.Definition { return b.defined }

// Define returns the book with these definitions; b itself if it already has
// them.
func (b *Book) Define(all []store.Definition) *Book {
	if slices.Equal(b.defined, all) {
		return b
	}
	defined := *b
	defined.defined = all
	return &defined
}

// Refuse returns the book without the figures of some indicators, mapped to
// the reasons why they must not be shown; b itself if there are none.
func (b *Book) Refuse(why map[string]error) *Book {
	if len(why) == 0 {
		return b
	}
	rest := &Book{agencies: b.agencies, defined: b.defined, refused: why}
	for _, s := range b.series {
		if why[s.Key.Indicator] == nil {
			rest.series = append(rest.series, s)
			rest.figures += s.figures
			rest.vintages += len(s.vintages)
		}
	}
	return rest
}

// Without returns the book without the series of an indicator, so that they
// can be read again.
func (b *Book) Without(indicator string) *Book {
	rest := b.Refuse(map[string]error{indicator: errForgotten})
	rest.refused = b.refused
	return rest
}

var errForgotten = errors.New("to be read again")

// Refused is the reason why the figures of an indicator are not in the book,
// nil if they were not removed.
func (b *Book) Refused(indicator string) error { return b.refused[indicator] }

// All returns the series in the order of their keys.
func (b *Book) All() iter.Seq[*Series] { return slices.Values(b.series) }

// Len is the number of series.
func (b *Book) Len() int { return len(b.series) }

// Figures is the number of cells that have a figure, including withheld ones.
func (b *Book) Figures() int { return b.figures }

// Vintages is the number of publications kept for all cells, including
// repeated ones.
func (b *Book) Vintages() int { return b.vintages }

// Find returns the series with that key.
func (b *Book) Find(key figure.Series) (*Series, bool) {
	i, ok := b.search(key)
	if !ok {
		return nil, false
	}
	return b.series[i], true
}

// Of returns the series of one indicator, in order.
func (b *Book) Of(indicator string) []*Series {
	from, _ := b.search(figure.Series{Indicator: indicator})
	to := from
	for to < len(b.series) && b.series[to].Key.Indicator == indicator {
		to++
	}
	return b.series[from:to:to]
}

// In returns the series of one indicator in one area, in order.
func (b *Book) In(indicator, area string) []*Series {
	from, _ := b.search(figure.Series{Indicator: indicator, Area: area})
	to := from
	for to < len(b.series) && b.series[to].Key.Indicator == indicator && b.series[to].Key.Area == area {
		to++
	}
	return b.series[from:to:to]
}

// Place is an indicator in an area.
type Place struct{ Indicator, Area string }

// Changed returns the places where the series of the two books differ. Books
// share the series that are the same.
func (b *Book) Changed(o *Book) map[Place]bool {
	places := map[Place]bool{}
	for i, j := 0, 0; i < len(b.series) || j < len(o.series); {
		if i < len(b.series) && j < len(o.series) && b.series[i] == o.series[j] {
			i, j = i+1, j+1
			continue
		}
		order := -1
		switch {
		case i == len(b.series):
			order = 1
		case j < len(o.series):
			order = b.series[i].Key.Compare(o.series[j].Key)
		}
		if order <= 0 {
			places[Place{b.series[i].Key.Indicator, b.series[i].Key.Area}] = true
			i++
		}
		if order >= 0 {
			places[Place{o.series[j].Key.Indicator, o.series[j].Key.Area}] = true
			j++
		}
	}
	return places
}

func (b *Book) search(key figure.Series) (int, bool) {
	return slices.BinarySearchFunc(b.series, key, func(s *Series, key figure.Series) int { return s.Key.Compare(key) })
}
