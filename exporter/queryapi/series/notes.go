package series

import (
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/figure"
)

// noteFamilies are about what people said about figures. The series of the figures
// themselves have no label for it: a note that is added or changed must not end a
// series and begin another.
func noteFamilies() []family {
	return []family{{metric.Family{Name: "tidemark_figure_note",
		Help: "1 at the start of the period of a published figure that has a note, with the note in a label as text."}, eachNote}}
}

// maxNote is how much of a note the label has, in characters: enough for a table.
// The history of the cell has all of it.
const maxNote = 300

// eachNote passes a series for each cell that has a note, as long-lived as that of
// the cell.
func eachNote(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
	v.seriesOf(s, func(i *catalog.Indicator, b *book.Series) {
		newest := sync.OnceValue(func() (last figure.Period) {
			s.figures(b, func(f *book.Figure) { last = f.Period })
			return last
		})
		for f, text := range b.Notes(s.known) {
			p := f.Period
			if !s.rests(derive.BasisOf(f.Status)) || !s.wants("period", p.String()) {
				continue
			}
			name, in := p.Name(), s.scaleOf(i, b.Key.Measure)
			yield(metric.Labels{"area", b.Key.Area, "category", b.Key.Category, "freq", b.Key.Frequency.String(), "indicator", i.Code,
				"measure", b.Key.Measure.String(), "note", onOneLine(text, maxNote), "period", p.String(), "period_en", name.EN, "period_zh", name.ZH,
				"status", f.Status.String(), "unit", in.unit}, func() []Sample {
				return mortal([]Sample{{start(p), 1}}, b.Key.Frequency, s.lasting(i, p, newest()))
			})
			if s.list != "" && !s.picks("note", "period", "period_en", "period_zh", "status") {
				return // its other cells have the same labels
			}
		}
	})
}

// onOneLine is a text for a table: without line breaks, with a space after each
// Chinese mark, and cut to so many characters.
func onOneLine(text string, limit int) string {
	text = strings.Join(strings.Fields(spaced.Replace(text)), " ")
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit-1]) + "…"
}
