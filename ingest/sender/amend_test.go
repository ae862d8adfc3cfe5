package sender

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/sheet"
)

// threeRows are an input of which Amend corrects the first row, leaves out the second
// and refuses the third.
func threeRows() []Input {
	const text = "indicator,area,measure,period,value,unit\n" +
		"container_throughput,NBZS,level,2024-03,about 300,万TEU\n" +
		"container_throughput,NBZS,level,2024-03,301,万TEU\n" +
		"container_throughput,NBZS,level,2024-04,305,万TEU\n"
	amend := func(_ string, row *sheet.Row) bool {
		switch row.Line {
		case 2:
			row.Problems = nil
			row.Figure.Value = figure.NewDecimal(300, 0)
		case 3:
			return false
		case 4:
			row.Problems = append(row.Problems, &figure.Problem{Code: "figure/foreign-agency", Field: "indicator", Reason: "is not yours"})
		}
		return true
	}
	return []Input{{Name: "port.csv", As: As{Amend: amend}, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader([]byte(text))), nil
	}}}
}

func TestAmendedRowsAreCheckedAsTheyAreSent(t *testing.T) {
	var rows []string
	report, err := Inspection{Catalog: catalog.Ningbo(), Row: func(r *Row) error {
		line := r.Where + " " + r.Figure.Value.String()
		for _, f := range r.Findings {
			line += " " + f.Code
		}
		rows = append(rows, line)
		return nil
	}}.Check(t.Context(), threeRows())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(rows, "\n"), "port.csv:2:E 300\nport.csv:4:E 305 figure/foreign-agency"; got != want {
		t.Errorf("got rows\n%s\nwant\n%s", got, want)
	}
	if report.Rows != 2 || report.Figures != 2 || report.Refused != 1 || report.NotSent != 1 {
		t.Errorf("the report does not add up: %+v", report)
	}
}

func TestEveryOutcomeIsToldWithItsPlaceInTheFiles(t *testing.T) {
	s := newPushSite(t)
	s.startWorker()
	var mu sync.Mutex
	told := map[int]ingest.Outcome{}
	report, err := Push(t.Context(), Options{Conn: s.Conn, Catalog: catalog.Ningbo(), Partial: true, Patience: time.Minute,
		Settled: func(file string, line int, o ingest.Outcome, _ *figure.Problem) {
			mu.Lock()
			defer mu.Unlock()
			told[line] = o
			if file != "port.csv" {
				t.Errorf("an outcome of file %q", file)
			}
		}}, threeRows())
	if err != nil {
		t.Fatal(err)
	}
	if report.Written != 1 || len(told) != 1 || told[2] != ingest.Written {
		t.Errorf("told %v, report %+v", told, report)
	}
}
