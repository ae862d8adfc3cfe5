package verdict

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// series is a real monthly series of the test data.
type series struct {
	group  string // the collection it belongs to
	name   string
	first  int // the year of its first value, a January
	months []float64
}

// firstYear is the year given to series whose own is not known.
const firstYear = 2001

// monthlySeries are all monthly series of the test data.
func monthlySeries(t testing.TB) (all []series) {
	t.Helper()
	f, err := os.Open("testdata/monthly/series.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		s := series{group: fields[0], name: fields[1], first: firstYear}
		for _, text := range fields[3:] {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatalf("%s: %v", s.name, err)
			}
			s.months = append(s.months, v)
		}
		all = append(all, s)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// history is the series' first n months as a flow of containers.
func (s series) history(n int) *derive.History {
	i, _ := catalog.Ningbo().Indicator("container_throughput")
	var values []derive.Value
	for m, v := range s.months[:min(n, len(s.months))] {
		values = append(values, derive.Value{Measure: figure.Level, Period: figure.Month(s.first+m/12, m%12+1), Value: v})
	}
	return derive.New(i, values...)
}
