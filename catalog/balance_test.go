package catalog

import (
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
)

func TestAFigureTouchesTheBalancesThatItIsAPartOf(t *testing.T) {
	for of, want := range map[string][]string{
		"container_throughput NBZS level 2023-11": {"container_throughput NBZS level 2023-11", "container_throughput NBZS ytd 2023",
			"container_throughput NBZS ytd 2023-11", "container_throughput NBZS ytd 2023-12", "container_throughput NBZS ytd 2023-Q4"},
		"container_throughput NBPA level 2023-12": {"container_throughput NBPA ytd 2023", "container_throughput NBPA ytd 2023-12",
			"container_throughput NBPA ytd 2023-Q4", "container_throughput NBZS level 2023-12"},
		"container_throughput NBPA ytd 2023-03": {"container_throughput NBPA ytd 2023-03", "container_throughput NBZS ytd 2023-03"},
		"container_throughput NBZS yoy 2023-03": nil,
		"trade_exports 330200 ytd 2023-09":      {"trade_total 330200 ytd 2023-09"},
		"trade_total 330200 ytd 2023-09":        {"trade_total 330200 ytd 2023-09"},
		"retail_sales 330200 ytd 2023-09":       nil,
	} {
		parts := strings.Fields(of)
		m, err := figure.ParseMeasure(parts[2])
		if err != nil {
			t.Fatal(err)
		}
		p, err := figure.ParsePeriod(parts[3])
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, judged := range Ningbo().Touching(figure.Cell{Indicator: parts[0], Area: parts[1], Category: figure.Total, Measure: m, Period: p}) {
			got = append(got, judged.String())
		}
		slices.Sort(got)
		if got = slices.Compact(got); !slices.Equal(got, want) {
			t.Errorf("%s touches\n%q\nwant\n%q", of, got, want)
		}
	}
}
