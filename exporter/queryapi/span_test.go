package queryapi

import (
	"fmt"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book/booktest"
)

// within are the labels of a span from a day to the end of a year.
func within(from string, year int) string {
	begins, err := time.Parse(time.DateOnly, from)
	if err != nil {
		panic(err)
	}
	ends := time.Date(year+1, time.January, 1, 0, 0, 0, 0, time.UTC)
	return fmt.Sprintf("from=%d", begins.UnixMilli()) + " %s" + fmt.Sprintf("to=%d 1", ends.UnixMilli()-1)
}

func TestTheSpanOfAnIndicatorIsFromItsFirstFigureToTheYearOfItsNewestPublication(t *testing.T) {
	a := answerer{t, over(harbour(t), booktest.Of(t,
		booktest.Published("boxes", "2021-05", 100, "2021-06-10"), booktest.Published("boxes", "2022-12", 300, "2023-01-10"),
		booktest.Published("boxes", "2020", 900, "2023-02-10")))}
	const query, at = `tidemark_indicator_span_info{indicator="boxes",area="H1"`, "2023-12-31"
	of := func(from string, year int, more string) string {
		return "area=H1 " + more + fmt.Sprintf(within(from, year), "indicator=boxes ")
	}
	a.at(at, query+`}`, of("2020-01-01", 2023, ""))
	a.at(at, query+`,as_of="2023-01-31"}`, of("2021-05-01", 2023, "as_of=2023-01-31 "))
	a.at(at, query+`,as_of="2021-12-31"}`, of("2021-05-01", 2021, "as_of=2021-12-31 "))
	a.at(at, query+`,as_of="2019-01-31"}`, "") // as tidemark_indicator_info
}

// Bars of more years could not be told apart.
func TestASpanIsNoLongerThanTenYears(t *testing.T) {
	a := answerer{t, over(harbour(t), booktest.Of(t,
		booktest.Published("boxes", "1999", 100, "2000-06-10"), booktest.Published("boxes", "2022-12", 300, "2023-01-10")))}
	a.at("2023-12-31", `tidemark_indicator_span_info{indicator="boxes",area="H1"}`, "area=H1 "+fmt.Sprintf(within("2014-01-01", 2023), "indicator=boxes "))
}

func TestTheSpanOfATargetIsFromTheFirstFigureToItsDeadline(t *testing.T) {
	a := answerer{t, ofSample()}
	of := func(target, indicator, area, from string, year int) {
		t.Helper()
		a.at("2026-11-23", `tidemark_target_span_info{target="`+target+`"}`,
			"area="+area+" category=_T "+fmt.Sprintf(within(from, year), "indicator="+indicator+" target="+target+" "))
	}
	of("exports_2026", "trade_exports", "330200", "2017-01-01", 2026)
	of("port_2027_containers", "container_throughput", "NBZS", "2018-01-01", 2027) // figures begin in 2006
	of("gdp_2030", "gdp", "330200", "2021-01-01", 2030)
	of("container_month_floor", "container_throughput", "NBZS", "2017-01-01", 2026) // there is no deadline
	of("gdp_growth_2016", "gdp", "330200", "2013-01-01", 2016)
}
