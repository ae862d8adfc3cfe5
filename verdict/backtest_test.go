package verdict

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// beibu is the container throughput of the Beibu Gulf, summed over its three
// ports.
func beibu(t testing.TB) *derive.History {
	t.Helper()
	f, err := os.Open("testdata/beibu_gulf_container_teu_monthly_2021_2026.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sums := map[figure.Period]float64{}
	for _, row := range rows[1:] { // skip the header time_period,port,teu
		p, err := figure.ParsePeriod(row[0])
		if err != nil {
			t.Fatal(err)
		}
		teu, err := strconv.ParseFloat(row[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		sums[p] += teu
	}
	var values []derive.Value
	for p, teu := range sums {
		values = append(values, derive.Value{Measure: figure.Level, Period: p, Value: teu})
	}
	i, _ := catalog.Ningbo().Indicator("container_throughput")
	return derive.New(i, values...)
}

// backtest returns the mean absolute errors in percent of the years 2022 to
// 2025 after k months: of the fixed methods, and of the one that would have
// been chosen in each of these years from earlier years alone.
func backtest(h *derive.History, k int) (linear, lastYear, chosen float64) {
	c := byYear{h, figure.Monthly}
	const from, to = 2022, 2025
	for y := from; y <= to; y++ {
		total, _ := c.total(y)
		miss := func(projected float64) float64 {
			return 100 * math.Abs(projected/total.Value-1) / (to - from + 1)
		}
		l, _ := c.apply(Linear, y, k)
		s, _ := c.apply(LastYear, y, k)
		method, _ := c.method(y, k)
		o, _ := c.apply(method, y, k)
		linear, lastYear, chosen = linear+miss(l.value), lastYear+miss(s.value), chosen+miss(o.value)
	}
	return linear, lastYear, chosen
}

func TestTheChosenMethodErrsLittleMoreThanTheBetterOfTheTwo(t *testing.T) {
	h := beibu(t)
	for k, want := range map[int][3]string{2: {"20.95", "4.49", "4.12"}, 6: {"7.37", "3.01", "2.55"}, 9: {"4.16", "1.43", "1.51"}} {
		linear, lastYear, chosen := backtest(h, k)
		for i, got := range []float64{linear, lastYear, chosen} {
			if text := fmt.Sprintf("%.2f", got); text != want[i] {
				t.Errorf("after month %d error %d is %s %%, want %s %%", k, i, text, want[i])
			}
		}
		if limit := 1.1 * min(linear, lastYear); chosen > limit {
			t.Errorf("after month %d the chosen method errs by %.2f %%, more than %.2f %%", k, chosen, limit)
		}
	}
}

func TestThePageShowsTheErrorsOfTheBackTest(t *testing.T) {
	page, err := os.ReadFile("../docs/targets.md")
	if err != nil {
		t.Fatal(err)
	}
	h := beibu(t)
	for k, month := range map[int]string{2: "February", 6: "June", 9: "September"} {
		linear, lastYear, chosen := backtest(h, k)
		if row := fmt.Sprintf("\n| %s | %.2f | %.2f | %.2f |\n", month, linear, lastYear, chosen); !strings.Contains(string(page), row) {
			t.Errorf("docs/targets.md lacks the row %s", row)
		}
	}
}

func TestTheBandOfPastYearsContainedTheirTotals(t *testing.T) {
	h := beibu(t)
	total, _ := h.At(figure.Level, figure.Year(2025))
	for k := 2; k < 12; k++ {
		p, ok := projected(h, 2025, k)
		if !ok || total.Value < p.Low || total.Value > p.Top {
			t.Errorf("after month %d of 2025: %v to %v (%t), the year was %v", k, p.Low, p.Top, ok, total.Value)
		}
	}
}

func TestTheBandWouldHaveContainedEveryTotalItWasTestedOn(t *testing.T) {
	h := beibu(t)
	c := byYear{h, figure.Monthly}
	for k := 2; k < 12; k++ {
		p, ok := projected(h, 2025, k)
		method, misses := c.method(2025, k)
		if !ok || len(misses) == 0 {
			t.Fatalf("month %d cannot be tested", k)
		}
		for _, m := range misses {
			o, _ := c.apply(method, m.year, k)
			total, _ := c.total(m.year)
			if total.Value < o.value*(1-p.Half-1e-12) || total.Value > o.value*(1+p.Half+1e-12) {
				t.Errorf("after month %d of %d the projection was %v ± %v, the year %v", k, m.year, o.value, p.Half, total.Value)
			}
		}
	}
}

func BenchmarkProjection(b *testing.B) {
	h := beibu(b)
	for b.Loop() {
		projected(h, 2026, 6)
	}
	b.StopTimer()
	for _, k := range []int{2, 6, 9} {
		linear, lastYear, chosen := backtest(h, k)
		name := map[int]string{2: "feb", 6: "jun", 9: "sep"}[k]
		b.ReportMetric(linear, name+"-linear-%")
		b.ReportMetric(lastYear, name+"-lastyear-%")
		b.ReportMetric(chosen, name+"-chosen-%")
	}
}

// projected is the projection of a year from its first k periods.
func projected(h *derive.History, year, k int) (Pace, bool) {
	return byYear{h, h.Indicator.Frequency()}.project(year, k)
}
