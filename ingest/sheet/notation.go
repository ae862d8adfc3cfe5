package sheet

import (
	"fmt"
	"strings"

	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Notation says how a file writes what can be written in several ways. Empty fields
// are determined from the file itself.
type Notation struct {
	Decimal   string   // the decimal mark: "." or ","
	Thousands string   // the only mark that groups digits: ".", ",", "'" or "space", or "none"
	Encoding  string   // its name on the web: utf-8, gb18030, windows-1252
	Columns   []string // the names of the columns, "-" for one to skip
}

// Check validates the notation. The error does not name a flag or a key of the
// catalogue; the caller does.
func (n Notation) Check() error {
	switch {
	case n.Decimal != "" && n.Decimal != "." && n.Decimal != ",":
		return fmt.Errorf("decimal mark %q must be . or ,", n.Decimal)
	case n.Thousands != "" && n.mark() == 0 && n.Thousands != noMark:
		return fmt.Errorf("thousands mark %q must be one of . , ' space none", n.Thousands)
	case n.Decimal != "" && n.Decimal == n.Thousands:
		return fmt.Errorf("%q cannot mark both decimals and thousands", n.Decimal)
	}
	if n.Encoding != "" {
		if _, ok := charsetNamed(n.Encoding); !ok {
			return fmt.Errorf("unknown encoding %q; write one like utf-8, gb18030, big5, shift_jis, euc-kr, windows-1252", n.Encoding)
		}
	}
	var missing []string
	for f := range fields {
		if fields[f].required && len(n.Columns) > 0 && !n.has(field(f)) {
			missing = append(missing, field(f).String())
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("columns lack %s; name all columns in their order, like indicator,area,measure,period,value,unit, and - for one to skip", strings.Join(missing, ", "))
	}
	return nil
}

func (n Notation) has(want field) bool {
	for _, name := range n.Columns {
		if f, ok := fieldNamed(strings.TrimSpace(name)); ok && f == want {
			return true
		}
	}
	return false
}

// or returns n, with the marks of other if n has none.
func (n Notation) or(other Notation) Notation {
	if n.Decimal == "" && n.Thousands == "" {
		n.Decimal, n.Thousands = other.Decimal, other.Thousands
	}
	return n
}

const noMark = "none"

// mark returns the byte that groups digits, 0 when that is open or none does.
func (n Notation) mark() byte {
	switch n.Thousands {
	case ".", ",", "'":
		return n.Thousands[0]
	case "space", " ":
		return ' '
	}
	return 0
}

// decimal returns the decimal mark, given or implied, and 0 when it is open.
func (n Notation) decimal() byte {
	switch {
	case n.Decimal != "":
		return n.Decimal[0]
	case n.Thousands == ".":
		return ','
	case n.Thousands == ",":
		return '.'
	}
	return 0
}

// allow sets the grouping that the notation allows.
func (v *values) allow(n Notation) { v.thousands, v.none = n.mark(), n.Thousands == noMark }

// words says how the values are read, where that is not obvious.
func (v *values) words(decimal byte, groups grouping) (w lang.Text, ok bool) {
	zh, en := []string{}, []string{}
	add := func(z, e string) { zh, en = append(zh, z), append(en, e) }
	if decimal == ',' && (v.comma.n+v.fours.n > 0 || v.both.n > v.points) {
		add("逗号为小数点", "the comma marks decimals")
	}
	if n, isNumber := readNumeral(digitsOf(v.sample.text), decimal); isNumber && n.mark != 0 {
		mark := map[byte]lang.Text{'.': {ZH: "点号", EN: "the point"}, ',': {ZH: "逗号", EN: "the comma"}, '\'': {ZH: "撇号", EN: "the apostrophe"}, ' ': {ZH: "空格", EN: "the space"}}[n.mark]
		way := map[grouping]lang.Text{byThousands: {ZH: "分隔千位", EN: "thousands"}, byLakhs: {ZH: "按印度习惯分组", EN: "digits as in India"}, byMyriads: {ZH: "分隔万位", EN: "by four digits (万)"}}[groups]
		add(fmt.Sprintf("%s%s（%s 即 %s）", mark.ZH, way.ZH, clean(v.sample.text), n), fmt.Sprintf("%s groups %s (%s is %s)", mark.EN, way.EN, clean(v.sample.text), n))
	} else if v.undecided().n > 0 {
		text := v.undecided().text
		if n, isNumber := readNumeral(digitsOf(text), decimal); isNumber && decimal == '.' {
			add(fmt.Sprintf("点号为小数点（%s 即 %s）", clean(text), n), fmt.Sprintf("the point marks decimals (%s is %s)", clean(text), n))
		}
	}
	return lang.Text{ZH: "数值：" + strings.Join(zh, "，"), EN: "values: " + strings.Join(en, ", ")}, len(zh) > 0
}
