package catalog

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// PercentUnit is the code of the unit of every growth measure, whatever the
// unit of its indicator.
const PercentUnit = "%"

// Unit is a base unit (SDMX UNIT_MEASURE) with the spellings of it and its
// multiples.
type Unit struct {
	Code    string // e.g. TEU, CNY; the unit of stored and exported values
	Name    lang.Text
	Written []Spelling // the code itself first, then as in the file
	Whole   bool       // it counts whole things, so there are no fractions

	powers map[string]int // by folded spelling
}

// Spelling is one way to write a unit: 万TEU is the base unit times 10^4.
type Spelling struct {
	Text  string
	Power int // the power of ten (SDMX UNIT_MULT)
}

// Multiplier is the power of ten by which a value in the written unit must be
// shifted to be in the base unit; ok is false if written is not a spelling of
// this unit. Case and spaces are ignored: 万 teu is 万TEU.
func (u *Unit) Multiplier(written string) (power int, ok bool) {
	if power, ok = u.powers[written]; ok { // the common case does not allocate
		return power, true
	}
	power, ok = u.powers[fold(written)]
	return power, ok
}

// Spellings lists the ways to write the unit, the base unit's code first.
func (u *Unit) Spellings() []string {
	all := make([]string, len(u.Written))
	for i, w := range u.Written {
		all[i] = w.Text
	}
	return all
}

// fold makes spellings equal that people consider the same. Full-width letters
// and signs (％, ＴＥＵ) become ASCII.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ', r == '\t', r == '\u00a0', r == '\u3000':
			return -1
		case r >= '\uff01' && r <= '\uff5e':
			return r - '\uff01' + '!'
		}
		return r
	}, strings.ToLower(s))
}

// maxPower is the largest absolute UNIT_MULT of SDMX.
const maxPower = 15

func (d *decoder) unit(n *yaml.Node) {
	m, code := d.open(n, "unit", "code")
	if code == "" {
		return
	}
	u := &Unit{Code: code, Name: m.name("name"), Whole: m.yes("whole"), powers: map[string]int{}}
	u.spell(code, 0)
	if w := m.need("written"); w != nil && d.is(w, yaml.MappingNode, m.label+": written") {
		d.pairs(w, func(key, value *yaml.Node) { d.spelling(m, u, key, value) })
	}
	if keep(m, "code", d.cat.units, code, u) {
		d.cat.Units = append(d.cat.Units, u)
	}
}

func (d *decoder) spelling(m mapping, u *Unit, key, value *yaml.Node) {
	one := mapping{d, key, m.label, map[string]*yaml.Node{key.Value: value}}
	power := one.whole(key.Value, -maxPower, maxPower)
	known, again := u.powers[fold(key.Value)]
	switch {
	case strings.TrimSpace(key.Value) == "":
		d.errorf(key, "%s: a spelling is empty", m.label)
	case again && known != power:
		d.errorf(key, "%s: %q is already defined as 10^%d", m.label, key.Value, known)
	case key.Value != u.Code:
		u.spell(key.Value, power)
	}
}

func (u *Unit) spell(text string, power int) {
	u.Written = append(u.Written, Spelling{text, power})
	u.powers[text] = power
	u.powers[fold(text)] = power
}

// UnitError reports that a figure was sent in a unit in which its indicator is
// not measured.
type UnitError struct {
	Written string // as the sender wrote it
	Unit    *Unit  // the unit of the indicator and measure
}

// Error names the unit and its spellings.
func (e *UnitError) Error() string {
	return fmt.Sprintf("unit %q is not a spelling of %s (%s), write one of %s",
		e.Written, e.Unit.Code, e.Unit.Name.EN, strings.Join(e.Unit.Spellings(), ", "))
}

// UnitOf is the unit of figures of the measure: percent for growth measures,
// otherwise the indicator's own.
func (i *Indicator) UnitOf(m figure.Measure) *Unit {
	if m.Growth() {
		return i.percent
	}
	return i.Unit
}

// ToBase converts v from the written unit to the base unit, exactly and
// without rounding. The error is a *UnitError.
func (i *Indicator) ToBase(v figure.Decimal, written string, m figure.Measure) (figure.Decimal, error) {
	unit := i.UnitOf(m)
	power, ok := unit.Multiplier(written)
	if !ok {
		return figure.Decimal{}, &UnitError{written, unit}
	}
	return v.Shift(power), nil
}

// DisplayPower is how many powers of ten the display unit is above the base
// unit: 4 for 万.
func (i *Indicator) DisplayPower() int { return i.DisplayIn(lang.Chinese).Power }

// DisplayIn is the spelling of the unit in which people who read the language
// are shown amounts: 万TEU in Chinese, million TEU in English.
func (i *Indicator) DisplayIn(l lang.Language) Spelling {
	text := i.Display
	if l == lang.English {
		text = i.DisplayEN
	}
	power, _ := i.Unit.Multiplier(text) // checked when the catalogue was read
	return Spelling{text, power}
}

// SentIn is the unit in which figures of a measure are usually sent: percent for growth
// measures, otherwise that of DisplayIn in Chinese.
func (i *Indicator) SentIn(m figure.Measure) Spelling {
	if m.Growth() {
		return Spelling{Text: PercentUnit}
	}
	return i.DisplayIn(lang.Chinese)
}

// English is the English spelling with the largest power of ten up to the given
// one. Of several the longest is chosen, which is the one written out. A
// spelling that begins with a number (100 million yuan) is none: it could not
// follow a number.
func (u *Unit) English(power int) Spelling {
	best := Spelling{Text: u.Code}
	for _, s := range u.Written {
		if !english(s.Text) || s.Power > max(power, 0) {
			continue
		}
		if s.Power > best.Power || s.Power == best.Power && len(s.Text) > len(best.Text) {
			best = s
		}
	}
	return best
}

// english reports whether a spelling is plain ASCII and does not begin with a
// number.
func english(s string) bool {
	for i, r := range s {
		if r > '~' || i == 0 && r >= '0' && r <= '9' {
			return false
		}
	}
	return true
}
