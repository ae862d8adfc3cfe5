package queryapi

import (
	"testing"

	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// shownFirst are the labels of a headline of boxes.
func shownFirst(basis, freq, measure, period, en, zh, unit string) string {
	return "area=H1 basis=" + basis + " category=_T freq=" + freq + " indicator=boxes measure=" + measure + " period=" + period + " period_en=" + en + " period_zh=" + zh + " unit=" + unit + " "
}

func TestAHeadlineIsOfTheNewestPeriodThatWasPublishedAndOfOneOnly(t *testing.T) {
	a := mixed(t)
	for day, want := range map[string]string{
		"2022-01-01": "",
		"2023-02-15": shownFirst("published", "M", "level", "2023-01", "Jan 2023", "2023年1月", "TEU") + "100",
		"2023-03-15": shownFirst("published", "M", "level", "2023-01", "Jan 2023", "2023年1月", "TEU") + "100", // February was filled in
		"2023-12-31": shownFirst("published", "M", "level", "2023-03", "Mar 2023", "2023年3月", "TEU") + "300", // April is an estimate
	} {
		a.at(day, `tidemark_figure_headline{measure="level"}`, want)
	}
	a.at("2023-12-31", "count by (period) (tidemark_figure_headline)", "period=2023-03 1")
	a.at("2023-12-31", `tidemark_figure_headline_timestamp_seconds{measure="level",basis="published"} / 86400`,
		shownFirst("published", "M", "level", "2023-03", "Mar 2023", "2023年3月", "TEU")+"19417")
}

func TestTheBasisOfAHeadlineDoesNotChangeItsPeriod(t *testing.T) {
	a := mixed(t)
	a.at("2023-12-31", `tidemark_figure_headline{measure="ytd",basis="derived"}`, "") // that of January
	a.at("2023-12-31", `tidemark_figure_headline{measure="ytd",basis="imputed"}`, "") // there is a newer one, of April
}

func TestAHeadlineOfAnIndicatorWithoutFiguresOfItsOwnFrequencyIsOfAnother(t *testing.T) {
	a := answerer{t, over(harbour(t), booktest.Of(t, booktest.Published("boxes", "2022", 33351000, "2023-01-20")))}
	a.at("2023-12-31", `tidemark_figure_headline{measure="level"}`, shownFirst("published", "A", "level", "2022", "2022", "2022年", "TEU")+"33351000")
}

func TestAWithheldPeriodIsNoHeadline(t *testing.T) {
	a := answerer{t, over(harbour(t), booktest.Of(t,
		booktest.Published("boxes", "2023-01", 100, "2023-02-10"), booktest.Withheld(booktest.Published("boxes", "2023-02", 0, "2023-03-10"))))}
	a.at("2023-12-31", `tidemark_figure_headline{measure="level"}`, shownFirst("published", "M", "level", "2023-01", "Jan 2023", "2023年1月", "TEU")+"100")
	a = answerer{t, over(harbour(t), booktest.Of(t, booktest.Withheld(booktest.Published("boxes", "2023-02", 0, "2023-03-10"))))}
	a.at("2023-12-31", `tidemark_figure_headline`, "")
}

// An older period that is published later does not come first, unless only it
// was published.
func TestAHeadlineThatWasFilledInGivesWayToAnOlderOneThatWasPublished(t *testing.T) {
	imputed := func(v store.Vintage) store.Vintage {
		v.Status = figure.Imputed
		return v
	}
	a := answerer{t, over(harbour(t), booktest.Of(t,
		imputed(booktest.Published("boxes", "2023-05", 500, "2023-06-10")), booktest.Published("boxes", "2023-03", 300, "2023-07-10"),
		booktest.Published("boxes", "2023-02", 200, "2023-08-10")))}
	a.at("2023-06-15", `tidemark_figure_headline{measure="level"}`, shownFirst("imputed", "M", "level", "2023-05", "May 2023", "2023年5月", "TEU")+"500")
	for _, day := range []string{"2023-07-15", "2023-08-15"} {
		a.at(day, `tidemark_figure_headline{measure="level"}`, shownFirst("published", "M", "level", "2023-03", "Mar 2023", "2023年3月", "TEU")+"300")
	}
}

// It begins with the first figure, of 2013, and ends with this year.
func TestAGoalWithoutADeadlineIsALineToTheEndOfTheYear(t *testing.T) {
	a := answerer{t, ofSample()}
	a.at("2027-12-31", `count_over_time(tidemark_target_path{target="gdp_2_trillion",line="goal",scale="display"}[20y]) > 6`,
		"area=330200 category=_T freq=A indicator=gdp line=goal measure=level scale=display target=gdp_2_trillion unit=亿元 14")
	a.at("2027-12-31", `max_over_time(tidemark_target_path{target="gdp_2_trillion",line="goal",scale="display"}[20y])`,
		"area=330200 category=_T freq=A indicator=gdp line=goal measure=level scale=display target=gdp_2_trillion unit=亿元 20000")
}

func TestAPublishedPeriodHasItsNamesAndItsStart(t *testing.T) {
	a := revised(t)
	const names = "area=H1 category=_T freq=M indicator=boxes measure=level period=2023-02 period_en=Feb 2023 period_zh=2023年2月 "
	const of = `tidemark_figure_revision_period_timestamp_seconds{period="2023-02"} / 86400`
	a.at("2023-03-09", of, "")
	a.at("2023-03-10", of, names+"19389")
	a.at("2023-12-31", of, names+"19389")
}
