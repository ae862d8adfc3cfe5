package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/ingest/sender"
)

func TestProgressIsDrawnOnOneLineAndTakenAway(t *testing.T) {
	var b bytes.Buffer
	p := &progress{w: &b, width: 4}
	p.show(7, 5, 10)
	p.show(8, 6, 10) // too soon after the other
	p.show(10, 10, 10)
	p.clear()
	p.clear()
	want := "\r██░░ 5/10  已入队 7 (stored)" + "\r████ 10/10  已入队 10 (stored)" + "\r\x1b[K"
	if b.String() != want {
		t.Errorf("the terminal gets %q and not %q", &b, want)
	}
}

func TestProgressIsForTerminalsOnly(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b)
	p.show(7, 10, 10)
	p.clear()
	if b.Len() > 0 {
		t.Errorf("a file gets %q", &b)
	}
}

func TestALongReportSaysHowMuchItLeavesOut(t *testing.T) {
	r := &sender.Report{Files: []string{"long.csv"}, Figures: 300, Refused: 300, Omitted: 300, ByCode: map[string]int{"figure/unit": 300}}
	var b strings.Builder
	if err := printReport(&b, r, false, checked); err != nil {
		t.Fatal(err)
	}
	want := "… 另有300个问题未列出 (300 more)\n\nlong.csv: 300 个数据 (figures)\n     300  有问题 (refused)\n"
	if b.String() != want {
		t.Errorf("it reads\n%s", b.String())
	}
}

func TestAFigureThatIsNotSentIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		report sender.Report
		want   string
	}{
		"interrupted": {sender.Report{Submission: "S", NotSent: 2, FirstNotSent: "a.csv:7"},
			"       2  未发送，从 a.csv:7 起；再运行一次即可补齐 (not sent, from a.csv:7 on; run it again to complete it)\n"},
		"NATS failed": {sender.Report{Submission: "S", NotSent: 2},
			"       2  未发送；再运行一次即可补齐 (not sent; run it again to complete it)\n"},
		"others refused": {sender.Report{NotSent: 2, ByCode: map[string]int{"figure/unit": 1}},
			"       2  未发送：先更正上述问题，或用 --partial 只报送其余数据 (not sent: mend the above, or send the others with --partial)\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			writeSummary(&b, &c.report, pushed)
			if !strings.Contains(b.String(), "\n"+c.want) {
				t.Errorf("it reads\n%s", b.String())
			}
		})
	}
}
