package sender

import (
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
)

func TestGrowthThatWasConfirmedBeyondItsLimitStaysConfirmed(t *testing.T) {
	b := newJudgeBench(t)
	growth := checkedFigure(t, "travellers,ES-44,yoy,2025-06,62.27,%")
	if d := b.decide(&growth, ""); d.Outcome != ingest.Refused || d.Problem.Code != "figure/out-of-bounds" {
		t.Fatalf("%+v", d)
	}
	confirmed := growth
	confirmed.Confirmed = true
	if d := b.decide(&confirmed, ""); d.Outcome != ingest.Written {
		t.Fatalf("%+v", d)
	}
	if d := b.decide(&growth, ""); d.Outcome != ingest.Unchanged || d.Problem != nil {
		t.Errorf("%+v", d)
	}
	other := checkedFigure(t, "travellers,ES-44,yoy,2025-06,62.28,%")
	if d := b.decide(&other, ""); d.Outcome != ingest.Refused {
		t.Errorf("%+v", d)
	}
}

func TestGrowthWrittenAnotherWayIsToldWhenItsLevelsArriveLater(t *testing.T) {
	levels := linesOf(t, "levels.csv")
	b := newJudgeBench(t)
	b.alone("cpi,GB,yoy,1997-06,110.49,%")
	refused, unusual := b.push(false, levels...)
	ingesttest.WantLines(t, refused)
	ingesttest.WantLines(t, unusual, "figure/rate-form 1997-06")
	slices.Reverse(levels)
	b = newJudgeBench(t)
	b.alone("cpi,GB,yoy,1997-06,110.49,%")
	refused, unusual = b.push(false, levels...)
	ingesttest.WantLines(t, refused)
	ingesttest.WantLines(t, unusual, "figure/rate-form 1996-06")
}

func TestGrowthWrittenAnotherWayIsHeldAgainstLevels(t *testing.T) {
	levels := linesOf(t, "levels.csv")
	rates := []string{"cpi,GB,yoy,1997-05,0.0879,%", "cpi,GB,yoy,1997-06,110.49,%", "cpi,GB,yoy,1997-12,115.3,%", "cpi,GB,yoy,1997-07,8.79,%"}
	r := checked(t, append(slices.Clone(levels), rates...)...)
	ingesttest.WantLines(t, cellsOf(r.Findings), "figure/rate-form cpi GB yoy 1997-05", "figure/rate-form cpi GB yoy 1997-06", "figure/rate-form cpi GB yoy 1997-12")
	if hint := r.Findings[1].Hint; !strings.Contains(hint, "did you mean 10.49 %?") {
		t.Errorf("the hint is %q", hint)
	}
	b := newJudgeBench(t)
	b.push(false, levels...)
	ingesttest.WantLines(t, b.alone(rates...), "figure/rate-form 1997-05", "figure/rate-form 1997-06", "figure/rate-form 1997-12")
}

func TestGrowthOnConstantPricesIsNotHeldAgainstLevels(t *testing.T) {
	r := checked(t, "real_output,GB,level,2022-01,2684.2,million USD", "real_output,GB,level,2023-01,2528.7,million USD", "real_output,GB,yoy,2023-01,94.2,%")
	ingesttest.WantLines(t, cellsOf(r.Findings))
}
