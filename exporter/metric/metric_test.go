package metric

import (
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/book/release"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict"
)

func TestHelpTextsNeedNoEscapingInAnyFormat(t *testing.T) {
	all := []Family{IndicatorInfo, ReleaseInfo, Now, WorkingDay, TargetInfo, TargetSentence, TargetVerdict, TargetRegressed}
	for _, f := range Figures {
		all = append(all, f.Family)
	}
	for _, n := range ReleaseNumbers {
		all = append(all, n.Family)
	}
	for _, n := range TargetNumbers {
		all = append(all, n.Family)
	}
	for _, f := range TargetRecords {
		all = append(all, f.Family)
	}
	for _, f := range ProjectionRecords {
		all = append(all, f.Family)
	}
	for _, f := range RevisionQualities {
		all = append(all, f.Family)
	}
	for _, f := range all {
		if strings.ContainsAny(f.Help, "\"\\\n") || f.Help == "" {
			t.Errorf("%s: the help text %q would differ between text and OpenMetrics", f.Name, f.Help)
		}
	}
}

func TestLabelsAreInTheOrderOfTheirNames(t *testing.T) {
	ningbo := catalog.Ningbo()
	goal := ningbo.Targets[0]
	state := &verdict.State{Target: goal, Category: figure.Total}
	next := &release.Release{Indicator: goal.Indicator, Area: goal.Area.Code}
	nextLabels, _ := ReleaseInfoLabels(next)
	for name, labels := range map[string]Labels{
		"figure":    FigureLabels(goal.Indicator, figure.Series{Indicator: goal.Indicator.Code}),
		"indicator": IndicatorLabels(ningbo, next),
		"release":   ReleaseLabels(next),
		"next":      nextLabels,
		"target":    TargetLabels(state),
		"info":      TargetInfoLabels(state),
		"sentence":  TargetSentenceLabels(state, lang.Text{}),
		"verdict":   VerdictLabels(state, verdict.Met),
	} {
		var names []string
		for i := 0; i < len(labels); i += 2 {
			names = append(names, labels[i])
		}
		if !slices.IsSorted(names) {
			t.Errorf("those of %s are %v", name, names)
		}
	}
}
