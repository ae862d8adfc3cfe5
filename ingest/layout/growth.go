package layout

import (
	"cmp"
	"slices"
)

// inherit completes a bare 同比 with the extent of the level that it belongs to: the
// one before it or, if only one has no growth of its own, that one. One that can
// belong to several stays open.
func (b *block) inherit() {
	growths, own, open := b.growths(), map[extent]bool{}, b.levelsByName()
	first := slices.IndexFunc(b.columns, func(m meaning) bool { return m.role == noRole && m.drop == nil && !m.growth })
	for _, m := range b.columns {
		if m.growth && m.drop == nil && !m.bare() {
			own[extent{m.label, m.period, m.toDate}] = true
		}
	}
	for c := range b.columns {
		m := &b.columns[c]
		if !m.bare() {
			continue
		}
		levels := b.levels(c, own, open, first)
		switch left := c - 1; {
		case len(levels) == 1:
			m.follow(&b.columns[levels[0]])
			own[extent{m.label, m.period, m.toDate}] = true
		case len(levels) > 1 && left >= 0 && slices.Contains(levels, left) && growths > 1:
			m.follow(&b.columns[left]) // each level is followed by its growth
			own[extent{m.label, m.period, m.toDate}] = true
		case len(levels) > 1:
			m.either = true
		}
	}
}

// bare reports whether a column of growth does not say of what.
func (m *meaning) bare() bool {
	return m.growth && !m.toDate && !m.current && m.period == "" && m.role == noRole && m.drop == nil
}

// follow takes over what the column of levels says that this growth belongs to.
func (m *meaning) follow(level *meaning) {
	m.toDate, m.current = level.toDate, level.current
	m.period, m.label = cmp.Or(m.period, level.period), cmp.Or(m.label, level.label)
}

// named reports whether the header of a column names an indicator.
func (b *block) named(c int) bool {
	it, _ := b.labels.find(b.columns[c].label)
	return it.indicator != ""
}

// extent is what a level and its growth have in common.
type extent struct {
	label, period string
	toDate        bool
}

// levelsByName lists the columns of levels by their name, and all under no name.
func (b *block) levelsByName() map[string][]int {
	all := map[string][]int{}
	for i := range b.columns {
		if !b.isLevel(i) {
			continue
		}
		all[""] = append(all[""], i)
		if name := b.columns[i].label; name != "" {
			all[name] = append(all[name], i)
		}
	}
	return all
}

// levels returns the columns of levels to which a growth can belong: those of the
// same name that have no growth of their own. Two are enough to leave it open, of which
// the column to the left is one if it can be meant.
func (b *block) levels(c int, own map[extent]bool, open map[string][]int, first int) (all []int) {
	name := b.columns[c].label
	owned := func(i int) bool { m := &b.columns[i]; return own[extent{m.label, m.period, m.toDate}] }
	for len(open[name]) > 0 && owned(open[name][0]) {
		open[name] = open[name][1:] // for good
	}
	for _, i := range open[name] {
		if i > c && name == "" && c > first {
			break
		}
		if owned(i) {
			continue
		}
		if all = append(all, i); len(all) == 2 {
			break
		}
	}
	if left, at := slices.BinarySearch(open[name], c-1); len(all) == 2 && at && !owned(open[name][left]) && !slices.Contains(all, c-1) {
		all[1] = c - 1
	}
	return all
}

// isLevel reports whether a column has levels.
func (b *block) isLevel(c int) bool {
	m := &b.columns[c]
	return !m.growth && m.role == noRole && m.drop == nil && !b.empty(c)
}

// empty reports whether a column has no heading and no cells.
func (b *block) empty(c int) bool {
	if b.filledIn == nil {
		b.filledIn = make([]bool, len(b.columns))
		for _, rows := range [][]int{b.header, b.body} {
			for _, i := range rows {
				for c, text := range b.grid.Rows[i].Cells {
					b.filledIn[c] = b.filledIn[c] || text != ""
				}
			}
		}
	}
	return b.columns[c] == (meaning{}) && !b.filledIn[c]
}

// growths counts the bare growths if each directly follows a level.
func (b *block) growths() (n int) {
	for i := range b.columns {
		if b.columns[i].bare() && i > 0 && !b.columns[i-1].growth && b.columns[i-1].role == noRole {
			n++
		} else if b.columns[i].bare() {
			return 0
		}
	}
	return n
}

// says reports whether a header tells that there are values in its column.
func (m *meaning) says() bool {
	return m.toDate || m.current || m.growth || m.level || m.unit != "" || m.published != ""
}
