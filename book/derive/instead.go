package derive

import "maps"

// Instead is the history with the given figures, by indicator, in place of those
// that are known of the same cells. Of several figures of a cell the last one
// counts.
func (h *History) Instead(figures map[string][]Value) *History {
	if h.parts[0] != nil {
		return newRatio(h.Indicator, h.parts[0].Instead(figures), h.parts[1].Instead(figures))
	}
	given := maps.Clone(h.given)
	for _, f := range figures[h.Indicator.Code] {
		given[cell{f.Measure, f.Period}] = f
	}
	all := make([]Value, 0, len(given))
	for _, v := range given {
		all = append(all, v)
	}
	other := build(h.Indicator, h.Area, h.Category, all, nil)
	other.from = h.from
	return other
}
