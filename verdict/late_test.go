package verdict

import (
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
)

func TestOverdueFiguresAreThoseOfTheFirstReleaseThatWasMissed(t *testing.T) {
	const (
		growth = "kind: growth\nindicator: throughput\nvalue: 6 %\nby: 2024"
		spring = "kind: annual_total\nindicator: output\nvalue: 1200 万TEU\nby: 2024"
	)
	for name, c := range map[string]struct{ target, figures, on, late string }{
		"one release is missed":                    {growth, "ytd_yoy 2024-04 4", "2024-06-25", "May 2024 have been overdue since 20 June 2024"},
		"two are missed":                           {growth, "ytd_yoy 2024-04 4", "2024-07-25", "May 2024 have been overdue since 20 June 2024"},
		"all are missed for a year":                {growth, "ytd_yoy 2024-04 4", "2025-05-25", "May 2024 have been overdue since 20 June 2024"},
		"the day before":                           {growth, "ytd_yoy 2024-04 4", "2024-06-19", ""},
		"a year's figure is the newest":            {year2024 + "1250 万TEU", past, "2024-05-25", "January 2024 have been overdue since 20 February 2024"},
		"only the last month counts still":         {year2024 + "1250 万TEU", past + "ytd 2024-11 1200", "2025-04-25", "December 2024 have been overdue since 20 January 2025"},
		"a withheld month was reported":            {year2024 + "1250 万TEU", past + "ytd 2024-03 300, 2024-04 -", "2024-07-25", "May 2024 have been overdue since 20 June 2024"},
		"the spring is silent":                     {spring, "level 2023-11 100, 2023-12 100", "2024-04-05", "February 2024 have been overdue since 31 March 2024"},
		"the spring is silent and so is the rest":  {spring, "level 2023-11 100, 2023-12 100", "2024-07-05", "February 2024 have been overdue since 31 March 2024"},
		"January came alone":                       {spring, "level 2023-12 100, 2024-01 90", "2024-05-05", "February 2024 have been overdue since 31 March 2024"},
		"January is not awaited alone":             {spring, "level 2023-11 100, 2023-12 100", "2024-03-05", ""},
		"the deadline has no release of its own":   {"kind: floor\nindicator: output\nvalue: 90 万TEU\nfrom: 2023-12\nby: 2024-01", "level 2023-12 100", "2024-06-05", "January 2024 have been overdue since 31 March 2024"},
		"a floor that was not reported for months": {monthFloor, "level 2024-04 301", "2024-09-25", "May 2024 have been overdue since 20 June 2024"},
	} {
		t.Run(name, func(t *testing.T) {
			s := judged(t, c.target, c.figures, c.on)
			said := Sentence(s).EN
			if (s.Verdict == Overdue) != (c.late != "") || !strings.Contains(said, c.late) {
				t.Errorf("%s: %s", s.Verdict, said)
			}
			if first, _, _ := strings.Cut(c.late, " have"); c.late != "" && !strings.HasPrefix(spoken(s.Reason).EN, "the figure for "+first+" should") {
				t.Errorf("the reason is of another release: %s", s.Reason.EN)
			}
		})
	}
}

func TestAReleaseThatWasPutOffIsNotTheOneThatIsOverdue(t *testing.T) {
	target := parsedWith(t, "    grace_days: 10\n  - code: silent_spring", "    grace_days: 10\n    dates: {2024-05: 2024-12-10}\n  - code: silent_spring",
		"kind: growth\nindicator: throughput\nvalue: 6 %\nby: 2024")
	s := Judge(target, history(t, target.Indicator, "ytd_yoy 2024-04 4"), day("2024-08-25"))
	if said := Sentence(s).EN; !strings.HasPrefix(said, "The figures for June 2024 have been overdue since 20 July 2024") {
		t.Errorf("%s: %s", s.Verdict, said)
	}
}

func TestTheMeanOfTwoMonthsIsNotCalledDerivedButAMonthThatIsADifferenceIs(t *testing.T) {
	for on, c := range map[string]struct {
		figures string
		derived bool
	}{
		"2024-03-12": {"level 2024-01 340, 2024-02 262", false},
		"2024-06-12": {"ytd 2024-04 1300, 2024-05 1650", true},
	} {
		s := judged(t, monthFloor, c.figures, on)
		if said := Sentence(s); strings.Contains(said.EN, "derived") != c.derived || strings.Contains(said.ZH, "推算数") != c.derived {
			t.Errorf("%s: %s", s.Period, said.EN)
		}
	}
}

func TestAFigureRevisedTwiceInOneReleaseWasRevisedFromItsFirstValueToItsLast(t *testing.T) {
	target := parsed(t, slightRise)
	for _, c := range []struct {
		name   string
		values []float64 // of March, one second apart
		turned string    // what the reason says; empty if nothing turned
	}{
		{"twice", []float64{60, 10}, "2024-03 was revised from 1.28 million TEU to 100 thousand TEU, which turned"},
		{"three times", []float64{60, 90, 10}, "2024-03 was revised from 1.28 million TEU to 100 thousand TEU, which turned"},
		{"there and back", []float64{10, 127.9}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := steadyOutput()
			for n, v := range c.values {
				one := output(figure.Level, "2024-03", v, "2024-06-28")
				one.Moment += int64(n) * 1000
				all = append(all, one)
			}
			s := OfAsOf(target, bookOf(t, all...), day("2024-06-29"))[0]
			if (s.Turned != nil) != (c.turned != "") || !strings.Contains(s.Reason.EN, c.turned) || strings.Contains(s.Reason.EN, "more figure") {
				t.Errorf("%s: %s", s.Verdict, s.Reason.EN)
			}
		})
	}
}
