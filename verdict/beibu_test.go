package verdict

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"strconv"
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
// 2025 after k months: of the linear projection, of last year's share, and of
// ours, made from earlier years alone.
func backtest(h *derive.History, k int) (linear, lastYear, ours float64) {
	c := byYear{h, figure.Monthly}
	const from, to = 2022, 2025
	for y := from; y <= to; y++ {
		p, _ := c.series(y).Project(k) // the value, even if there are too few years for a band
		t := c.trial(y, k, p.Value)
		linear, lastYear, ours = linear+math.Abs(t.linear)/4, lastYear+math.Abs(t.lastYear)/4, ours+math.Abs(t.ours)/4
	}
	return linear, lastYear, ours
}

func TestTheProjectionErrsLittleMoreThanTheBetterOfTheTwo(t *testing.T) {
	h := beibu(t)
	for k, want := range map[int][3]string{2: {"20.95", "4.49", "3.01"}, 6: {"7.37", "3.01", "3.03"}, 9: {"4.16", "1.43", "1.30"}} {
		linear, lastYear, ours := backtest(h, k)
		for i, got := range []float64{linear, lastYear, ours} {
			if text := fmt.Sprintf("%.2f", got); text != want[i] {
				t.Errorf("after month %d error %d is %s %%, want %s %%", k, i, text, want[i])
			}
		}
		if limit := 1.1 * min(linear, lastYear); ours > limit {
			t.Errorf("after month %d the projection errs by %.2f %%, more than %.2f %%", k, ours, limit)
		}
	}
}

const beibuHead = "| after | linear | last year's share | tidemark |\n|---|---|---|---|\n"

func TestThePageShowsTheErrorsOfTheBackTest(t *testing.T) {
	shown, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	h := beibu(t)
	table := beibuHead
	for _, month := range []struct {
		k    int
		name string
	}{{2, "February"}, {6, "June"}, {9, "September"}} {
		linear, lastYear, ours := backtest(h, month.k)
		table += fmt.Sprintf("| %s | %.2f | %.2f | %.2f |\n", month.name, linear, lastYear, ours)
	}
	holdPage(t, string(shown), replaceTable(t, string(shown), beibuHead, table))
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
		if !ok || p.Cases != 3 {
			t.Fatalf("month %d is tested on %d years, want 3", k, p.Cases)
		}
		for y := 2022; y < 2025; y++ {
			past, _ := c.series(y).Project(k)
			now, _ := c.toDate(y, k)
			total, _ := c.total(y)
			if half := p.Reach * (past.Value - now.Value); math.Abs(total.Value-past.Value) > half*(1+1e-12) {
				t.Errorf("after month %d of %d the projection was %v ± %v, the year %v", k, y, past.Value, half, total.Value)
			}
		}
	}
}

// projected is the projection of a year from its first k periods.
func projected(h *derive.History, year, k int) (Pace, bool) {
	return byYear{h, h.Indicator.Frequency()}.project(year, k)
}
