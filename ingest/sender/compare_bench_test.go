package sender

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/store"
)

// BenchmarkCompare checks a file of 50,000 rows, ten years of 417 series, with and
// without comparing it with as many stored figures, a tenth of which differ. It prints
// how much longer a check with a comparison takes, and how long reading what is stored.
func BenchmarkCompare(b *testing.B) {
	s := newPushSite(b)
	const rows, months = 50_000, 120
	var file bytes.Buffer
	file.WriteString("indicator,area,category,measure,period,value,unit\n")
	l, err := ledger.Open(s.Ctx, s.JS)
	must(b, err)
	draft := l.Draft(ledger.Range)
	for i := range rows {
		p := figure.Month(2015, 1).Add(i % months)
		category := fmt.Sprintf("window_%d", i/months)
		fmt.Fprintf(&file, "unresolved_cases,330200,%s,level,%s,%d,件\n", category, p, 50+i%7)
		value := float64(50 + i%7)
		if i%10 == 0 {
			value++
		}
		draft.Floor = uint64(i + 1)
		draft.Add(ledger.Decision{Seq: draft.Floor, Outcome: ledger.Written, Vintage: store.Vintage{
			Cell:   figure.Cell{Indicator: "unresolved_cases", Area: "330200", Category: category, Measure: figure.Level, Period: p},
			Agency: "service_center", Status: figure.Normal, Value: value, Moment: int64(1e12) + int64(i), Seq: draft.Floor}})
		if draft.Full() || i == rows-1 {
			if stored, err := l.Append(s.Ctx, draft); err != nil || !stored {
				b.Fatal(stored, err)
			}
			draft = l.Draft(ledger.Range)
		}
	}
	in := Input{Name: "f.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file.Bytes())), nil }}
	check := func(h *Holdings) {
		r, err := Inspection{Catalog: catalog.Ningbo(), Against: h}.Check(s.Ctx, []Input{in})
		must(b, err)
		if r.NotSent != rows || h != nil && (r.Compared.Changed != rows/10 || r.Compared.Same != rows-rows/10) {
			b.Fatalf("%+v", r.Compared)
		}
	}
	b.ReportAllocs()
	var opening, alone, with time.Duration
	for b.Loop() {
		start := time.Now()
		h := s.holdings()
		opening += time.Since(start)
		start = time.Now()
		check(nil)
		alone += time.Since(start)
		start = time.Now()
		check(h)
		with += time.Since(start)
	}
	b.ReportMetric(with.Seconds()/alone.Seconds(), "of-check")
	b.ReportMetric(float64(opening.Milliseconds())/float64(b.N), "ms-to-open")
}
