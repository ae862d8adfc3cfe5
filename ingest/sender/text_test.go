package sender

import (
	"strings"
	"testing"
)

func TestALongReportSaysHowMuchItLeavesOut(t *testing.T) {
	r := &Report{Files: []string{"long.csv"}, Figures: 300, Refused: 300, Omitted: 300, ByCode: map[string]int{"figure/unit": 300}}
	var b strings.Builder
	if err := r.WriteText(&b, Checked); err != nil {
		t.Fatal(err)
	}
	want := "… 另有300个问题未列出 (300 more)\n\nlong.csv: 300 个数据 (figures)\n     300  有问题 (refused)\n"
	if b.String() != want {
		t.Errorf("it reads\n%s", b.String())
	}
}

func TestAFigureThatIsNotSentIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		report Report
		want   string
	}{
		"interrupted": {Report{Submission: "S", NotSent: 2, FirstNotSent: "a.csv:7"},
			"       2  未发送，从 a.csv:7 起；再运行一次即可补齐 (not sent, from a.csv:7 on; run it again to complete it)\n"},
		"NATS failed": {Report{Submission: "S", NotSent: 2},
			"       2  未发送；再运行一次即可补齐 (not sent; run it again to complete it)\n"},
		"others refused": {Report{NotSent: 2, ByCode: map[string]int{"figure/unit": 1}},
			"       2  未发送：先更正上述问题，或用 --partial 只报送其余数据 (not sent: fix the above, or send the others with --partial)\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			writeSummary(&b, &c.report, Pushed)
			if !strings.Contains(b.String(), "\n"+c.want) {
				t.Errorf("it reads\n%s", b.String())
			}
		})
	}
}
