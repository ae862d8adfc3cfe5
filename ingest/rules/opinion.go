package rules

import (
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/rules/plausible"
)

// opinion is how a figure of a file compares with the file's other figures.
type opinion uint8

const (
	unasked opinion = iota // not judged yet, or not in a file
	// Believed says that a figure is as expected, or confirmed.
	Believed
	strange     // unusual compared with the others
	disbelieved // refused; no other figure is compared with it
)

// JudgeAll sets the opinion of every figure of a file, judging each one once by
// all the others. A disbelieved figure is then ignored as a neighbour, so that
// a true figure is not blamed for a wrong one next to it.
func (k *Known) JudgeAll(cat *catalog.Catalog) {
	var buf [96]plausible.Point
	for s, vintages := range k.Series {
		ind, ok := cat.Indicator(s.Indicator)
		if !ok {
			continue
		}
		opinions, whole := make([]opinion, len(vintages)), leaps(vintages)
		for i, p := range vintages {
			opinions[i] = p.Opinion
			if p.Withheld || p.Opinion != unasked || i+1 < len(vintages) && vintages[i+1].period == p.period {
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
			vintages[i].Opinion = o
		}
	}
}

// leaps reports whether any figure of the series is far from the one before it,
// so that the series has to be judged as a whole.
func leaps(vintages []Vintage) bool {
	for i := 1; i < len(vintages); i++ {
		a, b := vintages[i-1].Value, vintages[i].Value
		if a*b <= 0 || a/b > 5 || b/a > 5 {
			return true
		}
	}
	return false
}
