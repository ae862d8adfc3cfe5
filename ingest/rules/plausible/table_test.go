package plausible

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// setting says what is known when a figure is judged.
type setting struct {
	name   string
	newest bool // only the figures before it are known; otherwise all others, as in a file
}

var settings = []setting{{"with all others of its file", false}, {"as the newest of its series", true}}

// about judges the i-th figure of a series with a value; ok is false when too
// little is known to judge it.
func (s *published) about(i int, value float64, in setting) (v Verdict, ok bool) {
	q := s.ask
	q.Period, q.Value, q.Whole = s.points[i].Period, value, !in.newest
	q.Points = append(q.Points, s.points[:i]...)
	if !in.newest {
		q.Points = append(q.Points, s.points[i+1:]...)
	}
	if len(q.Points) < Enough {
		return v, false
	}
	return Judge(&q), true
}

// count counts verdicts.
type count struct{ trials, warned, refused int }

func (c *count) add(v Verdict) {
	c.trials++
	switch v.Level {
	case Warning:
		c.warned++
	case Refusal:
		c.refused++
	}
}

func part(n, of int) float64 { return float64(n) / float64(max(of, 1)) }

func (c count) caught() float64 { return part(c.warned+c.refused, c.trials) }

// row is a line of the table.
func (c count) row(name string) string {
	return fmt.Sprintf("%-28s %6d %9.2f %% %8.2f %%\n", name, c.trials, 100*part(c.refused, c.trials), 100*part(c.warned, c.trials))
}

// tally is the table of one setting.
type tally struct {
	truth, sample count
	wrong         map[string]count // by kind of error
}

func tallied(t testing.TB, in setting) tally {
	t.Helper()
	all, sample := collect(t)
	out := tally{wrong: map[string]count{}}
	for _, s := range all {
		for i, p := range s.points {
			v, ok := s.about(i, p.Value, in)
			if !ok {
				continue
			}
			out.truth.add(v)
			if sample[s] {
				out.sample.add(v)
			}
			if v.Level == Refusal {
				t.Logf("refused although true: %v %d.%d %g %+v", s.Series, p.Period/s.ask.PerYear, p.Period%s.ask.PerYear+1, p.Value, v)
			}
			for _, k := range kinds {
				if value, ok := k.wrong(s, i); ok {
					v, _ := s.about(i, value, in)
					c := out.wrong[k.name]
					c.add(v)
					out.wrong[k.name] = c
				}
			}
		}
	}
	return out
}

func (c tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-28s %6s %11s %10s\n", "", "trials", "refused", "unusual")
	b.WriteString(c.truth.row("true"))
	b.WriteString(c.sample.row("true, sample of Ningbo"))
	for _, k := range kinds {
		b.WriteString(c.wrong[k.name].row(k.name))
	}
	return b.String()
}

// rulesPage is the page that shows the table.
const rulesPage = "../../../docs/rules.md"

// TestTable prints how many true figures are refused and how many errors are
// caught, and checks that rulesPage shows the same table.
func TestTable(t *testing.T) {
	page, err := os.ReadFile(rulesPage)
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range settings {
		c := tallied(t, in)
		t.Logf("judged %s\n%s", in.name, c)
		if !strings.Contains(string(page), c.String()) {
			t.Errorf("%s does not show this table of figures judged %s:\n%s", rulesPage, in.name, c)
		}
		wantGoals(t, in, c)
	}
}

// wantGoals checks the table against the goals.
func wantGoals(t *testing.T, in setting, c tally) {
	t.Helper()
	if c.truth.refused*2000 > c.truth.trials || c.sample.refused > 0 {
		t.Errorf("%s: %d of %d true figures are refused, %d of the sample", in.name, c.truth.refused, c.truth.trials, c.sample.refused)
	}
	least := map[string]float64{"×2": .7, "÷2": .7, "×1.3": .5, "last period copied": .5, "year-to-date for the month": .95,
		"sign lost": 1, "zero for missing": 1}
	for _, k := range []string{"10", "100", "1000", "10^4"} {
		least["×"+k], least["÷"+k] = 1, 1
	}
	for name, want := range least {
		if got := c.wrong[name]; got.trials == 0 || got.caught() < want {
			t.Errorf("%s: %s is caught in %.4f of %d trials, want %g", in.name, name, got.caught(), got.trials, want)
		}
	}
}

// A sender who sends figures one by one may do so in any order.
func TestHardlyATrueFigureIsRefusedInWhateverOrderASeriesArrives(t *testing.T) {
	all, _ := collect(t)
	trials, refused := 0, 0
	for _, s := range all {
		if len(s.points) < 20 || s.ask.Rate {
			continue
		}
		for seed := range uint64(20) {
			var known []Point
			for _, i := range rand.New(rand.NewPCG(seed, 1)).Perm(len(s.points)) {
				q := s.ask
				q.Period, q.Value, q.Points = s.points[i].Period, s.points[i].Value, known
				trials++
				if Judge(&q).Level == Refusal {
					refused++
					continue
				}
				at, _ := slices.BinarySearchFunc(known, q.Period, byPeriod)
				known = slices.Insert(known, at, s.points[i])
			}
		}
	}
	if refused*2000 > trials {
		t.Errorf("%d of %d are refused", refused, trials)
	}
}
