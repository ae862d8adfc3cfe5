package derive

import "github.com/tidemark-stats/tidemark/figure"

// Before is what would be known if the figures of p were still to come: the
// history without the figures of periods that end with p or later. What remains
// has its current values.
func (h *History) Before(p figure.Period) *History {
	if h.parts[0] != nil {
		return newRatio(h.Indicator, h.parts[0].Before(p), h.parts[1].Before(p))
	}
	end := p.End()
	var kept []Value
	for c, v := range h.given {
		if c.period.End().Before(end) {
			kept = append(kept, v)
		}
	}
	part := build(h.Indicator, h.Area, h.Category, kept, &h.cuts)
	part.from = h.from
	return part
}
