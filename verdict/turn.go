package verdict

import (
	"math"
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Turn is a verdict that a revision changed.
type Turn struct {
	At     time.Time  // of the revision
	Cells  []Revision // what was revised at that time, the largest change first
	Before Verdict    // what the verdict would be without it
	Reason lang.Text  // what happened, in a sentence
}

// turnsBack is how many times of revision since the newest release are examined.
const turnsBack = 12

// turnable reports whether a verdict says how a target stands, so that turning
// from it or to it is news.
func turnable(v Verdict) bool {
	switch v {
	case Met, OnTrack, AtRisk, Slipping, Missed:
		return true
	}
	return false
}

// turned looks for the revision that turned the verdict of a state on h: with the
// revised figures as they were before, the verdict would be another one. Only
// revisions that came with the newest period or after it are examined, because a
// new period gives a verdict of its own. What else came with a revision, and the
// passing of time, never are a turn.
func turned(s State, h *derive.History, b *book.Book, known time.Time) *Turn {
	if !turnable(s.Verdict) {
		return nil
	}
	if known.IsZero() {
		known = s.At
	}
	old := map[string][]derive.Value{}
	for n, m := range revised(s.Target, b, s.Category, newestRelease(s, b, known), known) {
		if n == turnsBack {
			return nil
		}
		for _, c := range m.cells { // of a cell that was revised again, the value before counts
			old[c.Indicator] = append(old[c.Indicator], derive.Value{Measure: c.Measure, Period: c.Period, Value: c.Old.Value,
				Withheld: c.Old.Withheld, Status: c.Old.Status, Published: c.Old.Published})
		}
		before := Judge(s.Target, h.Instead(old), s.At).Verdict
		if before == s.Verdict {
			continue
		}
		if !turnable(before) {
			return nil
		}
		slices.SortStableFunc(m.cells, compareChanges)
		turn := &Turn{At: m.at.In(s.At.Location()), Cells: m.cells, Before: before}
		turn.Reason = say("%s，判定由“%s”变为“%s”", "%s, which turned the verdict from %s to %s", revisedText(s.Target, m.cells), before.Name(), s.Verdict.Name())
		return turn
	}
	return nil
}

// newestRelease is when the newest period that counts for the target began to be
// published.
func newestRelease(s State, b *book.Book, known time.Time) (began time.Time) {
	var newest time.Time
	for _, i := range s.Target.Indicator.Reported() {
		for _, series := range b.In(i.Code, s.Target.Area.Code) {
			if series.Key.Category != s.Category || series.Key.Measure.Growth() != s.Target.Measure.Growth() {
				continue
			}
			p, first, ok := newestPeriod(series, s.Target.By, known)
			if end := p.End(); ok && (end.After(newest) || end.Equal(newest) && first.Before(began)) {
				newest, began = end, first
			}
		}
	}
	return began.Add(-release)
}

// newestPeriod is the newest period of a series that was published by then, not
// after the deadline if there is one, and when it was published first. What was
// filled in by others (status I) was not published.
func newestPeriod(s *book.Series, by figure.Period, known time.Time) (p figure.Period, first time.Time, ok bool) {
	p = s.Latest().Period
	if !by.IsZero() && p.End().After(by.End()) {
		p = figure.PeriodAt(p.Frequency(), by.End().Add(-time.Hour))
	}
	for range s.Len() + p.Frequency().PerYear() {
		for v := range s.Vintages(p) {
			if v.Status != figure.Imputed && !v.Published.After(known) {
				return p, v.Published, true
			}
		}
		p = p.Prev()
	}
	return p, first, false
}

// compareChanges orders revisions by size, the largest first; numbers that came
// or went before all others.
func compareChanges(r, o Revision) int {
	size := func(r Revision) float64 {
		if r.Old.Withheld != r.New.Withheld || r.Old.Value == 0 {
			return math.MaxFloat64
		}
		return math.Abs(r.New.Value/r.Old.Value - 1)
	}
	switch a, b := size(r), size(o); {
	case a > b:
		return -1
	case a < b:
		return 1
	}
	return r.Period.Compare(o.Period)
}

// revisedText says what was revised: the first of the cells, and how many others.
func revisedText(t *catalog.Target, cells []Revision) lang.Text {
	c := cells[0]
	indicator, name := t.Indicator, lang.Text{}
	for _, i := range t.Indicator.Reported() {
		if i.Code == c.Indicator && i != t.Indicator {
			indicator, name = i, say("%s", "%s ", i.Name)
		}
	}
	value := func(f book.Figure) lang.Text {
		if f.Withheld {
			return lang.Text{ZH: "不公布", EN: "withheld"}
		}
		return Amount(indicator, c.Measure, f.Value)
	}
	text := say("%[4]s%[1]s由%[2]s修订为%[3]s", "%[4]s%[1]s was revised from %[2]s to %[3]s", c.Period, value(c.Old), value(c.New), name)
	switch others := len(cells) - 1; {
	case others == 1:
		text.ZH, text.EN = text.ZH+"（另有1项修订）", text.EN+" (and one more figure)"
	case others > 1:
		text = say("%s（另有%d项修订）", "%s (and %d more figures)", text, others)
	}
	return text
}
