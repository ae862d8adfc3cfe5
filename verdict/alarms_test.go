package verdict

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// lived is one year of a series: what was said of three targets release by
// release, from February's to November's.
type lived struct {
	group string
	band  float64        // half the width of the band after September, relative
	said  [3][10]Verdict // of targets missed by 5 %, just met, and met by 5 %
	edge  [3][10]Verdict // the same if every target beyond the edge of the band slipped
}

// The targets: 5 % above what came out, at it, and 5 % below.
const (
	missedBy5 = iota
	justMet
	metBy5
)

var goals = [...]float64{missedBy5: 1.05, justMet: 1, metBy5: 0.95}

// years judges the targets of every year through which the series is lived,
// after every release, by what was known then.
func (l life) years(like *catalog.Target) (all []lived) {
	full := len(l.months) / 12
	for y := max(lifeBefore, full-lifeYears); y < full; y++ {
		year := lived{group: l.group}
		for k := 2; k < 12; k++ {
			at := released(figure.Month(l.first+y, k)).Add(time.Hour)
			h := derive.From(l.book, like.Indicator, "CITY", figure.Total, at)
			for n, factor := range goals {
				s := Judge(l.target(like, l.first+y, l.total(y)*factor), h, at)
				year.said[n][k-2], year.edge[n][k-2] = s.Verdict, s.Verdict
				if s.Verdict == AtRisk && s.High.Value < s.Least.Value {
					year.edge[n][k-2] = Slipping
				}
				if k == 9 {
					year.band = s.Pace.Half
				}
			}
		}
		all = append(all, year)
	}
	return all
}

// livedYears are all years of the series.
func livedYears(t testing.TB, of []series) (all []lived) {
	like := outputTarget(t)
	years := make([][]lived, len(of))
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for n := range next {
				years[n] = live(of[n]).years(like)
			}
		})
	}
	for n := range of {
		next <- n
	}
	close(next)
	workers.Wait()
	return slices.Concat(years...)
}

// alarms is what became of the alarms in a group of years, as parts of the years.
type alarms struct {
	years      int
	false5     float64 // the target was met by 5 %, and slipped at some time
	just       float64 // the target was just met, and slipped at some time: the alarm went away with the total of the year at the latest
	justAway   float64 // … and it went away by an earlier release
	never      float64 // the target was missed by 5 %, and never slipped
	missedAway float64 // the target was missed by 5 %, and an alarm went away, be it for a month
	warning    float64 // median of the months from the alarm that stayed to the end of the year, 0 without one
}

func alarmsOf(years []lived) (a alarms) {
	a.years = len(years)
	if a.years == 0 {
		return a
	}
	one := 1 / float64(a.years)
	count := func(into *float64, is bool) {
		if is {
			*into += one
		}
	}
	var warnings []float64
	for _, y := range years {
		count(&a.false5, called(y.said[metBy5]))
		count(&a.just, called(y.said[justMet]))
		count(&a.justAway, wentAway(y.said[justMet]))
		count(&a.never, !called(y.said[missedBy5]))
		count(&a.missedAway, wentAway(y.said[missedBy5]))
		warnings = append(warnings, warning(y.said[missedBy5]))
	}
	slices.Sort(warnings)
	a.warning = warnings[len(warnings)/2]
	return a
}

func called(said [10]Verdict) bool { return slices.Contains(said[:], Slipping) }

// wentAway reports whether an alarm was followed by a release by which the
// target did not slip, before the total of the year was known. That of a target that
// was met ends every alarm.
func wentAway(said [10]Verdict) bool {
	for k := 1; k < len(said); k++ {
		if said[k-1] == Slipping && said[k] != Slipping {
			return true
		}
	}
	return false
}

// warning is for how many months before the end of the year the target has been
// slipping without interruption.
func warning(said [10]Verdict) float64 {
	k := len(said)
	for k > 0 && said[k-1] == Slipping {
		k--
	}
	if k == len(said) {
		return 0
	}
	end := figure.Year(2001).End()
	return end.Sub(released(figure.Month(2001, k+2))).Hours() / 24 / 30.44
}

// tellable is half the width of the band after September by which the years are
// divided: where it is wider, a target that is 5 % off is within the margin of
// error almost to the end of the year, and no rule can tell it from one that is met.
const tellable = 0.05

const alarmsHead = "| years | number | met by 5 %: called | just met: called | … within the year | missed by 5 %: never called | … went away | months of warning |\n|---|---|---|---|---|---|---|---|\n"

func (a alarms) row(name string) string {
	return fmt.Sprintf("| %s | %d | %.1f %% | %.1f %% | %.1f %% | %.1f %% | %.1f %% | %.1f |\n", name, a.years,
		100*a.false5, 100*a.just, 100*a.justAway, 100*a.never, 100*a.missedAway, a.warning)
}

// sampleRow is the line of the table that a test holds: its first one, of every
// tenth series.
func sampleRow(t testing.TB) (alarms, string) {
	var of []series
	for n, s := range monthlySeries(t) {
		if n%10 == 0 {
			of = append(of, s)
		}
	}
	a := alarmsOf(only(livedYears(t, of), tells))
	return a, a.row("band up to ±5 %, every tenth series")
}

// alarmTable is what became of the alarms in all years: where the band can tell a
// target that is 5 % off, where it cannot, and by collection.
func alarmTable(years []lived) string {
	var b strings.Builder
	b.WriteString(alarmsHead)
	row := func(name string, is func(lived) bool) { b.WriteString(alarmsOf(only(years, is)).row(name)) }
	row("band after September up to ±5 %", tells)
	row("±5 to 10 %", func(y lived) bool { return y.band > tellable && y.band <= 2*tellable })
	row("wider", func(y lived) bool { return y.band > 2*tellable })
	for _, c := range [][2]string{{"M1", "M1"}, {"M3", "M3"}, {"T", "tourism"}, {"I", "others"}} {
		row(c[1], func(y lived) bool { return y.group == c[0] })
	}
	row("all", func(lived) bool { return true })
	years = slices.Clone(years)
	for n := range years {
		years[n].said = years[n].edge
	}
	row("band up to ±5 %, its edge alone", tells)
	return b.String()
}

func tells(y lived) bool { return y.band <= tellable }

func only(years []lived, is func(lived) bool) []lived {
	return slices.DeleteFunc(slices.Clone(years), func(y lived) bool { return !is(y) })
}

// BenchmarkAlarms lives through up to ten years of every series of the test data
// and prints what became of the alarms.
func BenchmarkAlarms(b *testing.B) {
	of := monthlySeries(b)
	var years []lived
	for b.Loop() {
		years = livedYears(b, of)
	}
	b.StopTimer()
	_, sample := sampleRow(b)
	fmt.Fprintf(os.Stderr, "\n%s%s\n", alarmTable(years), sample)
}

// TestAlarmsAreEarlyAndOnlyWhenReal lives through the years of every tenth
// series; docs/targets.md has the table of all and the line of these.
func TestAlarmsAreEarlyAndOnlyWhenReal(t *testing.T) {
	a, sample := sampleRow(t)
	if a.false5 > 0.01 || a.never > 0.02 || a.warning < 3 || a.justAway > 0.05 {
		t.Errorf("of %d years, targets met by 5 %% slipped in %.1f %%, those missed by 5 %% never in %.1f %%, with %.1f months of warning; %.1f %% of alarms on targets just met went away",
			a.years, 100*a.false5, 100*a.never, a.warning, 100*a.justAway)
	}
	shown, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(shown), alarmsHead) || !strings.Contains(string(shown), sample) {
		t.Errorf("docs/targets.md lacks the head of the table or its line\n%srun the benchmark for the whole of it", sample)
	}
}

func TestThePageStatesTheMargin(t *testing.T) {
	page, err := os.ReadFile("../docs/targets.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprintf("margin = 1 + %v · rest²", springMargin), fmt.Sprintf("distance > %v · margin", farMargin)} {
		if !strings.Contains(string(page), text) {
			t.Errorf("docs/targets.md lacks %q", text)
		}
	}
}
