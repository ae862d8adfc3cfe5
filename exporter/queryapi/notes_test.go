package queryapi

import (
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// annotated has a month whose note changes, one with a long note on two lines, and
// one without.
func annotated(t *testing.T) answerer {
	flash := booktest.Published("boxes", "2023-01", 100, "2023-02-10")
	flash.Status = figure.Provisional
	return answerer{t, over(harbour(t), booktest.Of(t, slices.Concat(
		booktest.Noted(flash, "flash"),
		booktest.Noted(booktest.Published("boxes", "2023-01", 100, "2023-03-10"), "final\n  figure"),
		booktest.Noted(booktest.Published("boxes", "2023-02", 200, "2023-03-10"), strings.Repeat("波", 400)),
		[]store.Vintage{booktest.Published("boxes", "2023-03", 300, "2023-04-10")})...))}
}

const noteOfJanuary = "area=H1 category=_T freq=M indicator=boxes measure=level note=%s period=2023-01 period_en=Jan 2023 period_zh=2023年1月 status=%s unit=TEU 2023-01-01:1"

func withNote(note, status string) string {
	return strings.Replace(strings.Replace(noteOfJanuary, "%s", note, 1), "%s", status, 1)
}

func TestACellThatHasANoteHasASeriesForIt(t *testing.T) {
	a := annotated(t)
	a.at("2023-05-31", `tidemark_figure_note{period="2023-01"}[1y]`, withNote("final figure", "A"))
	a.at("2023-05-31", `count(last_over_time(tidemark_figure_note[1y]))`, "2")
	a.at("2023-05-31", `count(last_over_time(tidemark_figure_note{note=~"波{299}…"}[1y]))`, "1")
	a.at("2023-05-31", `tidemark_figure_note{freq="A"}[1y]`, "")
}

func TestANoteIsAsItWasKnown(t *testing.T) {
	a := annotated(t)
	a.at("2023-05-31", `tidemark_figure_note{period="2023-01",as_of="2023-03-09"}[1y]`, strings.Replace(withNote("flash", "P"), "category", "as_of=2023-03-09 category", 1))
	a.at("2023-05-31", `tidemark_figure_note{as_of="2023-02-09"}[1y]`, "")
	a.at("2023-05-31", `tidemark_figure_note{period="2023-01",basis="imputed"}[1y]`, "")
}

func TestANoteLivesAsLongAsTheCell(t *testing.T) {
	a := annotated(t)
	for _, day := range []string{"2023-01-15", "2023-02-20", "2023-03-20", "2023-04-20"} {
		missing := `tidemark_figure_note unless on (indicator, area, category, measure, freq, period) tidemark_figure_cell{origin="published"}`
		a.at(day, missing, "")
	}
	a.at("2023-01-20", `count(tidemark_figure_note)`, "1")
}

func TestTheSeriesOfAFigureHasNoLabelForItsNote(t *testing.T) {
	annotated(t).at("2023-05-31", `count({__name__=~"tidemark_figure.*",__name__!="tidemark_figure_note",note!=""})`, "")
}
