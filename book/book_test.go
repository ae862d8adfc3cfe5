package book

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// key is the series most tests use.
var key = figure.Series{Indicator: "container_throughput", Area: "NBZS", Category: figure.Total, Measure: figure.Level, Frequency: figure.Monthly}

// month is a vintage of key: the month's value as published on a day.
func month(period string, value float64, status figure.Status, day string) store.Vintage {
	return store.Vintage{Cell: key.At(parsePeriod(period)), Agency: "port", Status: status, Value: value, Moment: at(day).UnixMilli()}
}

// withheld is v without its number.
func withheld(v store.Vintage) store.Vintage {
	v.Value, v.Withheld = 0, true
	return v
}

func parsePeriod(s string) figure.Period {
	p, err := figure.ParsePeriod(s)
	if err != nil {
		panic(err)
	}
	return p
}

func at(day string) time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return t
}

// sequence yields the vintages as the store does, all through the same
// pointer.
func sequence(vintages ...store.Vintage) iter.Seq2[*store.Vintage, error] {
	return func(yield func(*store.Vintage, error) bool) {
		var v store.Vintage
		for _, v = range vintages {
			if !yield(&v, nil) {
				return
			}
		}
	}
}

func merge(t testing.TB, b *Book, vintages ...store.Vintage) *Book {
	t.Helper()
	merged, err := b.Merge(sequence(vintages...))
	if err != nil {
		t.Fatal(err)
	}
	return merged
}

func series(t testing.TB, vintages ...store.Vintage) *Series {
	t.Helper()
	s, ok := merge(t, new(Book), vintages...).Find(key)
	if !ok {
		t.Fatalf("no series %v", key)
	}
	return s
}

// text writes figures as lines: period, value or -, status, day of
// publication.
func text(figures iter.Seq[Figure]) string {
	var lines []string
	for f := range figures {
		value := fmt.Sprint(f.Value)
		if f.Withheld {
			value = "-"
		}
		lines = append(lines, fmt.Sprintf("%s %s %s %s", f.Period, value, f.Status, f.Published.Format(time.DateOnly)))
	}
	return strings.Join(lines, "\n")
}

func expect(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTheNewestVintageIsCurrentWhateverItsValue(t *testing.T) {
	s := series(t,
		month("2023-01", 300, 'P', "2023-02-10"),
		month("2023-02", 250, 'P', "2023-03-10"),
		month("2023-01", 290, 'A', "2023-04-10"),
	)
	expect(t, text(s.Figures()), "2023-01 290 A 2023-04-10\n2023-02 250 P 2023-03-10")
}

func TestAnOlderVintageThatArrivesLaterIsNotCurrent(t *testing.T) {
	b := merge(t, new(Book), month("2023-01", 290, 'A', "2023-04-10"))
	b = merge(t, b, month("2023-01", 300, 'P', "2023-02-10"))
	s, _ := b.Find(key)
	expect(t, text(s.Figures()), "2023-01 290 A 2023-04-10")
}

func TestTheLatestPeriodStaysTheLatestAfterARevisionOfAnOlderOne(t *testing.T) {
	s := series(t, month("2023-02", 250, 'A', "2023-03-10"), month("2023-01", 290, 'A', "2023-09-30"))
	if got := s.Latest(); got.Period != figure.Month(2023, 2) || got.Value != 250 {
		t.Errorf("the latest figure is %+v, want 250 of 2023-02", got)
	}
}

func TestARepeatedValueIsKnownSinceItsFirstPublication(t *testing.T) {
	s := series(t,
		month("2023-01", 300, 'P', "2023-02-10"),
		month("2023-01", 290, 'A', "2023-03-10"),
		month("2023-01", 290, 'A', "2023-04-10"),
		month("2023-01", 290, 'A', "2023-05-10"),
	)
	expect(t, text(s.Vintages(figure.Month(2023, 1))), "2023-01 300 P 2023-02-10\n2023-01 290 A 2023-03-10")
	expect(t, text(s.Figures()), "2023-01 290 A 2023-03-10")
}

func TestAValueThatReturnsIsAVintageOfItsOwn(t *testing.T) {
	s := series(t,
		month("2023-01", 300, 'A', "2023-02-10"),
		month("2023-01", 290, 'A', "2023-03-10"),
		month("2023-01", 300, 'A', "2023-04-10"),
	)
	expect(t, text(s.Vintages(figure.Month(2023, 1))),
		"2023-01 300 A 2023-02-10\n2023-01 290 A 2023-03-10\n2023-01 300 A 2023-04-10")
}

func TestAWithheldValueIsAVintageAndMayReturn(t *testing.T) {
	s := series(t,
		month("2023-01", 300, 'A', "2023-02-10"),
		withheld(month("2023-01", 0, 'Q', "2023-03-10")),
		month("2023-01", 300, 'A', "2023-04-10"),
	)
	expect(t, text(s.Vintages(figure.Month(2023, 1))),
		"2023-01 300 A 2023-02-10\n2023-01 - Q 2023-03-10\n2023-01 300 A 2023-04-10")
	expect(t, text(s.AsOf(at("2023-03-31"))), "2023-01 - Q 2023-03-10")
	expect(t, text(s.AsOf(at("2023-04-10"))), "2023-01 300 A 2023-04-10")
}

func TestAWithheldValueIsNotZero(t *testing.T) {
	s := series(t, month("2023-01", 0, 'J', "2023-02-10"), withheld(month("2023-01", 0, 'J', "2023-03-10")))
	expect(t, text(s.Vintages(figure.Month(2023, 1))), "2023-01 0 J 2023-02-10\n2023-01 - J 2023-03-10")
}

func TestWhatWasKnownOnADayExcludesLaterPublications(t *testing.T) {
	s := series(t,
		month("2023-01", 300, 'P', "2023-02-10"),
		month("2023-01", 290, 'A', "2023-04-10"),
		month("2023-02", 250, 'P', "2023-03-10"),
		month("2023-03", 310, 'P', "2023-04-10"),
	)
	for _, c := range []struct{ day, want string }{
		{"2023-02-09", ""},
		{"2023-02-10", "2023-01 300 P 2023-02-10"},
		{"2023-03-31", "2023-01 300 P 2023-02-10\n2023-02 250 P 2023-03-10"},
		{"2024-01-01", "2023-01 290 A 2023-04-10\n2023-02 250 P 2023-03-10\n2023-03 310 P 2023-04-10"},
	} {
		t.Run(c.day, func(t *testing.T) { expect(t, text(s.AsOf(at(c.day))), c.want) })
	}
}

func TestOfTwoPublicationsInOneMillisecondOneWinsByRule(t *testing.T) {
	const day = "2023-02-10"
	for _, c := range []struct {
		name        string
		loser, wins store.Vintage
		want        string
	}{
		{"the larger status", month("2023-01", 9, 'A', day), month("2023-01", 1, 'P', day), "2023-01 1 P 2023-02-10"},
		{"the withheld one", month("2023-01", 9, 'J', day), withheld(month("2023-01", 0, 'J', day)), "2023-01 - J 2023-02-10"},
		{"the larger value", month("2023-01", 1, 'A', day), month("2023-01", 9, 'A', day), "2023-01 9 A 2023-02-10"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, order := range [][]store.Vintage{{c.loser, c.wins}, {c.wins, c.loser}} {
				s := series(t, order...)
				expect(t, text(s.Figures()), c.want)
				expect(t, text(s.Vintages(figure.Month(2023, 1))), c.want)
			}
		})
	}
}

func TestAPeriodIsFoundInItsOwnFrequencyOnly(t *testing.T) {
	s := series(t, month("2023-01", 300, 'A', "2023-02-10"), month("2023-03", 310, 'A', "2023-04-10"))
	for _, c := range []struct {
		period string
		want   bool
	}{{"2023-01", true}, {"2023-03", true}, {"2023-02", false}, {"2022-12", false}, {"2023-04", false}, {"2023", false}, {"2023-Q1", false}} {
		f, got := s.At(parsePeriod(c.period))
		if got != c.want || got && f.Period.String() != c.period {
			t.Errorf("%s: found %v (%v), want %v", c.period, got, f, c.want)
		}
	}
}

func TestQuartersAndYearsAreFoundAsThemselves(t *testing.T) {
	for _, period := range []string{"1978-01", "2023-12", "1978-Q1", "2023-Q4", "1978", "2023"} {
		v := month(period, 1, 'A', "2024-01-10")
		b := merge(t, new(Book), v)
		s, ok := b.Find(v.Series())
		if !ok || s.Latest().Period.String() != period {
			t.Errorf("%s is not found as itself", period)
		}
	}
}

func TestSeriesAreInTheOrderOfTheirKeys(t *testing.T) {
	var vintages []store.Vintage
	for _, indicator := range []string{"gdp", "cargo_throughput", "trade_exports"} {
		for _, area := range []string{"NBZS", "330200"} {
			v := month("2023-01", 1, 'A', "2023-02-10")
			v.Indicator, v.Area = indicator, area
			vintages = append(vintages, v)
		}
	}
	b := merge(t, merge(t, new(Book), vintages[3:]...), vintages[:3]...)
	compare := func(s, o *Series) int { return s.Key.Compare(o.Key) }
	if !slices.IsSortedFunc(slices.Collect(b.All()), compare) || b.Len() != len(vintages) {
		t.Errorf("%d series, sorted %v", b.Len(), slices.IsSortedFunc(slices.Collect(b.All()), compare))
	}
	if of := b.Of("gdp"); len(of) != 2 || of[0].Key.Area != "330200" || of[1].Key.Area != "NBZS" {
		t.Errorf("gdp has the series %v", of)
	}
	if of := b.Of("none"); len(of) != 0 {
		t.Errorf("an unknown indicator has the series %v", of)
	}
}

func TestAReaderKeepsTheBookItTook(t *testing.T) {
	before := merge(t, new(Book), month("2023-01", 300, 'P', "2023-02-10"))
	other := month("2023-01", 7, 'A', "2023-02-10")
	other.Area, other.Agency = "NBPA", "customs"
	after := merge(t, before, month("2023-01", 290, 'A', "2023-04-10"), other)
	s, _ := before.Find(key)
	expect(t, text(s.Figures()), "2023-01 300 P 2023-02-10")
	if before.Len() != 1 || before.Vintages() != 1 || after.Len() != 2 || after.Vintages() != 3 || after.Figures() != 2 {
		t.Errorf("before: %d series, %d vintages; after: %d series, %d figures, %d vintages",
			before.Len(), before.Vintages(), after.Len(), after.Figures(), after.Vintages())
	}
}

func TestSeriesThatDidNotChangeAreShared(t *testing.T) {
	other := month("2023-01", 7, 'A', "2023-02-10")
	other.Area = "NBPA"
	before := merge(t, new(Book), month("2023-01", 300, 'P', "2023-02-10"), other)
	after := merge(t, before, month("2023-01", 290, 'A', "2023-04-10"))
	s, _ := before.Find(other.Series())
	if o, _ := after.Find(other.Series()); s != o {
		t.Error("a series was copied although it did not change")
	}
}

func TestWithoutAChangeTheBookStaysItself(t *testing.T) {
	v := month("2023-01", 300, 'P', "2023-02-10")
	b := merge(t, new(Book), v)
	if merge(t, b, v, v) != b || merge(t, b) != b {
		t.Error("known vintages made a different book")
	}
}

func TestAFailedSequenceDoesNotChangeTheBook(t *testing.T) {
	b := merge(t, new(Book), month("2023-01", 300, 'P', "2023-02-10"))
	broken := errors.New("connection reset")
	got, err := b.Merge(func(yield func(*store.Vintage, error) bool) {
		v := month("2023-01", 290, 'A', "2023-04-10")
		_ = yield(&v, nil) && yield(nil, broken)
	})
	if got != nil || !errors.Is(err, broken) {
		t.Errorf("got %v, %v", got, err)
	}
	s, _ := b.Find(key)
	expect(t, text(s.Figures()), "2023-01 300 P 2023-02-10")
}

func TestTooManyAgenciesAreRefused(t *testing.T) {
	_, err := new(Book).Merge(func(yield func(*store.Vintage, error) bool) {
		for i := range 1<<16 + 1 {
			v := month("2023-01", 1, 'A', "2023-02-10")
			v.Agency = fmt.Sprint("agency", i)
			if !yield(&v, nil) {
				return
			}
		}
	})
	if !errors.Is(err, errAgencies) {
		t.Errorf("got %v", err)
	}
}

func TestThePeriodsOfASeriesAreThoseOfItsFigures(t *testing.T) {
	s := series(t, month("2023-02", 1, 'A', "2023-03-10"), month("2023-02", 2, 'A', "2023-04-10"), month("2023-04", 3, 'A', "2023-05-10"))
	if got, want := slices.Collect(s.Periods()), []figure.Period{figure.Month(2023, 2), figure.Month(2023, 4)}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestASeriesIsRepublishedIfOnePeriodIs(t *testing.T) {
	once := series(t, month("2023-02", 1, 'A', "2023-03-10"), month("2023-03", 2, 'A', "2023-04-10"))
	twice := series(t, month("2023-02", 1, 'A', "2023-03-10"), month("2023-02", 2, 'A', "2023-04-10"))
	if once.Republished() || !twice.Republished() {
		t.Errorf("once is republished %t, twice is %t", once.Republished(), twice.Republished())
	}
}
