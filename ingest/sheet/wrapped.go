package sheet

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
)

// People put brackets, quotation marks, footnotes and the like around numbers.
// Because these mean different things in different places, such a cell is refused,
// with a hint that contains its number.

var (
	inBrackets = regexp.MustCompile(`^[(\[] *(-?)(\d.*)[)\]]$`)
	inQuotes   = regexp.MustCompile(`^['"“”„«»]+(.*\d)['"“”„«»]*$|^(.*\d)['"“”„«»]+$`)
	signBehind = regexp.MustCompile(`^(\d.*?) ?-$`)
	signBefore = regexp.MustCompile(`^(—|―|[-+] |△|▲|▽|▼|增长|增加|上升|上涨|下降|减少|下跌|回落) ?(\d.*)$`)
	unitBefore = regexp.MustCompile(`^(\p{L}{0,4}\p{Sc}|[A-Z]{3}) ?(\d.*)$`)
	footnoted  = regexp.MustCompile(`^(\d.*?)(?: \d{1,2}\)| ?(?:[(\[](?:注|note )?\d{1,2}[)\]]|[¹²³⁰⁴-⁹①-⑳]\S*|\*{2,}|注\d*))$`)
)

// wrapped returns the problem of a cell with something around its number; nil when
// there is nothing of the kind.
func (v *numbers) wrapped(s string) *figure.Problem {
	problem := func(reason, hint string) *figure.Problem {
		return &figure.Problem{Code: "figure/value", Field: "value", Reason: reason, Hint: hint}
	}
	parts := func(form *regexp.Regexp, number int) (all []string, digits string) {
		if all = form.FindStringSubmatch(s); all == nil {
			return nil, ""
		}
		text := trimSpace(all[number])
		if !v.isNumber(text) {
			return nil, ""
		}
		digits, _, _, _ = v.number(text)
		return all, v.written(digits)
	}
	if all, digits := parts(inBrackets, 2); all != nil && s[0] == '(' {
		return problem("is in brackets, as accountants write negative numbers", "write -"+digits)
	} else if all != nil {
		return problem("is in brackets", "write "+all[1]+digits)
	}
	if _, digits := parts(signBehind, 1); digits != "" {
		return problem("has its sign at the end", "write -"+digits)
	}
	if all, digits := parts(signBefore, 2); all != nil {
		return problem(signHint(all[1], digits))
	}
	if all, digits := parts(footnoted, 1); all != nil {
		return problem("has a footnote attached", fmt.Sprintf("write %s in the column value and the footnote in the column note", digits))
	}
	for _, form := range []*regexp.Regexp{inQuotes, unitBefore} {
		for number := 1; number <= 2; number++ {
			switch all, digits := parts(form, number); {
			case all == nil:
			case form == unitBefore:
				return glued(digits, all[1])
			case strings.Trim(s, "'") != s:
				return problem("is in apostrophes", "write "+digits)
			default:
				return problem("is in quotation marks", "write "+digits)
			}
		}
	}
	return nil
}

// signHint returns the reason and hint for what is written instead of a sign before
// a number.
func signHint(sign, digits string) (reason, hint string) {
	switch strings.TrimSpace(sign) {
	case "+", "增长", "增加", "上升", "上涨":
		return "is not written as a number with its sign", "write " + digits
	case "△", "▲":
		return "has a triangle as its sign", fmt.Sprintf("write -%s if it is negative, as in Japan and Taiwan; write %s if it means a rise", digits, digits)
	}
	return "is not written as a number with its sign", "write -" + digits
}

// The words that bulletins put around a bound or an estimate.
const (
	boundsBefore = `超过?|突破|逾|近|约|预计|接近|达到|[><≥≤~≈]|(?:ca|approx|about|over|under|etwa|rund|environ|cerca)\b`
	boundsBehind = `左右|上下|以上|以下|多|余|\+`
)

var bound = regexp.MustCompile(`(?i)^(?:` + boundsBefore + `).*\d|\d ?(?:` + boundsBehind + `)$`)

// isBound reports whether s is a number with such a word: 超300.
func isBound(s string) bool { return bound.MatchString(s) }
