package queryapi

import (
	"testing"

	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

func TestAValueOfAYearAgoEndsAtABreak(t *testing.T) {
	marked := booktest.Published("boxes", "2023-02", 2000000, "2023-03-10")
	marked.Status = 'B'
	a := answerer{t, over(harbour(t), booktest.Of(t,
		booktest.Published("boxes", "2022-01", 2700000, "2022-02-10"),
		booktest.Published("boxes", "2022-02", 2500000, "2022-03-10"),
		booktest.Published("boxes", "2022-03", 2600000, "2022-04-10"),
		booktest.Published("boxes", "2023-01", 2835000, "2023-02-10"),
		marked,
		booktest.Published("boxes", "2023-03", 2100000, "2023-04-10"),
		booktest.Published("boxes", "2024-02", 2200000, "2024-03-10"),
	))}
	a.at("2025-03-31", `tidemark_figure_year_ago{indicator="boxes",freq="M",measure=~"level|yoy"}[800d]`,
		boxesH1+"unit=TEU 2024-02-01:2000000 2024-03-01:2100000 2025-02-01:2200000\narea=H1 category=_T freq=M indicator=boxes measure=yoy unit=% 2025-02-01:10.000000000000009")
	for day, want := range map[string]string{"2023-01-31": "5", "2023-02-28": "", "2024-01-31": "", "2024-02-28": "10"} {
		if want != "" {
			want = "freq=M " + want
		}
		a.at(day, `round(sum(tidemark_figure_derived{indicator="boxes",freq="M",measure="yoy"}) by (freq), 0.01)`, want)
	}
}

func TestPublishedGrowthThatTheLevelsDoNotGiveIsListed(t *testing.T) {
	rate := func(period string, value float64, day string) store.Vintage {
		v := booktest.Published("boxes", period, value, day)
		v.Measure = figure.YoY
		return v
	}
	a := answerer{t, over(harbour(t), booktest.Of(t,
		booktest.Published("boxes", "2022-02", 2500001, "2022-03-10"),
		booktest.Published("boxes", "2022-03", 2600000, "2022-04-10"),
		booktest.Published("boxes", "2023-02", 2750000, "2023-03-10"), rate("2023-02", 10.0, "2023-03-10"),
		booktest.Published("boxes", "2023-03", 2730000, "2023-04-10"), rate("2023-03", 7.5, "2023-04-10"),
	))}
	a.at("2023-03-31", "round(tidemark_growth_disagreement, 0.01)", "area=H1 category=_T freq=M indicator=boxes measure=yoy unit=% 2.5")
	a.at("2023-02-28", "tidemark_growth_disagreement", "")
	a.at("2023-05-31", "tidemark_figure_derived{measure=\"yoy\"}[1y]", "")
}

func TestMonthsOfAnIndexAreComparedWithMonths(t *testing.T) {
	c := *harbour(t)
	people, _ := c.Indicator("people")
	people.Kind, people.Frequencies = catalog.Average, []figure.Frequency{figure.Monthly, figure.Quarterly, figure.Annual}
	a := answerer{t, over(&c, booktest.Of(t,
		booktest.Published("people", "1996-03", 42.0, "1996-04-10"), booktest.Published("people", "1996-Q1", 41.3, "1996-04-10"),
		booktest.Published("people", "1997-03", 41.4, "1997-04-10"), booktest.Published("people", "1997-Q1", 41.9, "1997-04-10"),
	))}
	const of = `round(tidemark_figure_derived{indicator="people",measure="yoy"}, 0.0001)`
	a.at("1997-03-02", `sum(`+of+`) by (freq)`, "freq=M -1.4286\nfreq=Q 1.4528")
}
