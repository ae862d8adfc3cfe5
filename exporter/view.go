package exporter

import (
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/release"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/store"
)

// view is one book as it is shown. Figures change a few times a month and are
// requested a few times a minute, so the page is rendered on first request and
// cached as long as the book.
type view struct {
	all     *book.Book // all figures
	book    *book.Book // the figures whose definition matches the catalogue
	catalog *catalog.Catalog
	clocks  store.Clocks // which time it is, and which figures are seen
	strays  []stray

	page   func() []byte   // the figures' part of /metrics
	packed func() deflated // the same, compressed
}

func newView(b *book.Book, c *catalog.Catalog) *view {
	v := &view{all: b, book: b, catalog: c}
	v.strays = straysOf(b, b, c)
	v.page = sync.OnceValue(v.write)
	v.packed = sync.OnceValue(func() deflated { return deflate(v.page()) })
	return v
}

// appendHead begins a family of gauges. No help text needs escaping, so the
// page is the same in Prometheus' text format and in OpenMetrics.
func appendHead(b []byte, f metric.Family) []byte {
	b = append(b, "# HELP "...)
	b = append(b, f.Name...)
	b = append(b, ' ')
	b = append(b, f.Help...)
	b = append(b, "\n# TYPE "...)
	b = append(b, f.Name...)
	return append(b, " gauge\n"...)
}

// appendSample writes one line. The value has no exponent: people read this
// page, and 27260800 is what was sent.
func appendSample(b []byte, f metric.Family, labels []byte, value float64) []byte {
	b = append(b, f.Name...)
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

// write renders the figures' part of /metrics.
func (v *view) write() []byte {
	lines, reports := v.lines(), release.All(v.catalog, v.book, time.Time{})
	perLine := 0
	if len(lines) > 0 {
		perLine = len(metric.Figures) * (len(lines[0].labels) + len("tidemark_figure_published_timestamp_seconds") + 16)
	}
	b := make([]byte, 0, 4096+len(lines)*perLine+len(reports)*512)
	for _, f := range metric.Figures {
		b = appendHead(b, f.Family)
		for i := range lines {
			if x, ok := f.Of(&lines[i].latest); ok {
				b = appendSample(b, f.Family, lines[i].labels, x)
			}
		}
	}
	b = appendHead(b, metric.IndicatorInfo)
	for _, r := range reports {
		b = appendSample(b, metric.IndicatorInfo, appendLabels(nil, metric.IndicatorLabels(v.catalog, r)), 1)
	}
	b = appendHead(b, metric.ReleaseInfo)
	for _, r := range reports {
		if labels, ok := metric.ReleaseInfoLabels(r); ok {
			b = appendSample(b, metric.ReleaseInfo, appendLabels(nil, labels), 1)
		}
	}
	for _, number := range metric.ReleaseNumbers {
		b = appendHead(b, number.Family)
		for _, r := range reports {
			if n, ok := number.Of(v.catalog, r); ok {
				b = appendSample(b, number.Family, appendLabels(nil, metric.ReleaseLabels(r)), n)
			}
		}
	}
	return b
}

// lines returns the series that the catalogue knows.
func (v *view) lines() []line {
	lines := make([]line, 0, v.book.Len())
	text := make([]byte, 0, 128*v.book.Len()) // backs the labels of all lines
	for s := range v.book.All() {
		if i, known := v.catalog.Indicator(s.Key.Indicator); known {
			start := len(text)
			text = appendLabels(text, metric.FigureLabels(i, s.Key))
			lines = append(lines, line{text[start:len(text):len(text)], s.Latest()})
		}
	}
	return lines
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

// appendLabels writes consecutive names and values as {name="value",…}.
func appendLabels(b []byte, pairs metric.Labels) []byte {
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
			// One malformed value would make Prometheus reject the whole page.
			b = append(b, labelEscapes.Replace(strings.ToValidUTF8(value, "\uFFFD"))...)
		}
		b = append(b, '"')
	}
	return append(b, '}')
}

// plain reports whether s needs no escaping between quotation marks.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
