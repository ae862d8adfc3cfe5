package sender

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

// sheetOf returns a file with these rows of the port's container throughput: period,
// value, unit, status, publication and note, or whole rows of others.
func sheetOf(name string, rows ...string) Input {
	text := "indicator,area,measure,period,value,unit,status,published,note\n"
	for _, row := range rows {
		if row[0] >= '0' && row[0] <= '9' {
			row = "container_throughput,NBZS,level," + row
		}
		text += row + strings.Repeat(",", 8-strings.Count(row, ",")) + "\n"
	}
	return Input{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

// holdings reads what is stored.
func (s *pushSite) holdings() *Holdings {
	s.T.Helper()
	h, err := OpenHoldings(s.Ctx, s.Conn, catalog.Ningbo())
	if err != nil {
		s.T.Fatal(err)
	}
	return h
}

// inLine is a row in short.
func inLine(r *Row) string {
	text := fmt.Sprintf("%s %s %s", r.Where, r.Figure.Period, r.Change)
	if r.Repeats > 0 {
		text += fmt.Sprintf(" repeats %d", r.Repeats)
	}
	if r.Was != nil {
		value := r.Was.Value.String()
		if r.Was.Withheld {
			value = "withheld"
		}
		text += fmt.Sprintf(" was %s %s %s", value, r.Was.Unit, r.Was.Status)
	}
	if d := r.Difference; d != nil {
		text += " by " + d.Absolute.String()
		if d.Percent != nil {
			text += fmt.Sprintf(" %.2f%%", *d.Percent)
		}
	}
	for _, list := range [][]Finding{r.Findings, r.Unusual} {
		for _, f := range list {
			text += " " + f.Code
		}
	}
	return text
}

// compared compares files with the holdings; each row is a line.
func compared(t testing.TB, h *Holdings, inputs ...Input) (lines []string, r *Report) {
	t.Helper()
	r, err := Inspection{Catalog: catalog.Ningbo(), Against: h, Row: func(row *Row) error { lines = append(lines, inLine(row)); return nil }}.Check(t.Context(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	return lines, r
}

// sent pushes a file and fails unless all its figures are settled as wanted.
func (s *pushSite) sent(in Input) *Report {
	s.T.Helper()
	r, err := Push(s.Ctx, Options{Conn: s.Conn, Catalog: catalog.Ningbo(), Patience: time.Minute}, []Input{in})
	if err != nil || !r.Clean() {
		s.T.Fatalf("%v: %+v", err, r)
	}
	return r
}

func TestEveryFigureIsShownBesideWhatIsStored(t *testing.T) {
	s := newPushSite(t)
	s.startWorker()
	s.sent(sheetOf("stored.csv", "2024-01,310,万TEU,P", "2024-02,3050000,TEU,", "2024-03,320.5,万TEU,", "2024-04,,万TEU,Q", "2024-05,330,万TEU,", "2024-06,300,万TEU,,2024-07-18",
		"container_throughput,NBZS,yoy,2024-05,5.5,%,"))
	h := s.holdings()
	got, r := compared(t, h, sheetOf("f.csv", "2024-01,310,万TEU,A", "2024-02,305,万TEU,", "2024-03,3209000,TEU,", "2024-04,325,万TEU,", "2024-05,,万TEU,Q", "2024-06,301,万TEU,,2024-07-01",
		"2024-07,315,万TEU,", "2024-07,315,万TEU,", "container_throughput,NBZS,yoy,2024-05,5.9,%,", "2024-08,31.5,万TEU,", "2024-03,33,person,"))
	ingesttest.WantLines(t, got,
		"f.csv:2:E 2024-01 changed was 310 万TEU P",
		"f.csv:3:E 2024-02 same was 305 万TEU A",
		"f.csv:4:E 2024-03 changed was 3205000 TEU A by 4000 0.12%",
		"f.csv:5:E 2024-04 changed was withheld 万TEU Q",
		"f.csv:6:E 2024-05 changed was 330 万TEU A",
		"f.csv:7:E 2024-06 later was 300 万TEU A by 1 0.33%",
		"f.csv:8:E 2024-07 new",
		"f.csv:9:E 2024-07 uncompared repeats 8",
		"f.csv:10:E 2024-05 changed was 5.5 % A by 0.4",
		"f.csv:11:E 2024-08 refused figure/unit-slip",
		"f.csv:12:E 2024-03 refused was 320.9 万TEU A figure/unit")
	if r.NotSent != 8 || r.Refused != 2 || r.Repeated != 1 {
		t.Errorf("%+v", r)
	}
	again, _ := compared(t, h, sheetOf("f.csv", "2024-07,315,万TEU,"))
	ingesttest.WantLines(t, again, "f.csv:2:E 2024-07 new") // a comparison leaves nothing behind
}

func TestWhatASenderStandsByIsShownAsAnswered(t *testing.T) {
	s := newPushSite(t)
	s.startWorker()
	s.sent(sheetOf("stored.csv", "2024-01,310,万TEU,", "2024-02,305,万TEU,", "2024-03,320,万TEU,", "2024-04,325,万TEU,", "2024-05,330,万TEU,"))
	var answered, unusual []string
	in := Inspection{Catalog: catalog.Ningbo(), Confirm: true, Against: s.holdings(), Row: func(row *Row) error {
		for _, f := range row.Answered {
			answered = append(answered, f.Where+" "+f.Code)
		}
		for _, f := range row.Unusual {
			unusual = append(unusual, f.Where+" "+f.Code)
		}
		return nil
	}}
	if _, err := in.Check(t.Context(), []Input{sheetOf("f.csv", "2024-06,31.5,万TEU,")}); err != nil {
		t.Fatal(err)
	}
	ingesttest.WantLines(t, answered, "f.csv:2:E figure/unit-slip")
	ingesttest.WantLines(t, unusual)
}

func TestWhatTheComparisonForetellsIsWhatTheWorkerSays(t *testing.T) {
	s := newPushSite(t)
	s.startWorker()
	var past []string
	for m := range 36 {
		past = append(past, fmt.Sprintf("%s,%d,万TEU,", figure.Month(2020, 1).Add(m), 280+m%12))
	}
	s.sent(sheetOf("past.csv", past...))
	files := []Input{
		sheetOf("a.csv", "2023-01,283,万TEU,", "2022-05,2840,万TEU,", "2021-03,282,万TEU,P", "2021-04,283,万TEU,"),
		sheetOf("b.csv", "2023-01,284,万TEU,", "2023-02,28,万TEU,", "container_throughput,NBZS,yoy,2022-01,100,%,"),
		sheetOf("c.csv", "2023-03,2.9,万TEU,"),
	}
	lines, r := compared(t, s.holdings(), files...)
	foretold := map[string]int{}
	for _, line := range lines {
		foretold[strings.Fields(line)[2]]++
	}
	sent, err := Push(s.Ctx, Options{Conn: s.Conn, Catalog: catalog.Ningbo(), Partial: true, Patience: time.Minute}, files)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"new": sent.Written, "changed": sent.Revised, "same": sent.Unchanged, "later": sent.Superseded, "refused": sent.Refused}
	for change, n := range want {
		if foretold[change] != n {
			t.Errorf("%s: foretold %d, came %d", change, foretold[change], n)
		}
	}
	if fmt.Sprint(r.ByCode, r.UnusualByCode) != fmt.Sprint(sent.ByCode, sent.UnusualByCode) || sent.Refused != 4 || sent.Revised != 2 {
		t.Errorf("foretold %v %v, came %v %v", r.ByCode, r.UnusualByCode, sent.ByCode, sent.UnusualByCode)
	}
}

func TestHoldingsAreKeptCurrentAndTellWhatIsOnItsWay(t *testing.T) {
	s := newPushSite(t)
	h := s.holdings()
	s.Publish(ingesttest.Container("2024-05", "300"))
	must(t, h.Refresh(s.Ctx))
	if h.Undecided() != 1 || h.Of(ingesttest.Container("2024-05", "1").Cell, "万TEU") != nil {
		t.Errorf("%d are undecided", h.Undecided())
	}
	s.startWorker()
	s.Idle()
	must(t, h.Refresh(s.Ctx))
	if got := h.Of(ingesttest.Container("2024-05", "1").Cell, "TEU"); h.Undecided() != 0 || got == nil || got.Value.String() != "3000000" || got.Seq != 1 {
		t.Errorf("%d are undecided, %+v", h.Undecided(), got)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestHoldingsThatCannotBeReadSayWhy(t *testing.T) {
	s := newPushSite(t)
	for what, c := range map[string]struct {
		kind, body, want string
	}{
		"a newer version": {"range", "\x63", "entry 1 of stream DECISIONS: the entry has an unknown version"},
		"cut short":       {"range", "\x02\x01", "entry 1 of stream DECISIONS: the entry ends in the middle of a decision"},
	} {
		t.Run(what, func(t *testing.T) {
			s := newPushSite(t)
			msg := nats.NewMsg(ledger.Subject)
			msg.Data = []byte(c.body)
			msg.Header = nats.Header{"Tidemark-Kind": {c.kind}, "Tidemark-Floor": {"1"}, "Tidemark-Stored": {"1"}}
			_, err := s.JS.PublishMsg(s.Ctx, msg)
			must(t, err)
			if _, err := OpenHoldings(s.Ctx, s.Conn, catalog.Ningbo()); err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("it says %v", err)
			}
		})
	}
	must(t, s.JS.DeleteStream(s.Ctx, ledger.Stream))
	if _, err := OpenHoldings(s.Ctx, s.Conn, catalog.Ningbo()); err == nil || !strings.HasSuffix(err.Error(), "stream not found; was tidemark init run?") {
		t.Errorf("without the stream it says %v", err)
	}
	must(t, s.JS.DeleteStream(s.Ctx, ingest.FiguresStream))
	if _, err := OpenHoldings(s.Ctx, s.Conn, catalog.Ningbo()); err == nil || !strings.HasPrefix(err.Error(), "stream FIGURES: ") {
		t.Errorf("without figures it says %v", err)
	}
}

// A table of many years is pushed every month, also after its first years have closed.
func TestWhatIsStoredNeedsNoReasonInAClosedPeriodInWhateverUnit(t *testing.T) {
	s := newPushSite(t)
	s.startWorker()
	s.sent(sheetOf("stored.csv", "2023-04,312.7,万TEU,,2024-05-09", "2023-05,3457000,TEU,,2024-06-09,flash"))
	text, err := os.ReadFile("../../catalog/ningbo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const due = "    monthly: {months_later: 1, day: 10}\n"
	cat, err := catalog.Parse("closing.yaml", []byte(strings.Replace(string(text), due, due+"    closes: {after: year, months_later: 9, day: 30}\n", 1)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	_, err = Inspection{Catalog: cat, Against: s.holdings(), Row: func(row *Row) error { got = append(got, inLine(row)); return nil }}.Check(t.Context(),
		[]Input{sheetOf("f.csv", "2023-04,3127000,TEU,", "2023-05,345.7,万TEU,", "2023-06,300,万TEU,"), sheetOf("g.csv", "2023-05,345.7,万TEU,P")})
	if err != nil {
		t.Fatal(err)
	}
	ingesttest.WantLines(t, got,
		"f.csv:2:E 2023-04 same was 3127000 TEU A",
		"f.csv:3:E 2023-05 same was 345.7 万TEU A",
		"f.csv:4:E 2023-06 refused figure/closed",
		"g.csv:2:E 2023-05 refused was 345.7 万TEU A figure/closed")
}
