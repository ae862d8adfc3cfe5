package queryapi

import (
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// mixed is a series of which February was filled in and April estimated; the
// year before is complete up to June.
func mixed(t *testing.T) answerer {
	as := func(status figure.Status, v store.Vintage) store.Vintage {
		v.Status = status
		return v
	}
	return answerer{t, over(harbour(t), booktest.Of(t,
		booktest.Published("boxes", "2022-01", 80, "2022-02-10"),
		booktest.Published("boxes", "2022-02", 100, "2022-03-10"),
		booktest.Published("boxes", "2022-06", 100, "2022-07-10"),
		booktest.Published("boxes", "2023-01", 100, "2023-02-10"),
		as(figure.Imputed, booktest.Published("boxes", "2023-02", 200, "2023-03-10")),
		booktest.Published("boxes", "2023-03", 300, "2023-04-10"),
		as(figure.Estimated, booktest.Published("boxes", "2023-04", 400, "2023-05-10")),
	))}
}

func TestEachFigureIsShownByWhatItRestsOn(t *testing.T) {
	a := mixed(t)
	for basis, want := range map[string]string{
		"published": "2023-01-01:100 2023-03-01:300", "imputed": "2023-02-01:200", "estimated": "2023-04-01:400",
	} {
		for _, metric := range []string{"tidemark_figure", "tidemark_figure_best"} {
			a.at("2023-12-31", metric+`{freq="M",measure="level",basis="`+basis+`"}[365d]`,
				"area=H1 basis="+basis+" category=_T freq=M indicator=boxes measure=level unit=TEU "+want)
		}
	}
	a.at("2023-12-31", `tidemark_figure_best{freq="M",measure="level"}[365d]`, boxesH1+"unit=TEU 2023-01-01:100 2023-02-01:200 2023-03-01:300 2023-04-01:400")
}

// A figure that was filled in, until the agency published it.
func TestAPublicationRestsOnWhatItWasItself(t *testing.T) {
	filled := booktest.Published("boxes", "2023-02", 200, "2023-03-10")
	filled.Status = figure.Imputed
	a := answerer{t, over(harbour(t), booktest.Of(t, filled, booktest.Published("boxes", "2023-02", 210, "2023-06-10")))}
	const of, labels = `tidemark_figure_revision{period="2023-02",basis="`, " category=_T freq=M indicator=boxes measure=level period=2023-02 unit=TEU "
	for basis, days := range map[string]map[string]string{
		"imputed":   {"2023-04-01": "200", "2023-07-01": ""},
		"published": {"2023-04-01": "", "2023-07-01": "210"},
	} {
		for day, want := range days {
			if want != "" {
				want = "area=H1 basis=" + basis + labels + want
			}
			a.at(day, of+basis+`"}`, want)
		}
	}
}

func TestWhatIsDerivedFromAnImputedFigureIsImputed(t *testing.T) {
	a := mixed(t)
	const ytd = "area=H1 basis=derived category=_T freq=M indicator=boxes measure=ytd unit=TEU 2023-01-01:100"
	a.at("2023-12-31", `tidemark_figure_derived{freq="M",measure="ytd",basis="derived"}[365d]`, ytd)
	a.at("2023-12-31", `tidemark_figure_derived{freq="M",measure="ytd",basis="imputed"}[365d]`,
		"area=H1 basis=imputed category=_T freq=M indicator=boxes measure=ytd unit=TEU 2023-02-01:300 2023-03-01:600 2023-04-01:1000")
	a.at("2023-12-31", `tidemark_figure_best{freq="M",measure="yoy",basis="derived"}[365d]`,
		"area=H1 basis=derived category=_T freq=M indicator=boxes measure=yoy unit=% 2023-01-01:25")
	a.at("2023-12-31", `tidemark_figure_best{freq="M",measure="yoy",basis="imputed"}[365d]`,
		"area=H1 basis=imputed category=_T freq=M indicator=boxes measure=yoy unit=% 2023-02-01:100")
	a.at("2023-12-31", `last_over_time(tidemark_figure_cell{freq="M",measure="level",basis="imputed"}[365d])`,
		"area=H1 basis=imputed category=_T freq=M indicator=boxes measure=level number=02 origin=published period=2023-02 status=I unit=TEU year=2023 200")
}

func TestTheNewestFigureWithABasisIsFoundWithTheNameOfItsPeriod(t *testing.T) {
	a := mixed(t)
	const of = `{freq="M",measure="level",basis="published"}`
	a.at("2023-12-31", "tidemark_figure_newest"+of, "area=H1 basis=published category=_T freq=M indicator=boxes measure=level unit=TEU 300")
	a.at("2023-12-31", "tidemark_figure_newest_info"+of, "area=H1 basis=published category=_T freq=M indicator=boxes measure=level period=2023-03 period_en=Mar 2023 period_zh=2023年3月 1")
	a.at("2023-12-31", `tidemark_figure_newest_info{freq="M",measure="level"}`, "area=H1 category=_T freq=M indicator=boxes measure=level period=2023-04 period_en=Apr 2023 period_zh=2023年4月 1")
	a.at("2023-03-01", "tidemark_figure_newest_info"+of, "area=H1 basis=published category=_T freq=M indicator=boxes measure=level period=2023-01 period_en=Jan 2023 period_zh=2023年1月 1")
}

func TestTheYearBeforeIsComparedUpToTheNewestFigure(t *testing.T) {
	a := mixed(t)
	a.at("2023-12-31", `tidemark_figure_compared{freq="M",measure="level"}[365d]`, boxesH1+"unit=TEU 2023-01-01:80 2023-02-01:100")
	a.at("2024-12-31", `tidemark_figure_compared{freq="M",measure="level"}[365d]`, "")
}

func TestOnlyTheFourBasesAreAccepted(t *testing.T) {
	for query, want := range map[string]string{
		`tidemark_figure{basis="official"}`:  `basis=\"official\" is not a basis: write one of [published derived estimated imputed], or leave it out for all`,
		`tidemark_figure{basis=~"imputed|"}`: `the label basis accepts only =, not =~: a selector views figures in one way`,
	} {
		if status, body := call(t, ofSample(), "query", "query", query); status != 400 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", query, status, body)
		}
	}
}
