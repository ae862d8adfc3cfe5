package sender

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
)

// asStored is what a site stores of figures and answers to their sender, without the
// times.
func asStored(s *pushSite, r *Report) (lines []string) {
	for _, v := range s.Vintages() {
		lines = append(lines, fmt.Sprintf("%s %s %s %s", v.Series(), v.Period, v.Status, fmt.Sprint(v.Value)))
	}
	outcomes := s.Receipts(r.Submission)
	for _, seq := range slices.Sorted(maps.Keys(outcomes)) {
		lines = append(lines, fmt.Sprintf("message %d: %v", seq, outcomes[seq]))
	}
	return append(lines, fmt.Sprintf("written %d, revised %d, unchanged %d, refused %d", r.Written, r.Revised, r.Unchanged, r.Refused))
}

// pushed pushes a file on servers of its own.
func pushed(t *testing.T, name string, content []byte) []string {
	t.Helper()
	s := newPushSite(t)
	s.startWorker()
	report, err := Push(s.Ctx, Options{Conn: s.Conn, Catalog: catalog.Ningbo(), Patience: 5 * time.Minute},
		[]Input{{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Findings) > 0 {
		t.Fatal(report.Findings)
	}
	return asStored(s, report)
}

func TestAWorkbookIsStoredAndAnsweredAsTheCSVOfItsFigures(t *testing.T) {
	const rows = `indicator,area,measure,period,value,unit
container_throughput,NBZS,level,2024-01,301.125,万TEU
container_throughput,NBZS,level,2024-02,302.5,万TEU
container_throughput,NBZS,ytd,2024-02,603.625,万TEU
container_throughput,NBZS,yoy,2024-02,7.5,%
`
	want := pushed(t, "f.csv", []byte(rows))
	book := excelize.NewFile()
	for i, row := range [][]any{{"宁波舟山港集装箱吞吐量"}, {"单位：万TEU"}, {"月份", "本月", "累计", "本月同比"}, {time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), 301.125},
		{time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC), 302.5, 603.625, 0.075}} {
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	percent, err := book.NewStyle(&excelize.Style{NumFmt: 10})
	if err != nil {
		t.Fatal(err)
	}
	if err := book.SetCellStyle("Sheet1", "D5", "D5", percent); err != nil {
		t.Fatal(err)
	}
	var content bytes.Buffer
	if err := book.Write(&content); err != nil {
		t.Fatal(err)
	}
	ingesttest.WantLines(t, pushed(t, "f.xlsx", content.Bytes()), want...)
}
