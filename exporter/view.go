package exporter

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/book"
	"github.com/tidemark-stats/tidemark/figure"
)

// view is one book as it is shown. Figures change a few times a month and are
// asked for a few times a minute, so the page is written when it is first
// asked for and kept as long as the book.
type view struct {
	book    *book.Book
	catalog *catalog.Catalog
	unknown int // figures whose indicator the catalogue does not know

	page   func() []byte   // the figures' part of /metrics
	packed func() deflated // the same, compressed
}

func newView(b *book.Book, c *catalog.Catalog) *view {
	v := &view{book: b, catalog: c}
	for s := range b.All() {
		if _, known := c.Indicator(s.Key.Indicator); !known {
			v.unknown += s.Len()
		}
	}
	v.page = sync.OnceValue(v.write)
	v.packed = sync.OnceValue(func() deflated { return deflate(v.page()) })
	return v
}

// The families of the figures' part, in the order in which they are written.
// All are gauges, and none of the texts needs escaping, so that the page is
// the same in Prometheus' text format and in OpenMetrics.
var (
	familyFigure    = family{"tidemark_figure", "Current value of the newest period of a series, in its base unit; growth in percent. Absent while the value is withheld."}
	familyPeriod    = family{"tidemark_figure_period_timestamp_seconds", "Start of the newest period of a series."}
	familyPublished = family{"tidemark_figure_published_timestamp_seconds", "When the current value of the newest period of a series was first published."}
	familyWithheld  = family{"tidemark_figure_withheld", "Whether the newest period of a series has no number (1), because it is withheld or missing, or has one (0)."}
	familyInfo      = family{"tidemark_indicator_info", "Names and properties of an indicator in an area that reports it or is to be judged by it."}
	familyDue       = family{"tidemark_release_due_timestamp_seconds", "When the figures after the newest period of an indicator and area are due by its release calendar."}
	familyGrace     = family{"tidemark_release_grace_seconds", "How long after the due day figures count as late but not yet as overdue."}

	figureFamilies = []family{familyFigure, familyPeriod, familyPublished, familyWithheld, familyInfo, familyDue, familyGrace}
)

// family is a metric family of gauges.
type family struct {
	name, help string
}

func (f family) appendHead(b []byte) []byte {
	b = append(b, "# HELP "...)
	b = append(b, f.name...)
	b = append(b, ' ')
	b = append(b, f.help...)
	b = append(b, "\n# TYPE "...)
	b = append(b, f.name...)
	return append(b, " gauge\n"...)
}

// appendSample writes one line. The value is written without an exponent:
// people read this page, and 27260800 is what was sent.
func (f family) appendSample(b []byte, labels []byte, value float64) []byte {
	b = append(b, f.name...)
	b = append(b, labels...)
	b = append(b, ' ')
	b = strconv.AppendFloat(b, value, 'f', -1, 64)
	return append(b, '\n')
}

// line is one series on the page.
type line struct {
	labels []byte
	latest book.Figure
}

// write makes the figures' part of /metrics.
func (v *view) write() []byte {
	lines, reports := v.lines()
	perLine := 0
	if len(lines) > 0 {
		perLine = 4 * (len(lines[0].labels) + len(familyPublished.name) + 16)
	}
	b := make([]byte, 0, 4096+len(lines)*perLine+len(reports)*512)
	each := func(f family, value func(*book.Figure) (float64, bool)) {
		b = f.appendHead(b)
		for i := range lines {
			if x, ok := value(&lines[i].latest); ok {
				b = f.appendSample(b, lines[i].labels, x)
			}
		}
	}
	each(familyFigure, func(f *book.Figure) (float64, bool) { return f.Value, !f.Withheld })
	each(familyPeriod, func(f *book.Figure) (float64, bool) { return seconds(f.Period.Start()), true })
	each(familyPublished, func(f *book.Figure) (float64, bool) { return seconds(f.Published), true })
	each(familyWithheld, func(f *book.Figure) (float64, bool) { return bit(f.Withheld), true })
	b = familyInfo.appendHead(b)
	for _, r := range reports {
		b = familyInfo.appendSample(b, v.infoLabels(r), 1)
	}
	b = familyDue.appendHead(b)
	for _, r := range reports {
		if due, ok := r.due(); ok {
			b = familyDue.appendSample(b, appendLabels(nil, "area", r.area, "indicator", r.indicator.Code), seconds(due))
		}
	}
	b = familyGrace.appendHead(b)
	for _, r := range reports {
		if _, ok := r.due(); ok {
			b = familyGrace.appendSample(b, appendLabels(nil, "area", r.area, "indicator", r.indicator.Code), r.indicator.Calendar.Grace.Seconds())
		}
	}
	return b
}

// seconds is t in seconds since 1970, to the millisecond.
func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// report is an indicator in an area.
type report struct {
	indicator *catalog.Indicator
	area      string
	newest    figure.Period // of the indicator's own frequency, in any measure and category; zero when there is none
}

// due is when the period after the newest one is to be published; ok is false
// where no calendar says so.
func (r *report) due() (at time.Time, ok bool) {
	if r.indicator.Calendar == nil || r.newest.IsZero() {
		return time.Time{}, false
	}
	// A period that is not released on its own comes with the one after it.
	p := r.newest
	for range p.Frequency().PerYear() {
		p = p.Next()
		if at, ok = r.indicator.Calendar.Due(p); ok {
			return at, true
		}
	}
	return time.Time{}, false
}

// lines gives the series the catalogue knows, and what is reported where:
// all that has a figure, and all that a target needs one of. That an area may
// report an indicator is no reason to expect it to.
func (v *view) lines() ([]line, []*report) {
	lines := make([]line, 0, v.book.Len())
	text := make([]byte, 0, 128*v.book.Len()) // of all labels
	reports := map[[2]string]*report{}
	at := func(i *catalog.Indicator, area string) *report {
		key := [2]string{i.Code, area}
		r := reports[key]
		if r == nil {
			r = &report{indicator: i, area: area}
			reports[key] = r
		}
		return r
	}
	for s := range v.book.All() {
		i, known := v.catalog.Indicator(s.Key.Indicator)
		if !known {
			continue
		}
		latest := s.Latest()
		start := len(text)
		text = appendLabels(text, "area", s.Key.Area, "category", s.Key.Category, "freq", s.Key.Frequency.String(),
			"indicator", i.Code, "measure", s.Key.Measure.String(), "unit", unitOf(i, s.Key.Measure))
		lines = append(lines, line{text[start:len(text):len(text)], latest})
		r := at(i, s.Key.Area)
		if s.Key.Frequency == i.Frequency() && (r.newest.IsZero() || latest.Period.Compare(r.newest) > 0) {
			r.newest = latest.Period
		}
	}
	for _, t := range v.catalog.Targets {
		if t.Indicator.Kind != catalog.Ratio { // is worked out, not reported
			at(t.Indicator, t.Area.Code)
		}
	}
	sorted := make([]*report, 0, len(reports))
	for _, r := range reports {
		sorted = append(sorted, r)
	}
	slices.SortFunc(sorted, func(r, o *report) int {
		return cmp.Or(strings.Compare(r.indicator.Code, o.indicator.Code), strings.Compare(r.area, o.area))
	})
	return lines, sorted
}

// unitOf is the code of the unit a measure is stored in.
func unitOf(i *catalog.Indicator, m figure.Measure) string {
	if u := i.UnitOf(m); u != nil {
		return u.Code
	}
	return catalog.PercentUnit // a growth rate from before the catalogue stopped expecting any
}

func (v *view) infoLabels(r *report) []byte {
	i := r.indicator
	area := catalog.Name{ZH: r.area, EN: r.area}
	if a, known := v.catalog.Area(r.area); known {
		area = a.Name
	}
	return appendLabels(nil, "agency", i.Agency.Code, "area", r.area, "area_en", area.EN, "area_zh", area.ZH,
		"display_unit", i.Display, "freq", i.Frequency().String(), "indicator", i.Code, "kind", string(i.Kind),
		"name_en", i.Name.EN, "name_zh", i.Name.ZH, "unit", i.Unit.Code)
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

// appendLabels writes names and values that follow each other as {name="value",…}.
func appendLabels(b []byte, pairs ...string) []byte {
	for i := 0; i < len(pairs); i += 2 {
		if i == 0 {
			b = append(b, '{')
		} else {
			b = append(b, ',')
		}
		b = append(b, pairs[i]...)
		b = append(b, `="`...)
		if value := pairs[i+1]; plain(value) {
			b = append(b, value...)
		} else {
			// One malformed value would cost Prometheus the whole page.
			b = append(b, labelEscapes.Replace(strings.ToValidUTF8(value, "\uFFFD"))...)
		}
		b = append(b, '"')
	}
	return append(b, '}')
}

// plain tells whether s can stand between quotation marks as it is.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
