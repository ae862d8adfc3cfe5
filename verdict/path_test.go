package verdict

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/verdict/projection"
)

// yearTotals are the totals of the full years of a series.
func (s series) yearTotals() (all []float64) {
	for y := range len(s.months) / 12 {
		total := 0.0
		for _, v := range s.months[12*y : 12*y+12] {
			total += v
		}
		all = append(all, total)
	}
	return all
}

// heldAhead is the part, in percent, of totals so many years ahead that were
// within the band made from the years before, four at least.
func heldAhead(t *testing.T, collection string, ahead int) (held float64, trials int) {
	for _, s := range monthlySeries(t) {
		totals := s.yearTotals()
		for known := 4; s.group == collection && known+ahead <= len(totals); known++ {
			r := route{tip: estimate{value: totals[known-1]}}
			for y := known - 1; y > 0 && len(r.growths) < yearsBack; y-- {
				r.growths = append(r.growths, math.Log(totals[y]/totals[y-1]))
			}
			rate, _ := r.rate()
			spread, _ := r.spread()
			_, low, high := r.at(float64(ahead), rate, spread)
			if trials++; low <= totals[known+ahead-1] && totals[known+ahead-1] <= high {
				held += 100
			}
		}
	}
	return held / float64(trials), trials
}

const aheadHead = "| years ahead | M1 | M3 | tourism |\n|---|---|---|---|\n"

func TestThePageShowsHowOftenTheBandOfLaterYearsHeld(t *testing.T) {
	shown, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	table := aheadHead
	for ahead := 1; ahead <= 4; ahead++ {
		row := fmt.Sprintf("| %d ", ahead)
		for _, c := range collections[:3] {
			held, trials := heldAhead(t, c.code, ahead)
			if trials > 200 && (held < 75 || held > 92) {
				t.Errorf("%s, %d years ahead: %.1f %% of %d totals were in the band", c.name, ahead, held, trials)
			}
			row += fmt.Sprintf("| %.1f ", held)
		}
		table += row + "|\n"
	}
	holdPage(t, string(shown), replaceTable(t, string(shown), aheadHead, table))
}

// within is the part of Student's distribution with n degrees of freedom
// between −x and x.
func within(x float64, n int) (p float64) {
	nu := float64(n)
	a, _ := math.Lgamma((nu + 1) / 2)
	b, _ := math.Lgamma(nu / 2)
	const steps = 10000
	for i := range steps {
		at := (float64(i) + 0.5) * x / steps
		p += 2 * x / steps * math.Exp(a-b) / math.Sqrt(nu*math.Pi) * math.Pow(1+at*at/nu, -(nu+1)/2)
	}
	return p
}

func TestTheQuantilesOfStudentAreThoseOfTheLevel(t *testing.T) {
	for n := growthsSpread; n <= yearsBack; n++ {
		if p := within(student[n], n-1); math.Abs(p-projection.Level) > 1e-3 {
			t.Errorf("with %d growth rates %v contains %.4f, want %v", n, student[n], p, projection.Level)
		}
	}
}

func TestTheBandOfLaterYearsWidensWithTheYears(t *testing.T) {
	r := route{tip: estimate{value: 100, half: 0.02}, growths: []float64{0.05, 0.03, 0.04}}
	spread, _ := r.spread()
	last := 0.0
	for _, years := range []float64{0, 0.25, 0.5, 1, 2, 5} {
		_, low, high := r.at(years, 0, spread)
		if wide := math.Log(high / low); wide <= last {
			t.Errorf("after %v years the band is %v wide, before it was %v", years, wide, last)
		} else {
			last = wide
		}
	}
	if _, low, high := r.at(0, 0, spread); math.Abs(math.Log(high/low)-0.04) > 1e-12 {
		t.Errorf("at the tip the band is %v to %v, want that of the year in progress", low, high)
	}
}

func TestTheStepsNameTheQuantileOfTheBand(t *testing.T) {
	s := judged(t, year2024+"1300 万TEU", past+"ytd 2024-06 610", "2024-07-15")
	var named []string
	for _, step := range s.Steps {
		if step.Value == s.Pace.Level || step.Value == s.Pace.Claim {
			named = append(named, step.Name.EN)
		}
	}
	if got := strings.Join(named, "; "); got != "part of outcomes that the band is to contain; part that the years tested can claim alone" || s.Pace.Level != 0.85 || s.Pace.Claim != 0.75 {
		t.Errorf("the steps are %q, the level %v, the claim %v", got, s.Pace.Level, s.Pace.Claim)
	}
}
