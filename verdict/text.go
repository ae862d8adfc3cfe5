package verdict

import (
	"math"
	"strconv"
	"strings"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Amount is a value of the indicator and measure as people write it: in
// Chinese in the catalogue's display unit (3530.08 万TEU), in English in the
// largest unit with an English spelling in which the number is above one (35.3
// million TEU). It has at most two decimals, or three digits for a small
// number.
func Amount(i *catalog.Indicator, m figure.Measure, v float64) lang.Text {
	if m.Growth() {
		text := short(v) + " %"
		return lang.Text{ZH: text, EN: text}
	}
	if i.Kind == catalog.Rank {
		return lang.Text{ZH: "第" + short(v) + i.Display, EN: i.Unit.Code + " " + short(v)}
	}
	name := lang.Text{ZH: short(v/math.Pow10(i.DisplayPower())) + " " + i.Display}
	many := english(i.Unit, math.Abs(v))
	one := many.Text
	if many.Power == 0 {
		one = singular(one) // but a million of them are many
	}
	name.EN = counted(grouped(short(v/math.Pow10(many.Power))), one, many.Text)
	return name
}

// Exact is a value of the indicator and measure with all its digits, to be
// checked or typed: in Chinese in the display unit, in English in the base unit.
func Exact(i *catalog.Indicator, m figure.Measure, v float64) lang.Text {
	if m.Growth() || i.Kind == catalog.Rank {
		return Amount(i, m, v)
	}
	digits := func(v float64, most int) string {
		text := strconv.FormatFloat(v, 'f', most, 64)
		if strings.Contains(text, ".") {
			text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
		}
		return text
	}
	power := i.DisplayPower()
	return lang.Text{ZH: digits(v/math.Pow10(power), power+2) + " " + i.Display, EN: grouped(digits(v, 2)) + " " + i.Unit.Code}
}

// english is the spelling for a number of that size: the largest in which it is
// above one.
func english(u *catalog.Unit, size float64) catalog.Spelling {
	power := 0
	for power < 15 && size >= math.Pow10(power+1) {
		power++
	}
	return u.English(power)
}

// short writes a number with at most two decimals, a small one with three
// digits, a large one without decimals.
func short(v float64) string {
	decimals := 2
	switch a := math.Abs(v); {
	case a >= 1e5:
		decimals = 0
	case a > 0 && a < 0.1:
		decimals = 2 - int(math.Floor(math.Log10(a)))
	}
	if math.Abs(v) > 1e15 || decimals > 12 {
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if decimals > 0 {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text == "-0" {
		return "0"
	}
	return text
}

// Fixed writes a number with that many decimals, with its thousands separated.
func Fixed(v float64, decimals int) string {
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(text, "-0.") == "" {
		text = strings.TrimPrefix(text, "-")
	}
	return grouped(text)
}

// percent writes a share as a percentage.
func percent(share float64) string { return short(share*100) + " %" }

// say writes a sentence in both languages, see lang.Say.
func say(zh, en string, args ...any) lang.Text { return lang.Say(zh, en, args...) }

func join(a, b lang.Text) lang.Text {
	return lang.Text{ZH: a.ZH + "；" + b.ZH, EN: a.EN + "; " + b.EN}
}
