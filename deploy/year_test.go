package deploy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict"
)

// The year is 2023, with the days on which the National Bureau of Statistics
// announced its monthly figures: 2023-01-17 for December, nothing in February,
// 2023-03-15 for January and February together, and so on.
var (
	yearBegins = time.Date(2023, 1, 1, 0, 0, 0, 0, shanghai)
	yearEnds   = time.Date(2024, 1, 20, 0, 0, 0, 0, shanghai)
)

// shares are the shares of the months in a year of retail sales, with January
// and February together.
var shares = [12]float64{0, .155, .082, .079, .084, .088, .079, .081, .085, .091, .092, .084}

// year is a target on retail sales and the figures that were published for it.
type year struct {
	target  *catalog.Target
	figures []derive.Value
	days    map[time.Time]page
}

// retailYear makes five past years that grow by five percent, and the months of
// 2023 as growth says. The target is two and a half percent below the value of
// a sixth such year.
func retailYear(t *testing.T, growth func(month int) float64) *year {
	t.Helper()
	ningbo := catalog.Ningbo()
	retail, ok := ningbo.Indicator("retail_sales")
	if !ok {
		t.Fatal("the catalogue has no retail sales")
	}
	city, ok := ningbo.Area("330200")
	if !ok {
		t.Fatal("the catalogue has no city")
	}
	goal, err := figure.ParseDecimal("600000000000")
	if err != nil {
		t.Fatal(err)
	}
	y := &year{days: map[time.Time]page{}, target: &catalog.Target{ID: "retail_2023", Kind: catalog.AnnualTotal, Indicator: retail, Area: city,
		Category: figure.Total, Measure: figure.Level, Value: goal, By: figure.Year(2023),
		Name: lang.Text{ZH: "社会消费品零售总额6000亿元", EN: "retail sales of 600 billion"}}}
	total := 4.6e11
	for calendarYear := 2018; calendarYear <= 2023; calendarYear++ {
		sum := 0.0
		for month := 1; month <= 12; month++ {
			g := 1.05
			if calendarYear == 2023 {
				g = growth(month)
			}
			// The shares differ between years: the width of the band comes from
			// that.
			wobble := 1 + 0.004*float64((calendarYear*month+calendarYear*3+month*7)%7-3)
			sum += total * g * shares[month-1] * wobble
			p := figure.Month(calendarYear, month)
			due, released := retail.Calendar.Due(p)
			if !released {
				continue
			}
			y.figures = append(y.figures, derive.Value{Measure: figure.YTD, Period: p, Value: sum, Status: figure.Normal, Published: due.Add(10 * time.Hour)})
		}
		total *= 1.05
	}
	return y
}

// at is the page at that time, from the same code that judges for the exporter.
func (y *year) at(at time.Time) page {
	var known []derive.Value
	for _, f := range y.figures {
		if !f.Published.After(at) {
			known = append(known, f)
		}
	}
	// A verdict changes when a figure is published or a day begins.
	day := at.In(shanghai).Truncate(24 * time.Hour).Add(time.Duration(len(known)))
	p := y.days[day]
	if p == nil {
		h := derive.New(y.target.Indicator, known...)
		h.Area = y.target.Area.Code
		p = targetPage(verdict.Judge(y.target, h, at.In(shanghai)))
		y.days[day] = p
	}
	whole := page{`tidemark_exporter_influxdb_up{job="tidemark-exporter"}`: 1,
		`tidemark_exporter_last_sync_timestamp_seconds{job="tidemark-exporter"}`: float64(at.Unix())}
	for series, v := range p {
		whole[series] = v
	}
	return whole
}

// targetPage is what the exporter shows for a state, see docs/metrics.md.
func targetPage(s verdict.State) page {
	l := fmt.Sprintf(`{target=%q,indicator=%q,area=%q,category=%q`, s.Target.ID, s.Target.Indicator.Code, s.Target.Area.Code, s.Category)
	p := page{fmt.Sprintf(`tidemark_target_info%s,name_zh=%q,name_en=%q,unit="CNY",deadline="2023"}`, l, s.Target.Name.ZH, s.Target.Name.EN): 1}
	for _, v := range verdict.Verdicts() {
		is := 0.0
		if v == s.Verdict {
			is = 1
		}
		p[fmt.Sprintf(`tidemark_target_verdict%s,verdict=%q}`, l, v)] = is
	}
	said := verdict.Sentence(s)
	p[fmt.Sprintf(`tidemark_target_sentence_info%s,sentence_zh=%q,sentence_en=%q}`, l, said.ZH, said.EN)] = 1
	if !s.Due.IsZero() {
		place := fmt.Sprintf(`{indicator=%q,area=%q}`, s.Target.Indicator.Code, s.Target.Area.Code)
		p["tidemark_release_due_timestamp_seconds"+place] = float64(s.Due.Unix())
		p["tidemark_release_grace_seconds"+place] = float64(s.Target.Indicator.Calendar.Grace) * 24 * 60 * 60
	}
	return p
}

// steady grows as in every year before.
func steady(int) float64 { return 1.05 }

// sliding loses a little more every month from April on.
func sliding(month int) float64 { return 1.05 - 0.02*float64(max(0, month-3)) }

func TestAYearOnTrackRaisesNoAlert(t *testing.T) {
	y := retailYear(t, steady)
	s := simulate(t)
	s.run(yearBegins, yearEnds, 3*time.Hour, y.at)
	s.expect()
	if gap := longestSilence(y); gap < 56*24*time.Hour {
		t.Errorf("the longest time without a figure is %s: this is not a year with a gap in spring", gap)
	}
}

// December's figure stays the newest until March 15th: 74 days after the end of
// the year.
func TestTheSilentSpringIsInTheSimulatedYear(t *testing.T) {
	y := retailYear(t, steady)
	for _, f := range y.figures {
		if f.Period != figure.Month(2023, 2) {
			continue
		}
		if days := int(f.Published.Sub(time.Date(2022, 12, 31, 0, 0, 0, 0, shanghai)).Hours() / 24); days != 74 {
			t.Errorf("the first figure of the year is published %d days after December has ended", days)
		}
	}
}

func longestSilence(y *year) (longest time.Duration) {
	last := yearBegins
	for _, f := range y.figures {
		if f.Published.Before(yearBegins) {
			continue
		}
		longest, last = max(longest, f.Published.Sub(last)), f.Published
	}
	return longest
}

func TestASlowSlideRaisesOneAlertInTheMonthThatSettlesIt(t *testing.T) {
	y := retailYear(t, sliding)
	s := simulate(t)
	final := time.Date(2024, 1, 15, 9, 0, 0, 0, shanghai)
	s.run(yearBegins, final, 3*time.Hour, y.at)
	// The band excludes the target with the figures up to June. The alarm comes with
	// the next release, which agrees.
	s.expect("2023-07-17 15:00 TidemarkTargetAtRisk fires", "2023-08-15 15:00 TidemarkTargetSlipping fires", "2023-08-15 15:00 TidemarkTargetAtRisk ends")
	if when := confirmed(y).In(shanghai); when.Format(time.DateOnly) != "2023-08-15" {
		t.Errorf("two releases first agree on %s", when)
	}

	// The year's own figure ends it: the verdict changes from slipping to
	// missed.
	s.events = nil
	s.run(final, yearEnds, 3*time.Hour, y.at)
	s.expect("2024-01-15 15:00 TidemarkTargetMissed fires", "2024-01-15 15:00 TidemarkTargetSlipping ends")
}

// confirmed is the first publication by which the target is beyond the margin
// of docs/targets.md, if no part of the band reached it by the one before,
// computed from the numbers and not from the verdict.
func confirmed(y *year) time.Time {
	excluded := false
	for i, f := range y.figures {
		if f.Published.Before(yearBegins) {
			continue
		}
		s := verdict.Judge(y.target, derive.New(y.target.Indicator, y.figures[:i+1]...), f.Published.In(shanghai))
		rest := 1 - float64(s.Period.Number())/12
		distance := (s.Goal.Value - s.Projection.Value) / (s.High.Value - s.Projection.Value)
		if s.High.Known && excluded && distance > 1+6*rest*rest {
			return f.Published
		}
		excluded = s.High.Known && distance > 1
	}
	return time.Time{}
}
