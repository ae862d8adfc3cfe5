package figure_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"pgregory.net/rapid"
)

func TestAddingPeriodsIsUndoneBySubtracting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, n := periods().Draw(t, "p"), rapid.IntRange(-1000, 1000).Draw(t, "n")
		if got := p.Add(n).Add(-n); got != p {
			t.Fatalf("%v + %d - %d is %v", p, n, n, got)
		}
		if got := int(p.Add(n).Ordinal() - p.Ordinal()); got != n {
			t.Fatalf("%v is %d after %v, want %d", p.Add(n), got, p, n)
		}
	})
}

func TestNextAndPrevAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := periods().Draw(t, "p")
		if p.Next().Prev() != p || p.Prev().Next() != p {
			t.Fatalf("%v: next %v, prev %v", p, p.Next(), p.Prev())
		}
	})
}

func TestPeriodsFollowEachOtherWithoutGap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := periods().Draw(t, "p")
		if !p.End().Equal(p.Next().Start()) || !p.Start().Before(p.End()) {
			t.Fatalf("%v is from %v to %v, %v starts %v", p, p.Start(), p.End(), p.Next(), p.Next().Start())
		}
		if months := 12 / p.Frequency().PerYear(); !p.Start().AddDate(0, months, 0).Equal(p.End()) {
			t.Fatalf("%v is from %v to %v, want %d months", p, p.Start(), p.End(), months)
		}
	})
}

func TestYearAgoIsTheSamePeriodOneYearEarlier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := periods().Draw(t, "p")
		ago := p.YearAgo()
		if !ago.Start().Equal(p.Start().AddDate(-1, 0, 0)) || ago.Number() != p.Number() || ago.Frequency() != p.Frequency() {
			t.Fatalf("a year before %v is %v", p, ago)
		}
	})
}

func TestAPeriodReadsBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := periods().Draw(t, "p")
		if got, err := figure.ParsePeriod(p.String()); err != nil || got != p {
			t.Fatalf("%v reads back as %v, %v", p, got, err)
		}
	})
}

func TestPeriodsAreOrderedByTheirStartThenTheShorterFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, o := periods().Draw(t, "p"), periods().Draw(t, "o")
		want := p.Start().Compare(o.Start())
		if want == 0 {
			want = p.End().Compare(o.End())
		}
		if got := p.Compare(o); got != want {
			t.Fatalf("%v compared with %v is %d, want %d", p, o, got, want)
		}
		if (p.Compare(o) == 0) != (p == o) {
			t.Fatalf("%v and %v compare as equal but are not ==, or the other way round", p, o)
		}
	})
}

func TestEveryInstantOfAPeriodBelongsToIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := periods().Draw(t, "p")
		for _, at := range []time.Time{p.Start(), p.End().Add(-time.Nanosecond)} {
			if got := figure.PeriodAt(p.Frequency(), at); got != p {
				t.Fatalf("%v is in %v, want %v", at, got, p)
			}
		}
	})
}

func TestAPeriodIsFoundByTheCalendarOfTheLocation(t *testing.T) {
	shanghai := time.FixedZone("Asia/Shanghai", 8*3600)
	at := time.Date(2022, 12, 31, 16, 0, 0, 0, time.UTC) // midnight of New Year in Shanghai
	if got := figure.PeriodAt(figure.Monthly, at.In(shanghai)); got != figure.Month(2023, 1) {
		t.Errorf("the month is %v, want 2023-01", got)
	}
}

func TestAllSpellingsOfAPeriodAreTheSamePeriod(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := periods().Draw(t, "p")
		y, n := p.Year(), p.Number()
		var spellings []string
		switch p.Frequency() {
		case figure.Annual:
			spellings = []string{fmt.Sprintf("%d", y), fmt.Sprintf("%d-A1", y), fmt.Sprintf("%d-01-01/P1Y", y), fmt.Sprintf("%d-01-01/P12M", y)}
		case figure.Quarterly:
			spellings = []string{fmt.Sprintf("%d-Q%d", y, n), fmt.Sprintf("%d-%02d-01/P3M", y, n*3-2)}
		case figure.Monthly:
			spellings = []string{fmt.Sprintf("%d-%02d", y, n), fmt.Sprintf("%d-M%02d", y, n), fmt.Sprintf("%d-%02d-01/P1M", y, n)}
		}
		for _, s := range spellings {
			if got, err := figure.ParsePeriod(s); err != nil || got != p {
				t.Fatalf("%s is %v, %v, want %v", s, got, err, p)
			}
		}
	})
}

func TestAPeriodNamesItsParts(t *testing.T) {
	tests := []struct {
		text         string
		freq         figure.Frequency
		year, number int
		start, end   string
	}{
		{"2023-02", figure.Monthly, 2023, 2, "2023-02-01", "2023-03-01"},
		{"2023-12", figure.Monthly, 2023, 12, "2023-12-01", "2024-01-01"},
		{"2023-Q4", figure.Quarterly, 2023, 4, "2023-10-01", "2024-01-01"},
		{"1800", figure.Annual, 1800, 1, "1800-01-01", "1801-01-01"},
		{"2199", figure.Annual, 2199, 1, "2199-01-01", "2200-01-01"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			p, err := figure.ParsePeriod(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if p.Frequency() != tt.freq || p.Year() != tt.year || p.Number() != tt.number {
				t.Errorf("frequency %v year %d number %d", p.Frequency(), p.Year(), p.Number())
			}
			if start, end := p.Start().Format(time.DateOnly), p.End().Format(time.DateOnly); start != tt.start || end != tt.end {
				t.Errorf("from %s to %s, want %s to %s", start, end, tt.start, tt.end)
			}
		})
	}
}

func TestTheZeroPeriodIsNotAPeriod(t *testing.T) {
	var p figure.Period
	if !p.IsZero() || p.String() != "" || p.Frequency() != 0 || p.Year() != 0 || p.Number() != 0 || p.Compare(p) != 0 {
		t.Errorf("the zero period is %q, frequency %d, year %d, number %d", p, p.Frequency(), p.Year(), p.Number())
	}
	if p == figure.Year(0) {
		t.Error("the zero period equals the year 0")
	}
}

func TestAWrongPeriodIsRefusedWithAHint(t *testing.T) {
	const forms = `is not a month, quarter or year; write a month as 2023-01, a quarter as 2023-Q1, a year as 2023`
	plain := func(text string) errorCase {
		return errorCase{text: text, want: fmt.Sprintf(`figure/period: period "%s" %s`, text, forms)}
	}
	other := func(text, period string) errorCase {
		return errorCase{text: text, want: fmt.Sprintf(`figure/period: period "%s" is not in SDMX period format; write %s`, text, period)}
	}
	toDate := func(text, means, last string) errorCase {
		return errorCase{text: text, want: fmt.Sprintf(`figure/period: period "%s" is the year to date, %s; write %s, measure ytd`, text, means, last)}
	}
	span := func(text, means string) errorCase {
		return errorCase{text: text, want: fmt.Sprintf(`figure/period: period "%s" is %s, not a month, quarter or year; send months, quarters or calendar years, `+
			`like 2023-01, 2023-Q1, 2023; for a year to date write its last month with measure ytd`, text, means)}
	}
	outside := func(text string) errorCase {
		return errorCase{text: text, want: fmt.Sprintf(`figure/period: period "%s" is outside the years 1800 to 2199; check the year`, text)}
	}
	checkErrors(t, []errorCase{
		{"empty", "", "figure/period: period " + forms},
		plain("202"), other("2023-1", "2023-01"), plain("2023-00"), plain("2023-13"), other("2023-M1", "2023-01"), plain("2023-M13"),
		plain("2023-Q0"), plain("2023-Q5"), other("2023-q1", "2023-Q1"), plain("2023-A2"), toDate("2023-S1", "January to June 2023", "2023-06"), plain("2023-+1"),
		other("2023/01", "2023-01"), other("202301", "2023-01"), other(" 2023-01", "2023-01"), other("2023-01 ", "2023-01"), plain("-2023"),
		{"a day", "2023-01-01", `figure/period: period "2023-01-01" is a day, not a month, quarter or year; write 2023-01 if the month of 2023-01-01 is meant`},
		other("２０２３", "2023"), other("2023年1月", "2023-01"), plain("2023-01-02/P1M"), plain("2023-01-01/P0M"), plain("2023-01-01/P01M"),
		plain("2023-01-01/P1D"), plain("2023-01-01/P"), plain("2023-01-01/PM"), plain("2023-01-01/P-1M"), plain("2023-13-01/P1M"),
		{"a line break", "2023-01\n", `figure/period: period "2023-01·" is not in SDMX period format; write 2023-01`},
		{"a no-break space", "2023\u00a0", `figure/period: period "2023·" is not in SDMX period format; write 2023`},
		toDate("2023-01-01/P2M", "January to February 2023", "2023-02"), toDate("2023-01-01/P11M", "January to November 2023", "2023-11"),
		span("2023-02-01/P3M", "February 2023 to April 2023"), span("2023-04-01/P1Y", "April 2023 to March 2024"), span("2023-01-01/P2Y", "January 2023 to December 2024"),
		outside("1799-12"), outside("2200"), outside("0000-Q1"), outside("9999-12-01/P1M"),
	}, func(s string) error { _, err := figure.ParsePeriod(s); return err })
}

func TestAWrongFrequencyIsRefusedWithAHint(t *testing.T) {
	var cases []errorCase
	for _, s := range []string{"m", "D", "MM", "年"} {
		cases = append(cases, errorCase{text: s, want: fmt.Sprintf(
			`figure/frequency: freq "%s" is not a frequency; write A (annual), Q (quarterly) or M (monthly)`, s)})
	}
	checkErrors(t, cases, func(s string) error { _, err := figure.ParseFrequency(s); return err })
}

func TestAFrequencyReadsBackAsItWasWritten(t *testing.T) {
	for _, f := range []figure.Frequency{figure.Annual, figure.Quarterly, figure.Monthly} {
		if got, err := figure.ParseFrequency(f.String()); err != nil || got != f {
			t.Errorf("%v reads back as %v, %v", f, got, err)
		}
	}
}

func TestAPeriodIsFoundAgainByItsOrdinal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := periods().Draw(t, "period")
		if got := figure.NthPeriod(p.Frequency(), p.Ordinal()); got != p {
			t.Fatalf("%s comes back as %s", p, got)
		}
		if next := p.Next().Ordinal(); next != p.Ordinal()+1 {
			t.Fatalf("the period after %s has the ordinal %d and not %d", p, next, p.Ordinal()+1)
		}
	})
}
