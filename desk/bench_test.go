//go:build unix

package desk

import (
	"fmt"
	"math"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/sender"
)

// shownWithin is the server's time in which 5,000 rows are to be shown beside what is
// stored.
const shownWithin = 150 * time.Millisecond

// BenchmarkFiveThousandRows measures what a person waits for: "checked" reads the
// table again after a correction and compares it, "shown" writes the page of it, and
// "both" is the sum. Each is reported as a ratio to shownWithin.
func BenchmarkFiveThousandRows(b *testing.B) {
	o := newOffice(b)
	before, after := tables(5000)
	o.load(before)
	person, _ := o.desk.People.Find("li")
	dr := o.desk.drafts.add("li", false, []upload{{"table.csv", []byte(after)}}, time.Now())
	if err := o.desk.inspect(b.Context(), person, dr); err != nil {
		b.Fatal(err)
	}
	if n := changedRows(dr); n < 2000 {
		b.Fatalf("only %d of %d rows differ from what is stored; the first: %+v", n, len(dr.found.rows), dr.found.rows[0])
	}
	page := o.signedIn("li")
	for _, part := range []string{"checked", "shown", "both"} {
		b.Run(part, func(b *testing.B) {
			begun := processorTime(b)
			for b.Loop() {
				if part != "shown" {
					if err := o.desk.inspect(b.Context(), person, dr); err != nil {
						b.Fatal(err)
					}
				}
				if part != "checked" {
					o.desk.requests = newLimit(1<<30, 0)
					if page.get("/drafts/" + dr.id); page.status != 200 {
						b.Fatal(page.status)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(shownWithin), "of-150ms")
			b.ReportMetric(float64(processorTime(b)-begun)/float64(b.N)/float64(shownWithin), "cpu-of-150ms")
		})
	}
}

// processorTime is the time of processors that this process has used. On a machine with
// other work it says more than the time that has passed.
func processorTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// changedRows counts the rows of a draft that differ from what is stored.
func changedRows(dr *draft) (n int) {
	for _, r := range dr.found.rows {
		if r.Change == sender.Changed {
			n++
		}
	}
	return n
}

// tables returns a table of n figures, and the same with every other one changed.
func tables(n int) (before, after string) {
	var old, fresh strings.Builder
	for _, to := range []*strings.Builder{&old, &fresh} {
		to.WriteString("indicator,area,measure,period,value,unit,confirmed\n")
	}
	areas := []string{"330200", "330203", "330205", "330206", "330211", "330212", "330213", "330225", "330226", "330281", "330282"}
	period, row := figure.Month(1985, 1), 0
	for row < n {
		for _, indicator := range []string{"trade_exports", "trade_imports"} {
			for _, area := range areas {
				ind, _ := catalog.Ningbo().Indicator(indicator)
				plausible, ok := ind.Plausible(area, figure.Level, figure.Monthly)
				if row == n || !ok {
					continue
				}
				value := int(math.Sqrt(plausible.Min.Float64()*plausible.Max.Float64())/1e8) + row%5
				fmt.Fprintf(&old, "%s,%s,level,%s,%d,亿元,true\n", indicator, area, period, value)
				fmt.Fprintf(&fresh, "%s,%s,level,%s,%d.%d,亿元,true\n", indicator, area, period, value, 5*(row%2))
				row++
			}
		}
		period = period.Next()
	}
	return old.String(), fresh.String()
}

// load sends a table and waits until it is stored.
func (o *office) load(table string) {
	o.T.Helper()
	b := o.signedIn("li")
	b.drop("before.csv", table)
	b.send(url.Values{"partial": {"yes"}})
	b.want("Receipt")
	o.Idle()
}
