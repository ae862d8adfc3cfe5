package verdict

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
)

// trial is a projection of a past year from its first periods, beside the two
// that anybody makes: their errors in percent of the total.
type trial struct {
	series                 string
	month                  int
	past                   int // years before it that were used
	linear, lastYear, ours float64
	inside                 bool // the total is in the band
}

func (c byYear) trial(year, k int, projected float64) trial {
	now, _ := c.toDate(year, k)
	total, _ := c.total(year)
	before, _ := c.toDate(year-1, k)
	last, _ := c.total(year - 1)
	miss := func(v float64) float64 { return 100 * (v/total.Value - 1) }
	return trial{month: k, linear: miss(now.Value * float64(c.n()) / float64(k)), lastYear: miss(now.Value * last.Value / before.Value), ours: miss(projected)}
}

// trials are all projections of all series of the test data, of every year
// with three years before it: fewer give no band.
func trials(t testing.TB) []trial {
	if len(allTrials) > 0 {
		return allTrials
	}
	for _, s := range monthlySeries(t) {
		c := byYear{s.history(len(s.months)), figure.Monthly}
		for y := s.first + 3; y < s.first+len(s.months)/12; y++ {
			allTrials = append(allTrials, tried(t, c, s.group, y, y-s.first)...)
		}
	}
	return allTrials
}

var allTrials []trial // kept by trials

// shortTrials are the projections of the newest four years of all series, as
// if they had begun a number of years before.
func shortTrials(t testing.TB, past int) (all []trial) {
	for _, s := range monthlySeries(t) {
		years := len(s.months) / 12
		for y := max(past, years-4); y < years; y++ {
			part := series{s.group, s.name, s.first, s.months[12*(y-past):]}
			all = append(all, tried(t, byYear{part.history(12 * (past + 1)), figure.Monthly}, s.group, part.first+past, past)...)
		}
	}
	return all
}

var trialMonths = []int{2, 3, 6, 9, 11}

func tried(t testing.TB, c byYear, series string, year, past int) (all []trial) {
	for _, k := range trialMonths {
		p, ok := c.project(year, k)
		if !ok {
			t.Fatalf("%s: no projection of %d after month %d", series, year, k)
		}
		one := c.trial(year, k, p.Centre)
		total, _ := c.total(year)
		one.series, one.past, one.inside = series, past, p.Low <= total.Value*(1+1e-9) && total.Value <= p.Top*(1+1e-9)
		all = append(all, one)
	}
	return all
}

// score is what is said of a number of trials, in percent.
type score struct {
	trials                             int
	linear, lastYear, ours, bias, held float64
}

func scoreOf(all []trial, which func(trial) bool) (s score) {
	for _, t := range all {
		if !which(t) {
			continue
		}
		s.trials++
		s.linear, s.lastYear, s.ours, s.bias = s.linear+math.Abs(t.linear), s.lastYear+math.Abs(t.lastYear), s.ours+math.Abs(t.ours), s.bias+t.ours
		if t.inside {
			s.held += 100
		}
	}
	for _, v := range []*float64{&s.linear, &s.lastYear, &s.ours, &s.bias, &s.held} {
		*v /= float64(s.trials)
	}
	return s
}

func (s score) row(names ...any) string {
	return fmt.Sprintf(strings.Repeat("| %v ", len(names)), names...) + fmt.Sprintf("| %d | %.2f | %.2f | %.2f | %+.2f | %.1f |\n", s.trials, s.linear, s.lastYear, s.ours, math.Round(100*s.bias)/100+0, s.held)
}

// collections are the groups of series in the order of the table.
var collections = []struct{ code, name string }{{"M1", "M1"}, {"M3", "M3"}, {"T", "tourism"}, {"I", "classic"}}

const (
	trialsHead = "| series | after month | projections | linear | last year's share | tidemark | bias | inside the band |\n|---|---|---|---|---|---|---|---|\n"
	shortHead  = "| past years | projections | linear | last year's share | tidemark | bias | inside the band |\n|---|---|---|---|---|---|---|\n"
)

func trialsTable(t testing.TB) string {
	var b strings.Builder
	b.WriteString(trialsHead)
	for _, c := range collections {
		for _, k := range trialMonths {
			b.WriteString(scoreOf(trials(t), func(t trial) bool { return t.series == c.code && t.month == k }).row(c.name, k))
		}
	}
	for _, k := range trialMonths {
		b.WriteString(scoreOf(trials(t), func(t trial) bool { return t.month == k }).row("all", k))
	}
	return b.String()
}

func shortTable(t testing.TB) string {
	var b strings.Builder
	b.WriteString(shortHead)
	for _, past := range []int{3, 4, 5, 8} {
		b.WriteString(scoreOf(shortTrials(t, past), func(trial) bool { return true }).row(past))
	}
	return b.String()
}

// BenchmarkProjection projects the test data's longest series and prints the
// tables of the back-test on all of them, as docs/targets.md shows them.
func BenchmarkProjection(b *testing.B) {
	longest := slices.MaxFunc(monthlySeries(b), func(s, o series) int { return len(s.months) - len(o.months) })
	c := byYear{longest.history(len(longest.months)), figure.Monthly}
	last := longest.first + len(longest.months)/12 - 1
	for b.Loop() {
		c.project(last, 6)
	}
	fmt.Printf("\n%s\n%s\n", trialsTable(b), shortTable(b))
}

func TestThePageShowsTheTablesOfTheBackTest(t *testing.T) {
	page, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	for head, table := range map[string]string{trialsHead: trialsTable(t), shortHead: shortTable(t)} {
		text = replaceTable(t, text, head, table)
	}
	holdPage(t, string(page), text)
}

// replaceTable puts a table in the place of the one with that head.
func replaceTable(t *testing.T, text, head, table string) string {
	t.Helper()
	before, rest, found := strings.Cut(text, head)
	if !found {
		t.Fatalf("docs/targets.md lacks a table with the head\n%s", head)
	}
	for strings.HasPrefix(rest, "|") {
		_, rest, _ = strings.Cut(rest, "\n")
	}
	return before + table + rest
}

func TestNoSeriesAreProjectedMuchWorseThanByTheBetterOfTheTwo(t *testing.T) {
	for _, c := range collections {
		for _, k := range trialMonths {
			s := scoreOf(trials(t), func(t trial) bool { return t.series == c.code && t.month == k })
			if limit := 1.1 * min(s.linear, s.lastYear); s.ours > limit {
				t.Errorf("%s after month %d: the projection errs by %.2f %%, more than %.2f %%", c.name, k, s.ours, limit)
			}
		}
	}
}

// before are the mean absolute errors, over the same months, of what tidemark
// did before: the one method that was best in the past.
var before = map[string]float64{"M1": 4.47, "M3": 3.87, "T": 6.40, "I": 2.40}

func TestTheProjectionErrsATenthLessThanTheBestMethodOfThePast(t *testing.T) {
	for _, c := range collections {
		s := scoreOf(trials(t), func(t trial) bool { return t.series == c.code })
		if limit := 0.9 * before[c.code]; s.ours > limit {
			t.Errorf("%s: the projection errs by %.2f %%, more than %.2f %%", c.name, s.ours, limit)
		}
	}
}

func TestAboutSixOfSevenTotalsAreInsideTheBand(t *testing.T) {
	for _, c := range collections {
		s := scoreOf(trials(t), func(t trial) bool { return t.series == c.code })
		if few := s.trials < 1000; s.held < 85 || s.held > 92 && !few {
			t.Errorf("%s: %.1f %% of totals are inside the band", c.name, s.held)
		}
	}
}

func TestShortHistoriesAreProjectedBetterThanByTheBetterOfTheTwo(t *testing.T) {
	for _, past := range []int{3, 4, 5} {
		s := scoreOf(shortTrials(t, past), func(trial) bool { return true })
		if best := min(s.linear, s.lastYear); s.ours > 0.9*best || s.held < 85 {
			t.Errorf("%d past years: an error of %.2f %% instead of %.2f %%, %.1f %% inside the band", past, s.ours, best, s.held)
		}
	}
}
