package figure_test

import (
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

func TestAPeriodHasANameInBothLanguages(t *testing.T) {
	for p, want := range map[figure.Period]lang.Text{
		figure.Year(2025):       {ZH: "2025年", EN: "2025"},
		figure.Quarter(2025, 4): {ZH: "2025年四季度", EN: "2025 Q4"},
		figure.Month(2025, 12):  {ZH: "2025年12月", EN: "Dec 2025"},
		figure.Month(2025, 3):   {ZH: "2025年3月", EN: "Mar 2025"},
		{}:                      {},
	} {
		if got := p.Name(); got != want {
			t.Errorf("%s is called %v, want %v", p, got, want)
		}
	}
}
