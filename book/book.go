// Package book holds every figure with all its vintages in memory, so that a
// question about today, about any year or about what was known on a day is
// answered without asking InfluxDB.
//
// A Book is never changed. Merging vintages gives another one that shares
// every series the vintages did not touch, so that a reader keeps the book it
// took for as long as it likes and never sees half an update.
package book

import (
	"errors"
	"iter"
	"slices"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// Book is all figures at one moment. The zero Book holds none.
type Book struct {
	series   []*Series // ordered by Key
	agencies []string  // vintages name their agency by its index here
	figures  int
	vintages int
	defined  []store.Definition
	refused  map[string]error
}

// Definitions are what figures and targets meant, as it was stored, in the
// order of their Compare. They must not be changed.
func (b *Book) Definitions() []store.Definition { return b.defined }

// Define gives the book with these definitions; b itself when it has them.
func (b *Book) Define(all []store.Definition) *Book {
	if slices.Equal(b.defined, all) {
		return b
	}
	defined := *b
	defined.defined = all
	return &defined
}

// Refuse gives the book without the figures of some indicators, by the reasons
// why they are not to be shown; b itself when there are none.
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

// Without gives the book without the series of an indicator, so that they can
// be read anew.
func (b *Book) Without(indicator string) *Book {
	rest := b.Refuse(map[string]error{indicator: errForgotten})
	rest.refused = b.refused
	return rest
}

var errForgotten = errors.New("to be read anew")

// Refused is why the figures of an indicator are not in the book, nil when
// none were left out.
func (b *Book) Refused(indicator string) error { return b.refused[indicator] }

// All gives the series in the order of their keys.
func (b *Book) All() iter.Seq[*Series] { return slices.Values(b.series) }

// Len is the number of series.
func (b *Book) Len() int { return len(b.series) }

// Figures is the number of cells that hold a figure, withheld ones included.
func (b *Book) Figures() int { return b.figures }

// Vintages is the number of publications kept for all cells, repeated ones
// included.
func (b *Book) Vintages() int { return b.vintages }

// Find gives the series with that key.
func (b *Book) Find(key figure.Series) (*Series, bool) {
	i, ok := b.search(key)
	if !ok {
		return nil, false
	}
	return b.series[i], true
}

// Of gives the series of one indicator, in order.
func (b *Book) Of(indicator string) []*Series {
	from, _ := b.search(figure.Series{Indicator: indicator})
	to := from
	for to < len(b.series) && b.series[to].Key.Indicator == indicator {
		to++
	}
	return b.series[from:to:to]
}

func (b *Book) search(key figure.Series) (int, bool) {
	return slices.BinarySearchFunc(b.series, key, func(s *Series, key figure.Series) int { return s.Key.Compare(key) })
}
