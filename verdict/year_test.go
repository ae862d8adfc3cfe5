package verdict

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
)

// seasons are the shares of a year's months in the Beibu Gulf, in thousandths.
var seasons = [12]float64{76, 64, 79, 84, 87, 83, 84, 84, 86, 90, 88, 95}

// noise is the deviation of a month in a past year, in percent.
var noise = [12]float64{2, -3, 1, -1, 2, -2, 1, 3, -2, -1, 1, -1}

// releases is the history of five past years, and of 2024 up to the month,
// whose figures are the planned ones times the factors.
func releases(through int, factor func(month int) float64) string {
	var b strings.Builder
	b.WriteString("level ")
	month := func(year, m int, v float64) {
		if b.Len() > len("level ") {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s %.2f", figure.Month(year, m), v)
	}
	total := 1000.0
	for year := 2019; year < 2024; year++ {
		for m := range seasons {
			month(year, m+1, total*seasons[m]/1000*(1+noise[(m+year)%12]/100))
		}
		total *= 1.05
	}
	for m := range through {
		month(2024, m+1, total*seasons[m]/1000*factor(m+1))
	}
	return b.String()
}

// verdicts follows a target of 2024 from day to day: a month's figure is
// published on the 10th of the next one.
func verdicts(t *testing.T, goal string, factor func(month int) float64) (changes []string) {
	last := Verdict("")
	for at := time.Date(2024, 1, 20, 0, 0, 0, 0, time.UTC); at.Year() < 2025; at = at.AddDate(0, 0, 1) {
		known := int(at.AddDate(0, 0, -9).Month()) - 1
		s := judged(t, year2024+goal, releases(known, factor), at.Format(time.DateOnly))
		if s.Verdict != last {
			changes = append(changes, at.Format("01-02")+" "+string(s.Verdict))
			last = s.Verdict
		}
	}
	return changes
}

func TestAYearOnPlanGivesNoWarning(t *testing.T) {
	got := strings.Join(verdicts(t, "1260 万TEU", func(int) float64 { return 1 }), ", ")
	if want := "01-20 too_early, 03-10 on_track"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestASlowSlideSlipsOnce(t *testing.T) {
	slide := func(month int) float64 { return 1 - 0.025*float64(max(0, month-2)) }
	got := strings.Join(verdicts(t, "1266 万TEU", slide), ", ")
	if want := "01-20 too_early, 03-10 on_track, 04-10 at_risk, 07-10 slipping"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
