package sheet

import (
	"errors"
	"io"
	"math"

	"github.com/tidemark-stats/tidemark/figure"
)

// maxCompared limits the number of rows whose two readings are compared.
const maxCompared = 100_000

// trial is the result of reading the whole file in one way.
type trial struct {
	open     int     // figures whose cell has two readings
	possible int     // those of them that the catalogue allows
	leap     float64 // the largest step within a series, in powers of ten
}

// compare reads the file both ways. possible is the only decimal mark with which
// the catalogue allows the open figures, and near the only one with which they fit
// their series; 0 when that is neither or both.
func (s *Survey) compare() (possible, near byte, err error) {
	var trials [2]trial
	groups := s.groups
	s.groups = anyGroups
	for i, decimal := range []byte{'.', ','} {
		s.decimal = decimal
		if trials[i], err = s.try(); err != nil {
			return 0, 0, err
		}
	}
	s.decimal, s.groups = '.', groups
	only := func(ok func(a, b trial) bool) byte {
		point, comma := ok(trials[0], trials[1]), ok(trials[1], trials[0])
		switch {
		case point && !comma:
			return '.'
		case comma && !point:
			return ','
		}
		return 0
	}
	possible = only(func(a, b trial) bool { return a.open > 0 && a.possible*10 >= a.open*9 && b.possible*10 <= b.open })
	near = only(func(a, b trial) bool { return a.leap <= 1 && b.leap >= 2 }) // factors of ten and a hundred
	return possible, near, nil
}

// try reads the file with the current decimal mark.
func (s *Survey) try() (t trial, err error) {
	src, err := s.open()
	if err != nil {
		return t, err
	}
	defer func() { _ = src.Close() }() // only read from
	reader, err := s.Open(src)
	if err != nil {
		return t, err
	}
	type key struct {
		series figure.Series
		unit   string
	}
	last := map[key]float64{}
	for range maxCompared {
		row, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return t, err
		}
		if len(row.Problems) > 0 || row.Figure.Withheld {
			continue
		}
		if reader.open {
			t.open++
			if s.given.Possible != nil && s.given.Possible(&row.Figure) {
				t.possible++
			}
		}
		size := math.Abs(row.Figure.Value.Float64())
		if size == 0 {
			continue
		}
		k := key{row.Figure.Series(), row.Figure.Unit}
		if before, known := last[k]; known {
			t.leap = max(t.leap, math.Abs(math.Log10(size/before)))
		}
		last[k] = size
	}
	return t, nil
}
