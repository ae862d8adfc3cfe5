package layout

import "regexp"

// ranks are how bulletins number the rows of an outline, the widest first. A row
// without a number stands above them all.
var ranks = []*regexp.Regexp{
	regexp.MustCompile(`^\s*\d{1,2}\s*[.、､．](?:[^0-9]|$)`),
	regexp.MustCompile(`^\s*[(（]\s*\d{1,2}\s*[)）]`),
	regexp.MustCompile(`^\s*(?:其中|[#＃①-⑳]|(?i:of which))`),
}

// rank is how deep in an outline a label stands, 0 at the top.
func rank(label string) int {
	for i, r := range ranks {
		if r.MatchString(label) {
			return i + 1
		}
	}
	return 0
}

// outline is the row last read at each depth.
type outline [4]*said

// above returns the row under which a label stands, nil when there is none.
func (o *outline) above(label string) *said {
	for depth := rank(label) - 1; depth >= 0; depth-- {
		if o[depth] != nil {
			return o[depth]
		}
	}
	return nil
}

// enter makes a row the last one at its depth.
func (o *outline) enter(row *said) {
	depth := rank(row.raw)
	clear(o[depth:])
	o[depth] = row
}

// within is a label with the one under which it stands, by which a mapping tells
// 其中: 加工贸易 below 进口额 from that below 出口额.
func (row *said) within(label string) string {
	if row.under == nil || label == "" {
		return label
	}
	return row.under.first + " / " + label
}

// beneath completes a row that stands under another one: an area under an indicator
// is a part of its total.
func (row *said) beneath() {
	up := row.under
	if up == nil || row.unknown || row.indicator != "" || row.area == "" {
		return
	}
	row.indicator, row.category, row.drop = up.indicator, up.category, up.drop
	if up.indicator == "" && up.drop == nil {
		row.unknown, row.strange = true, append(row.strange, row.within(row.first))
	}
	if row.labelUnit == "" {
		row.labelUnit = up.labelUnit
	}
}
