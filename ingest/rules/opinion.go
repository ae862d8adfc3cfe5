package rules

import (
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/plausible"
)

// opinion is what is held of a figure of a file beside its others.
type opinion uint8

const (
	unasked     opinion = iota // not in a file, or not yet
	Believed                   // as expected, or confirmed
	strange                    // unusual, by all others
	disbelieved                // refused; nothing is held against it
)

// JudgeAll forms an opinion of every figure of a file. They are asked about
// once by all others. What is disbelieved is no neighbour of the rest, so that
// no true figure is blamed for a wrong one beside it.
func (k *Known) JudgeAll(cat *catalog.Catalog) {
	var buf [96]plausible.Point
	for s, points := range k.Series {
		ind, ok := cat.Indicator(s.Indicator)
		if !ok {
			continue
		}
		opinions, whole := make([]opinion, len(points)), leaps(points)
		for i, p := range points {
			opinions[i] = p.Opinion
			if p.Withheld || p.Opinion != unasked || i+1 < len(points) && points[i+1].period == p.period {
				continue
			}
			q := k.question(ind, s.At(figure.NthPeriod(s.Frequency, p.period)), asked{p.Value, p.Status}, Beside{}, buf[:0])
			q.Whole = whole
			switch plausible.Judge(&q).Level {
			case plausible.Fine:
				opinions[i] = Believed
			case plausible.Warning:
				opinions[i] = strange
			default:
				opinions[i] = disbelieved
			}
		}
		for i, o := range opinions {
			points[i].Opinion = o
		}
	}
}

// leaps tells whether anything in a series is far from what comes before it, so
// that it has to be looked at as a whole.
func leaps(points []Point) bool {
	for i := 1; i < len(points); i++ {
		a, b := points[i-1].Value, points[i].Value
		if a*b <= 0 || a/b > 5 || b/a > 5 {
			return true
		}
	}
	return false
}
