package record

import (
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/book/revision"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/verdict"
)

// Sum is the record of several targets together.
type Sum struct {
	Targets  map[Outcome]int
	Uncalled int // missed targets that were not slipping until then

	Verdicts map[verdict.Verdict]map[Outcome]int // how many judgements had each outcome, one for each release

	Bands, Held       int
	Widths            []float64 // sorted
	Alarms, Withdrawn int
	ToDeadline        []time.Duration // of the warnings before misses, sorted
	ToOutcome         []time.Duration
}

// Together adds up tracks.
func Together(tracks []*Track) Sum {
	s := Sum{Targets: map[Outcome]int{}, Verdicts: map[verdict.Verdict]map[Outcome]int{}}
	for _, k := range tracks {
		s.Targets[k.Outcome]++
		if k.Outcome == Missed && !k.Warning.Known {
			s.Uncalled++
		}
		for v, n := range k.Verdicts {
			if s.Verdicts[v] == nil {
				s.Verdicts[v] = map[Outcome]int{}
			}
			s.Verdicts[v][k.Outcome] += n
		}
		s.Bands += k.Bands
		s.Held += k.Held
		s.Widths = append(s.Widths, k.Widths...)
		s.Alarms += k.Alarms
		s.Withdrawn += k.Withdrawn
		if k.Warning.Known {
			s.ToDeadline = append(s.ToDeadline, k.Warning.ToDeadline)
			s.ToOutcome = append(s.ToOutcome, k.Warning.ToOutcome)
		}
	}
	slices.Sort(s.Widths)
	slices.Sort(s.ToDeadline)
	slices.Sort(s.ToOutcome)
	return s
}

// HeldRatio is the part of the bands that held; unknown without a band whose
// outcome is known.
func (k *Track) HeldRatio() verdict.Number { return ratio(k.Held, k.Bands) }

// HeldRatio is the part of the bands that held.
func (s *Sum) HeldRatio() verdict.Number { return ratio(s.Held, s.Bands) }

func ratio(part, of int) verdict.Number {
	if of == 0 {
		return verdict.Number{}
	}
	return verdict.Number{Value: float64(part) / float64(of), Known: true}
}

// Width is the median width of the bands; unknown without one.
func (k *Track) Width() verdict.Number { return median(k.Widths) }

// Width is the median width of the bands.
func (s *Sum) Width() verdict.Number { return median(s.Widths) }

func median(sorted []float64) verdict.Number {
	return verdict.Number{Value: revision.Quantile(sorted, 0.5), Known: len(sorted) > 0}
}

// Alike groups the tracks of targets that repeat, such as one for each year:
// those of the same kind on the same indicator, area, category and measure. Only
// groups in which at least two outcomes are known are returned, in the order of
// their first targets.
func Alike(tracks []*Track) (groups [][]*Track) {
	type likeness struct {
		kind                      catalog.TargetKind
		indicator, area, category string
		measure                   figure.Measure
	}
	at := map[likeness]int{}
	for _, k := range tracks {
		if !k.decided() {
			continue
		}
		like := likeness{k.Target.Kind, k.Target.Indicator.Code, k.Target.Area.Code, k.Category, k.Target.Measure}
		n, known := at[like]
		if !known {
			n = len(groups)
			at[like] = n
			groups = append(groups, nil)
		}
		groups[n] = append(groups[n], k)
	}
	return slices.DeleteFunc(groups, func(g []*Track) bool { return len(g) < 2 })
}
