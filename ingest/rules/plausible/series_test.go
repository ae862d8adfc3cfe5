package plausible

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// published is a series of published figures.
type published struct {
	figure.Series
	ask    Question // the fields that are the same for all of its figures
	points []Point
	toDate map[int32]float64 // the year-to-date values of the same periods, for levels
}

// collect reads the public series in testdata and those of the sample.
func collect(t testing.TB) (all []*published, sample map[*published]bool) {
	t.Helper()
	bySeries := map[figure.Series]*published{}
	sample = map[*published]bool{}
	read := func(file string) {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		columns := map[string]int{}
		for i, name := range rows[0] {
			columns[name] = i
		}
		for _, row := range rows[1:] {
			at := func(name string) string {
				if i, ok := columns[name]; ok {
					return row[i]
				}
				return ""
			}
			s := take(t, bySeries, at)
			if s != nil && strings.Contains(file, "sample") {
				sample[s] = true
			}
		}
	}
	read("testdata/series.csv")
	files, _ := filepath.Glob("../../../catalog/sample/*.csv")
	for _, file := range files {
		read(file)
	}
	for _, s := range bySeries {
		slices.SortFunc(s.points, func(a, b Point) int { return int(a.Period - b.Period) })
		year := s.Series
		year.Measure = figure.YTD
		if to := bySeries[year]; to != nil && s.Measure == figure.Level {
			s.toDate = map[int32]float64{}
			for _, p := range to.points {
				s.toDate[p.Period] = p.Value
			}
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *published) int { return a.Compare(b.Series) })
	return all, sample
}

func take(t testing.TB, all map[figure.Series]*published, at func(string) string) *published {
	t.Helper()
	value, err := strconv.ParseFloat(at("value"), 64)
	if err != nil {
		return nil // withheld
	}
	period, err := figure.ParsePeriod(at("period"))
	if err != nil {
		t.Fatal(err)
	}
	measure, err := figure.ParseMeasure(at("measure"))
	if err != nil {
		t.Fatal(err)
	}
	jump, adds, rank := 3.0, true, false
	if ind, ok := catalog.Ningbo().Indicator(at("indicator")); ok {
		adds, rank = ind.Kind == catalog.Flow, ind.Kind == catalog.Rank
		if j := ind.MaxJump.Float64(); j > 1 {
			jump = j
		}
		if power, ok := ind.UnitOf(measure).Multiplier(at("unit")); ok {
			value *= math.Pow10(power)
		}
	} else if text := at("max_jump"); text != "" {
		adds = at("indicator") != "cpi"
		jump, _ = strconv.ParseFloat(text, 64)
	}
	series := figure.Cell{Indicator: at("indicator"), Area: at("area"), Category: at("category"), Measure: measure, Period: period}.Series()
	if at("source") != "" && at("unit") == "" {
		series.Category = "public"
	}
	s := all[series]
	if s == nil {
		s = &published{Series: series, ask: Question{PerYear: int32(period.Frequency().PerYear()), MaxJump: jump,
			ToDate: measure == figure.YTD, Adds: adds && measure == figure.Level, Rank: rank, Rate: measure.Growth()}}
		all[series] = s
	}
	n := int32(period.Year()*period.Frequency().PerYear() + period.Number() - 1)
	if i := slices.IndexFunc(s.points, func(p Point) bool { return p.Period == n }); i >= 0 {
		s.points[i].Value = value // a revision
		return s
	}
	s.points = append(s.points, Point{n, value})
	return s
}

// injected is a kind of error.
type injected struct {
	name string
	// wrong returns what is written instead of the i-th figure; false when the
	// mistake is impossible there.
	wrong func(s *published, i int) (float64, bool)
}

func times(k float64) func(*published, int) (float64, bool) {
	return func(s *published, i int) (float64, bool) {
		return s.points[i].Value * k, !s.ask.Rate && !s.ask.Rank && s.points[i].Value != 0
	}
}

var kinds = []injected{
	{"×10", times(10)}, {"×100", times(100)}, {"×1000", times(1e3)}, {"×10^4", times(1e4)},
	{"÷10", times(.1)}, {"÷100", times(.01)}, {"÷1000", times(1e-3)}, {"÷10^4", times(1e-4)},
	{"×2", times(2)}, {"÷2", times(.5)}, {"×1.3", times(1.3)},
	{"digits swapped", swapped},
	{"last period copied", func(s *published, i int) (float64, bool) {
		if i == 0 || s.points[i-1].Period != s.points[i].Period-1 || s.points[i-1].Value == s.points[i].Value || s.ask.Rank || s.ask.Rate {
			return 0, false
		}
		return s.points[i-1].Value, true
	}},
	{"year-to-date for the month", func(s *published, i int) (float64, bool) {
		p := s.points[i]
		n := int(p.Period % s.ask.PerYear)
		if v, ok := s.toDate[p.Period]; ok && n > 0 && s.ask.Adds {
			return v, true
		}
		if !s.ask.Adds || n == 0 || i < n || s.points[i-n].Period != p.Period-int32(n) {
			return 0, false
		}
		sum := 0.0
		for _, q := range s.points[i-n : i+1] {
			sum += q.Value
		}
		return sum, true
	}},
	{"sign lost", times(-1)},
	{"zero for missing", func(s *published, i int) (float64, bool) {
		return 0, !s.ask.Rate && !s.ask.Rank && s.points[i].Value != 0
	}},
	{"rate as index", func(s *published, i int) (float64, bool) { return s.points[i].Value + 100, s.ask.Rate }},
}

// swapped exchanges the first two digits that differ.
func swapped(s *published, i int) (float64, bool) {
	if s.ask.Rate || s.ask.Rank {
		return 0, false
	}
	text := []byte(strconv.FormatFloat(s.points[i].Value, 'f', -1, 64))
	for j := 1; j < len(text); j++ {
		if text[j] != '.' && text[j-1] != '.' && text[j-1] != '-' && text[j] != text[j-1] {
			text[j], text[j-1] = text[j-1], text[j]
			v, err := strconv.ParseFloat(string(text), 64)
			return v, err == nil
		}
	}
	return 0, false
}
