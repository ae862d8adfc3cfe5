package layout

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
)

// parts matches the beginning of headings of rows that are parts of a total.
var parts = regexp.MustCompile(`(?i)^\s*(?:其中|#|＃|of which)`)

// context is what rows without values say about the rows below them.
type context struct {
	meaning
	item
	part string // a heading of parts that are not in the catalogue
}

// section reads a row without values: a heading of those below it. used is false when
// it says nothing about them.
func (b *block) section(before context, text string) (after context, used bool) {
	m := b.labels.read(text)
	if m.drop != nil || len([]rune(text)) > 30 || aside.MatchString(text) {
		return before, false // a note
	}
	after = before
	if m.period != "" {
		after.period, used = m.period, true
	}
	if m.unit != "" {
		after.unit, used = m.unit, true
	}
	own := b.labels.own[key(m.label)]
	it, ok := b.labels.find(m.label)
	after.part = ""
	switch {
	case own.Skip:
		after.drop, used = &skipped, true
		return after, used
	case ok && it.indicator != "":
		after.indicator, used = it.indicator, true
	case !ok && parts.MatchString(text):
		after.part = cmp.Or(m.label, text)
	}
	after.drop = nil
	if area := cmp.Or(it.area, b.labels.areaIn(text)); area != "" {
		after.area, used = area, true
	}
	return after, used
}

// said is what the cells of a row that are not values say about those that are.
type said struct {
	meaning
	item
	note      string
	raw       string   // the label as written
	first     string   // the label in its first cell
	labelUnit string   // the unit in the label, beside which a column of units can be
	other     string   // a second period
	clash     bool     // its cells have different periods
	twoFold   bool     // its labels name different indicators or areas
	unknown   bool     // it has a label that is not in the catalogue
	strange   []string // those labels, as a mapping can name them
	under     *said    // the row of which it is a part
}

// rowSaid reads the label, the period, the unit and the other columns of a row
// that are not values.
func (b *block) rowSaid(i int) (row said) {
	m := &row.meaning
	for c := range b.columns {
		text := b.keyCell(i, c)
		if text == "" {
			continue
		}
		switch b.columns[c].role {
		case unitRole:
			m.unit = text
		case periodRole:
			b.periodSaid(&row, c, text)
		case labelRole, areaRole:
			b.labelSaid(&row, text)
		case statusRole:
			m.mark = text
		case noteRole:
			row.note = text
		}
	}
	b.growthBelow(&row)
	if row.raw != "" {
		row.beneath()
		kept := row
		b.outline.enter(&kept)
	}
	if row.unknown && row.indicator != "" && translated(row.label) {
		row.unknown = false
	}
	if m.unit == "" {
		m.unit = row.labelUnit
	}
	b.followRow(&row)
	if m.period != "" && !undated(m.period) {
		b.last = m.period
	}
	return row
}

// growthBelow completes a row that is only labelled as growth, or as another measure:
// it belongs to the row above it.
func (b *block) growthBelow(row *said) {
	if row.raw == "" || row.label != "" || !row.growth && row.drop == nil {
		kept := *row
		b.before = &kept
		return
	}
	switch {
	case b.before == nil || b.before.raw == "":
	case b.before.label == "": // rows of measures: 本月, 累计, 同比
		row.either = !row.toDate && !row.current && row.growth
	default:
		row.item, row.unknown, row.label = b.before.item, b.before.unknown, b.before.label
		row.toDate, row.current = row.toDate || b.before.toDate, row.current || b.before.current
	}
}

// translated reports whether the known label, which stands first, is Chinese and the
// other one is not.
func translated(label string) bool {
	first, second, _ := strings.Cut(label, " / ")
	return strings.ContainsFunc(first, han) && !strings.ContainsFunc(second, han)
}

func han(r rune) bool { return r >= 0x2e80 }

// labelSaid adds what a label says.
func (b *block) labelSaid(row *said, text string) {
	m, one := &row.meaning, b.labels.read(text)
	name := one.label
	if row.raw == "" {
		row.first, row.under = one.label, b.outline.above(text)
		if path := row.within(one.label); b.labels.has(path) {
			name = path
		}
	}
	row.raw = strings.TrimSpace(row.raw + " " + text)
	it, ok := b.labels.find(name)
	own, given := b.labels.own[key(name)]
	switch {
	case given && own.Skip:
		m.drop = &skipped
	case given && own.Unit != "":
		one.unit = own.Unit
	}
	if !ok && one.label != "" {
		row.unknown, row.strange = true, append(row.strange, row.within(one.label))
	}
	row.twoFold = row.twoFold || b.labels.against(it, row.item)
	row.item = it.within(row.item)
	if m.label != "" && one.label != "" {
		m.label += " / "
	}
	m.label += one.label
	if row.labelUnit == "" {
		row.labelUnit = one.unit
	}
	m.growth, m.vague, m.toDate, m.current = m.growth || one.growth, m.vague || one.vague, m.toDate || one.toDate, m.current || one.current
	if m.drop == nil {
		m.drop = one.drop
	}
	if m.period == "" {
		m.period = one.period
	}
	if m.mark == "" {
		m.mark = one.mark
	}
}

// footnoted matches the marks of footnotes behind a period.
var footnoted = regexp.MustCompile(`\s*(?:[*†‡#①-⑳\x{b9}\x{b2}\x{b3}]|[(（\[][^()（）\[\]]{1,3}[)）\]])+$`)

// periodSaid adds what a cell of a column of periods says. One that is growth on
// the year before belongs to the period above it.
func (b *block) periodSaid(row *said, c int, text string) {
	m := &row.meaning
	text = b.dayInside(c, text)
	if len(readings(text)) == 0 {
		one := b.labels.read(text)
		bare := footnoted.ReplaceAllString(text, "")
		switch {
		case months(text) && b.monthly(c):
			text += "月"
		case len(readings(bare)) > 0:
			m.mark, text = one.mark, bare
		case (one.growth || one.drop != nil) && one.label == "" && one.period == "":
			m.growth, m.vague, m.drop, text = one.growth, one.vague, one.drop, b.last
			if m.drop == nil && text == "" {
				row.unknown, m.label, row.strange = true, text, append(row.strange, text)
			}
		case !strings.ContainsAny(text, "0123456789"):
			row.unknown, m.label, row.strange = true, text, append(row.strange, text) // a total, an average
			return
		}
	}
	before := m.period
	var clash bool
	if m.period, clash = joined(before, text); clash {
		row.clash, row.other = true, before
	}
}

// dayInside returns the month of a day in a column that is headed as one of months, if
// the day stands for it: the first or the last of the month. Any other text is left as
// it is, as is a day in a column of quarters, which does not say whether the value is
// that of the quarter.
func (b *block) dayInside(c int, text string) string {
	all := readings(text)
	if len(all) != 1 || all[0].Extent != figure.OneDay || !edge(all[0].Means) {
		return text
	}
	if !b.monthly(c) {
		return text
	}
	b.days = true
	return all[0].Period.String()
}

// edge reports whether a day is the first or the last of its month.
func edge(day string) bool {
	t, err := time.Parse(time.DateOnly, day)
	return err == nil && (t.Day() == 1 || t.AddDate(0, 0, 1).Day() == 1)
}

// months reports whether a cell is the number of a month.
func months(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= 1 && n <= 12 && len(text) <= 2
}

// monthly reports whether a column is headed as one of months.
func (b *block) monthly(c int) bool {
	h := strings.ToLower(b.heading(c))
	return h == "月" || h == "月份" || h == "month"
}
