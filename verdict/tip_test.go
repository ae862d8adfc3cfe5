package verdict

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestTheNextFigureThatWouldChangeAVerdictChangesIt(t *testing.T) {
	for _, c := range told {
		target := parsed(t, c.target)
		at, err := time.ParseInLocation(time.DateOnly, c.on, time.FixedZone("", 8*3600))
		if err != nil {
			t.Fatal(err)
		}
		h := history(t, target.Indicator, c.figures)
		s := Judge(target, h, at)
		next, _ := nextFigure(s, h)
		for _, tip := range Tips(target, h, at) {
			short := tip.Value * (1 - 1e-3)
			if lower(target) {
				short = tip.Value * (1 + 1e-3)
			}
			switch {
			case tip.Value < 0:
				short = 2*tip.Value - short
			case tip.Value == 0:
				short = 1 // of what is to be zero
			}
			if got := next.verdict(tip.Value); got != tip.To || goodness(next.verdict(short)) >= goodness(tip.To) {
				t.Errorf("%s: %s %s of %v gives %s, %v gives %s; want %s from %v on", c.name, tip.Measure, tip.Period, tip.Value, got, short, next.verdict(short), tip.To, tip.Value)
			}
		}
	}
}

func TestWhatWouldChangeTheVerdicts(t *testing.T) {
	var b strings.Builder
	for _, c := range told {
		target := parsed(t, c.target)
		at, _ := time.ParseInLocation(time.DateOnly, c.on, time.FixedZone("", 8*3600))
		h := history(t, target.Indicator, c.figures)
		fmt.Fprintf(&b, "%s: %s\n", c.name, Judge(target, h, at).Verdict)
		for _, tip := range Tips(target, h, at) {
			amount := ""
			if tip.Amount.Known {
				amount = " (" + Amount(target.Indicator, tip.Measure, tip.Amount.Value).EN + " alone)"
			}
			fmt.Fprintf(&b, "  %s %s of %s%s: %s, else %s\n", tip.Measure, tip.Period, Amount(target.Indicator, tip.Measure, tip.Value).EN, amount, tip.To, tip.Else)
		}
	}
	golden(t, "testdata/tips.golden", b.String())
}
