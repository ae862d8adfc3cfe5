package queryapi

import (
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

const lastReleased = "max by (amount, basis, growth, measure, period, unit) (tidemark_release_figures_timestamp_seconds%s) / 86400"

// released are the labels of an answer to lastReleased, and its day.
func released(amount, basis, growth, measure, period, unit string, day string) string {
	var all []string
	for _, l := range [][2]string{{"amount", amount}, {"basis", basis}, {"growth", growth}, {"measure", measure}, {"period", period}, {"unit", unit}} {
		if l[1] != "" {
			all = append(all, l[0]+"="+l[1])
		}
	}
	return strings.Join(append(all, day), " ")
}

func growth(v store.Vintage) store.Vintage {
	v.Measure = figure.YoY
	return v
}

func TestAReleaseHasTheFiguresThatWerePublishedWhateverTheirFrequency(t *testing.T) {
	a := answerer{t, over(harbour(t), booktest.Of(t,
		booktest.Published("boxes", "2022-11", 2500000, "2023-01-10"),
		booktest.Published("boxes", "2022-12", 2600000, "2023-01-20"), booktest.Published("boxes", "2022", 33351000, "2023-01-20"),
		booktest.Published("boxes", "2021", 30000000, "2023-01-20"),
		growth(booktest.Published("boxes", "2023", 5.04, "2024-01-20")),
		booktest.Withheld(booktest.Published("boxes", "2023-12", 0, "2024-02-20"))))}
	all := strings.ReplaceAll(lastReleased, "%s", "")
	a.at("2023-01-09", all, "")
	a.at("2023-01-15", all, released("2,500,000", "published", "–", "level", "2022-11", "TEU", "19367"))
	a.at("2023-06-01", all, released("2,600,000", "published", "–", "level", "2022-12", "TEU", "19377")) // its own frequency, of those that end together
	a.at("2024-02-01", all, released("5.0", "published", "–", "yoy", "2023", "%", "19742"))              // growth is the only one
	a.at("2024-03-01", all, released("withheld", "published", "–", "level", "2023-12", "TEU", "19773"))
	a.at("2023-06-01", strings.ReplaceAll(lastReleased, "%s", `{scale="display",basis="published"}`), released("260.0", "published", "–", "level", "2022-12", "万TEU", "19377"))
	a.at("2023-06-01", strings.ReplaceAll(lastReleased, "%s", `{basis="imputed"}`), "")
	a.at("2024-03-01", strings.ReplaceAll(lastReleased, "%s", `{as_of="2023-01-15"}`), released("2,500,000", "published", "–", "level", "2022-11", "TEU", "19367"))
}

func TestWhatWasFilledInOnTheDayOfAReleaseDoesNotHideWhatWasPublished(t *testing.T) {
	imputed := func(v store.Vintage) store.Vintage {
		v.Status = figure.Imputed
		return v
	}
	of := strings.ReplaceAll(lastReleased, "%s", "")
	a := answerer{t, over(harbour(t), booktest.Of(t,
		booktest.Published("boxes", "2023-01", 100, "2023-03-10"), imputed(booktest.Published("boxes", "2023-02", 200, "2023-03-10"))))}
	a.at("2023-04-01", of, released("100", "published", "–", "level", "2023-01", "TEU", "19426"))
	a = answerer{t, over(harbour(t), booktest.Of(t, imputed(booktest.Published("boxes", "2023-02", 200, "2023-03-10"))))}
	a.at("2023-04-01", of, released("200", "imputed", "–", "level", "2023-02", "TEU", "19426"))
}

func TestEveryReleaseOfTheSampleHasAnAmount(t *testing.T) {
	for _, query := range []string{
		`count by (indicator, area) (tidemark_release_figures_timestamp_seconds{scale="display"}) != 1`,
		`tidemark_release_figures_timestamp_seconds{amount=""} or tidemark_release_figures_timestamp_seconds{unit=""}`,
	} {
		if got := ranged(t, ofSample(), "2023-01-01", "2026-11-22", "5d", query); got != "" {
			t.Errorf("%s:\n%s", query, got)
		}
	}
	got := instant(t, ofSample(), "2026-02-01", `tidemark_release_figures_timestamp_seconds{indicator="gdp",area="330200",scale="display"}`)
	if !strings.Contains(got, "amount=18,700.0 ") || !strings.Contains(got, " growth=4.9% ") || !strings.Contains(got, " period=2025 ") {
		t.Errorf("got %s", got)
	}
}

func TestAReleaseHasTheNoteOnItsFigure(t *testing.T) {
	a := answerer{t, over(harbour(t), booktest.Of(t, slices.Concat(
		booktest.Noted(booktest.Published("boxes", "2022-11", 100, "2023-01-10"), "flash"),
		booktest.Noted(booktest.Published("boxes", "2022-11", 100, "2023-01-12"), "final"),
		booktest.Noted(booktest.Published("boxes", "2022-12", 200, "2023-02-10"), "快报，见公报"))...))}
	const note = "max by (note) (tidemark_release_figures_timestamp_seconds%s) / 86400"
	for query, want := range map[string]string{"": "note=快报， 见公报 19398", `{as_of="2023-01-11"}`: "note=flash 19367", `{as_of="2023-01-20"}`: "note=final 19367"} {
		a.at("2023-03-01", strings.ReplaceAll(note, "%s", query), want)
	}
}
