package figure_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
	"pgregory.net/rapid"
)

var (
	monthNames = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	chinese    = []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"}
)

// writers write a period, or the year to its end, in every usual way; nil if
// the way has no notation for it.
var writers = map[string]func(p figure.Period) string{
	"2023-01":           func(p figure.Period) string { return p.String() },
	"2023M01":           months(func(y, m int) string { return fmt.Sprintf("%dM%02d", y, m) }),
	"2023 M1":           months(func(y, m int) string { return fmt.Sprintf("%d M%d", y, m) }),
	"2023.01, a number": months(func(y, m int) string { return strings.TrimRight(fmt.Sprintf("%d.%02d", y, m), "0") }),
	"2023/1":            months(func(y, m int) string { return fmt.Sprintf("%d/%d", y, m) }),
	"2023/01":           months(func(y, m int) string { return fmt.Sprintf("%d/%02d", y, m) }),
	"2023-1":            months(func(y, m int) string { return fmt.Sprintf("%d-%d", y, m) }),
	"2023.01":           months(func(y, m int) string { return fmt.Sprintf("%d.%02d", y, m) }),
	"2023.1":            months(func(y, m int) string { return fmt.Sprintf("%d.%d", y, m) }),
	"01/2023":           months(func(y, m int) string { return fmt.Sprintf("%02d/%d", m, y) }),
	"1.2023":            months(func(y, m int) string { return fmt.Sprintf("%d.%d", m, y) }),
	"202301":            months(func(y, m int) string { return fmt.Sprintf("%d%02d", y, m) }),
	"20231":             months(func(y, m int) string { return fmt.Sprintf("%d%d", y, m) }),
	"01/23":             months(func(y, m int) string { return fmt.Sprintf("%02d/%02d", m, y%100) }),
	"23-01":             months(func(y, m int) string { return fmt.Sprintf("%02d-%02d", y%100, m) }),
	"2023 JAN":          months(func(y, m int) string { return fmt.Sprintf("%d %s", y, strings.ToUpper(monthNames[m-1][:3])) }),
	"Jan 2023":          months(func(y, m int) string { return fmt.Sprintf("%s %d", monthNames[m-1][:3], y) }),
	"January 2023":      months(func(y, m int) string { return fmt.Sprintf("%s %d", monthNames[m-1], y) }),
	"Jan-23":            months(func(y, m int) string { return fmt.Sprintf("%s-%02d", monthNames[m-1][:3], y%100) }),
	"23-Jan":            months(func(y, m int) string { return fmt.Sprintf("%02d-%s", y%100, monthNames[m-1][:3]) }),
	"2023年1月":           months(func(y, m int) string { return fmt.Sprintf("%d年%d月", y, m) }),
	"2023年 1月份":         months(func(y, m int) string { return fmt.Sprintf("%d年 %d月份", y, m) }),
	"2023年一月":           months(func(y, m int) string { return fmt.Sprintf("%d年%s月", y, chinese[m-1]) }),
	"2023 Q1":           quarters(func(y, q int) string { return fmt.Sprintf("%d Q%d", y, q) }),
	"2023q1":            quarters(func(y, q int) string { return fmt.Sprintf("%dq%d", y, q) }),
	"Q1 2023":           quarters(func(y, q int) string { return fmt.Sprintf("Q%d %d", q, y) }),
	"1Q23":              quarters(func(y, q int) string { return fmt.Sprintf("%dQ%02d", q, y%100) }),
	"2023-T1":           quarters(func(y, q int) string { return fmt.Sprintf("%d-T%d", y, q) }),
	"2023年1季度":          quarters(func(y, q int) string { return fmt.Sprintf("%d年%d季度", y, q) }),
	"2023年第一季度":         quarters(func(y, q int) string { return fmt.Sprintf("%d年第%s季度", y, chinese[q-1]) }),
	"2023年":             wholeYears(func(y int) string { return fmt.Sprintf("%d年", y) }),
	"2023年度":            wholeYears(func(y int) string { return fmt.Sprintf("%d年度", y) }),
	"2023A":             wholeYears(func(y int) string { return fmt.Sprintf("%dA", y) }),
	"2023.0":            wholeYears(func(y int) string { return fmt.Sprintf("%d.0", y) }),
}

func ofFrequency(f figure.Frequency, write func(y, n int) string) func(figure.Period) string {
	return func(p figure.Period) string {
		if p.Frequency() != f {
			return ""
		}
		return write(p.Year(), p.Number())
	}
}

func months(write func(y, m int) string) func(figure.Period) string {
	return ofFrequency(figure.Monthly, write)
}

func quarters(write func(y, q int) string) func(figure.Period) string {
	return ofFrequency(figure.Quarterly, write)
}

func wholeYears(write func(y int) string) func(figure.Period) string {
	return ofFrequency(figure.Annual, func(y, _ int) string { return write(y) })
}

// otherWriters write what is not a month, a quarter or a year.
var otherWriters = map[string]func(y int) []string{
	"fiscal year": func(y int) []string {
		return []string{fmt.Sprintf("%d/%02d", y, (y+1)%100), fmt.Sprintf("%d-%02d", y, (y+1)%100), fmt.Sprintf("FY%d", y)}
	},
	"first half": func(y int) []string {
		return []string{fmt.Sprintf("%dH1", y), fmt.Sprintf("%d年上半年", y), fmt.Sprintf("%d年1-6月", y), fmt.Sprintf("%d-S1", y)}
	},
	"second half": func(y int) []string { return []string{fmt.Sprintf("%dH2", y), fmt.Sprintf("%d年下半年", y)} },
	"three quarters": func(y int) []string {
		return []string{fmt.Sprintf("%d年前三季度", y), fmt.Sprintf("%d年1-9月", y)}
	},
	"a day": func(y int) []string {
		return []string{fmt.Sprintf("%d-01-10", y), fmt.Sprintf("10/01/%d", y), fmt.Sprintf("%d0110", y), fmt.Sprintf("10-Jan-%02d", y%100)}
	},
}

func TestWhatIsWrittenInAFormIsAmongTheReadings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := periods().Draw(t, "p")
		for name, write := range writers {
			text := write(p)
			if text == "" {
				continue
			}
			// A two-digit year belongs to the last or to this century.
			if short := !strings.Contains(text, fmt.Sprint(p.Year())); short && (p.Year() < 1930 || p.Year() > 2029) {
				continue
			}
			if !slices.ContainsFunc(figure.Readings(text), func(r figure.Reading) bool { return r.Extent == figure.Whole && r.Period == p }) {
				t.Fatalf("%s, written %q (as %s), is read as %v", p, text, name, figure.Readings(text))
			}
		}
	})
}

// TestNoTextHasTwoSilentReadings writes every period of three decades in every
// form: a text that two periods share, or that a period shares with something
// else, is refused, unless it is SDMX notation.
func TestNoTextHasTwoSilentReadings(t *testing.T) {
	type meaning struct {
		what string
		year int
	}
	meant := map[string][]meaning{}
	add := func(text, what string, year int) {
		if text != "" && !slices.Contains(meant[text], meaning{what, year}) {
			meant[text] = append(meant[text], meaning{what, year})
		}
	}
	for y := 1995; y < 2025; y++ {
		for _, write := range writers {
			add(write(figure.Year(y)), figure.Year(y).String(), y)
			for q := 1; q <= 4; q++ {
				add(write(figure.Quarter(y, q)), figure.Quarter(y, q).String(), y)
			}
			for m := 1; m <= 12; m++ {
				add(write(figure.Month(y, m)), figure.Month(y, m).String(), y)
			}
		}
		for what, write := range otherWriters {
			for _, text := range write(y) {
				add(text, what, y)
			}
		}
	}
	shared := 0
	for text, means := range meant {
		p, err := figure.ReadPeriod(text, figure.Level, 0)
		_, notStandard := figure.ParsePeriod(text)
		// 1923 and 2023 are both 23, which means the present century.
		sure := slices.DeleteFunc(slices.Clone(means), func(m meaning) bool { return !strings.Contains(text, fmt.Sprint(m.year)) })
		whole := slices.ContainsFunc(means, func(m meaning) bool { return err == nil && m.what == p.String() })
		if len(sure) > 1 {
			shared++
		}
		switch {
		case err == nil && !whole:
			t.Errorf("%q means %v and is read as %s", text, means, p)
		case err == nil && len(sure) > 1 && notStandard != nil:
			t.Errorf("%q means %v and is silently read as %s", text, means, p)
		}
	}
	if shared < 50 {
		t.Errorf("only %d texts mean two things, so this test checks too little", shared)
	}
}

func TestAPeriodThatIsReadIsReadAgainFromItsOwnText(t *testing.T) {
	fragments := []string{"2023", "23", "1", "01", "10", "12", "-", "/", ".", " ", "Q", "q1", "M", "Jan", "may", "年", "月", "季度", "第", "一", "上半年", "前", "累计", "H1", "S", "T", "W", "FY", "I", "P1M", "45000", "'", ","}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(fragments), 1, 6).Draw(t, "fragments"), "")
		for _, m := range figure.Measures() {
			p, err := figure.ReadPeriod(text, m, figure.Quarterly)
			if err != nil {
				var problem *figure.Problem
				if !errors.As(err, &problem) || problem.Code != "figure/period" || problem.Hint == "" {
					t.Fatalf("%q is refused with %v", text, err)
				}
				continue
			}
			if again, err := figure.ReadPeriod(p.String(), figure.Level, 0); err != nil || again != p {
				t.Fatalf("%q is read as %s, and that as %s, %v", text, p, again, err)
			}
		}
	})
}

func TestAYearToDateIsReadWhereTheMeasureIsOne(t *testing.T) {
	for _, tt := range []struct {
		text    string
		measure figure.Measure
		own     figure.Frequency
		want    string
	}{
		{"2023年1-6月", figure.YTD, figure.Monthly, "2023-06"},
		{"2023年上半年", figure.YTDYoY, figure.Quarterly, "2023-Q2"},
		{"2023年前三季度", figure.YTD, figure.Quarterly, "2023-Q3"},
		{"2023年前三季度", figure.YTD, 0, "2023-09"},
		{"2023年1-2月", figure.YTD, figure.Quarterly, "2023-02"},
		{"2023H1", figure.Level, figure.Monthly, `figure/period: period "2023H1" is the year to date, January to June 2023; write 2023-06, measure ytd`},
		{"2023H1", figure.YoY, figure.Quarterly, `figure/period: period "2023H1" is the year to date, January to June 2023; write 2023-Q2, measure ytd_yoy`},
		{"2023年1-3月", figure.Level, figure.Monthly, `figure/period: period "2023年1-3月" is the year to date, January to March 2023; write 2023-03, measure ytd; for the quarter alone write 2023-Q1`},
	} {
		p, err := figure.ReadPeriod(tt.text, tt.measure, tt.own)
		got := p.String()
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s, %s, is %s\nwant %s", tt.text, tt.measure, got, tt.want)
		}
	}
}

func FuzzReadPeriod(f *testing.F) {
	for _, s := range []string{"2023年1-6月", "二〇二三年十二月", "Jan '23", "2009/10", "2023.1", "45000", "1er trimestre 2023", "2023-01-01/P6M", "２０２３Ｑ１", "Ⅳ 2023", "10/11/12", "2023년 3월"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := figure.ReadPeriod(s, figure.YTD, figure.Quarterly)
		if err != nil {
			checkOneLine(t, err)
			return
		}
		if again, err := figure.ParsePeriod(p.String()); err != nil || again != p {
			t.Fatalf("%q is read as %s, which is read as %s, %v", s, p, again, err)
		}
	})
}
