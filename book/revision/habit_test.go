package revision

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// monthsOf are the months of two years, each published 20 days after its end
// and, if off says so, revised by that part 80 days after it.
func monthsOf(off func(n int) float64) (all []store.Vintage) {
	for n := range 24 {
		p := figure.Month(2022, 1).Add(n)
		all = append(all, published("boxes", p.String(), 100*(1+off(n)), p.End().AddDate(0, 0, 20).Format(time.DateOnly)))
		if off(n) != 0 {
			all = append(all, published("boxes", p.String(), 100, p.End().AddDate(0, 0, 80).Format(time.DateOnly)))
		}
	}
	return all
}

func TestAHabitIsWhatNineOfTenFiguresDo(t *testing.T) {
	for _, c := range []struct {
		name  string
		off   func(n int) float64
		known string
		want  string
	}{
		{"all are revised alike", func(int) float64 { return 0.03 }, "", "3 % in 80 days"},
		{"one of them hugely", func(n int) float64 {
			if n == 5 {
				return 0.5
			}
			return -0.03
		}, "", "3 % in 80 days"},
		{"one typing error and nothing else", func(n int) float64 {
			if n == 5 {
				return 0.5
			}
			return 0
		}, "", "0 % in 80 days"},
		{"none is revised", func(int) float64 { return 0 }, "", "0 % in 0 days"},
		{"too few are known", func(int) float64 { return 0.03 }, "2022-08-25", "0 % in 0 days"},
		{"the next ones are worse", func(n int) float64 {
			if n > 16 {
				return 0.2
			}
			return 0.03
		}, "2023-05-25", "3 % in 80 days"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var known time.Time
			if c.known != "" {
				known = moment(c.known)
			}
			b := booktest.Of(t, monthsOf(c.off)...)
			for _, s := range b.Of("boxes") {
				h := HabitOf(city.Indicators[0], s, known)
				if got := fmt.Sprintf("%v %% in %v days", math.Round(1000*h.Off)/10, h.Settles.Hours()/24); got != c.want || !h.Relative {
					t.Errorf("got %s, want %s", got, c.want)
				}
			}
		})
	}
}
