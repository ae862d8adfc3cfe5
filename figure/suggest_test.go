package figure_test

import (
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
)

func TestAWordCloseToAKnownOneIsSuggested(t *testing.T) {
	many := []string{"a1", "b1", "c1", "d1", "e1", "f1", "g1", "h1", "i1", "j1", "k1", "l1", "container_throughput", "container_throughput_rank"}
	trade := []string{"出口", "进口", "trade_exports"}
	for _, tt := range []struct {
		name, written string
		known         []string
		want          string
	}{
		{"a letter missing", "container_troughput", many, `did you mean "container_throughput"?`},
		{"other case", "Container_Throughput", many, `did you mean "container_throughput"?`},
		{"two letters exchanged", "trade_exprots", trade, `did you mean "trade_exports"?`},
		{"one of two characters", "出囗", trade, `did you mean "出口"?`},
		{"a short word that shares nothing", "外贸", trade, "use one of 出口, 进口, trade_exports"},
		{"a far word among few", "population", trade, "use one of 出口, 进口, trade_exports"},
		{"a far word among many", "population", many, ""},
		{"nothing written", "", trade, "use one of 出口, 进口, trade_exports"},
		{"nothing known", "gdp", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := figure.DidYouMean(tt.written, tt.known); got != tt.want {
				t.Errorf("%q: %s, want %s", tt.written, got, tt.want)
			}
		})
	}
}
