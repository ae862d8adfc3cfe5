package verdict

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// This file writes periods, amounts and shares as a bulletin does, for
// Sentence. Tables and reasons have the periods of the standard (2024-06).

// PeriodName names a period as a bulletin does: 2024年6月, June 2024.
func PeriodName(p figure.Period) lang.Text {
	switch p.Frequency() {
	case figure.Monthly:
		month := p.Start().Month()
		return say("%[1]d年%d月", "%[3]s %[1]d", p.Year(), int(month), month.String())
	case figure.Quarterly:
		q := p.Number() - 1
		return say("%[1]d年%s季度", "the %[3]s quarter of %[1]d", p.Year(), []string{"一", "二", "三", "四"}[q], []string{"first", "second", "third", "fourth"}[q])
	}
	return say("%d年", "%d", p.Year())
}

// ToDateName names the time from the beginning of a year to the end of a period:
// 2024年1—6月, January to June 2024.
func ToDateName(p figure.Period) lang.Text {
	switch part := partOfYear(p); {
	case p.Frequency() == figure.Annual:
		return PeriodName(p)
	case p.Frequency() == figure.Quarterly:
		return say("%d年%s", "%[2]s of %[1]d", p.Year(), part)
	default:
		return say("%d年%s", "%[2]s %[1]d", p.Year(), part)
	}
}

// partOfYear names what ToDateName names, of any year.
func partOfYear(p figure.Period) lang.Text {
	n := p.Number()
	if p.Frequency() == figure.Quarterly {
		return say([]string{"一季度", "上半年", "前三季度", "全年"}[n-1], []string{"the first quarter", "the first half", "the first three quarters", "the whole"}[n-1])
	}
	switch n {
	case 1:
		return say("1月", "January")
	case 2:
		return say("1—2月", "January and February")
	}
	return say("1—%[1]d月", "January to %[2]s", n, p.Start().Month().String())
}

var (
	partsInText   = regexp.MustCompile(`\d{4}-(?:0[1-9]|1[0-2]|Q[1-4])`)
	numbersInText = regexp.MustCompile(`[\d.,]+-?`)
	aYear         = regexp.MustCompile(`^(?:19|20)\d\d$`)
)

// spoken writes the periods and amounts of a reason as a bulletin does.
func spoken(t lang.Text) lang.Text {
	name := func(l lang.Language) func(string) string {
		return func(code string) string {
			p, err := figure.ParsePeriod(code)
			if err != nil {
				return code
			}
			return PeriodName(p).In(l)
		}
	}
	t.EN = partsInText.ReplaceAllStringFunc(t.EN, name(lang.English))
	t.ZH = partsInText.ReplaceAllStringFunc(t.ZH, name(lang.Chinese))
	return compact(lang.Text{ZH: withYears(t.ZH), EN: t.EN})
}

// withYears adds 年 to the years of a Chinese reason. An amount has a space
// after its number, so it is not mistaken for a year.
func withYears(zh string) string {
	var b strings.Builder
	end := 0
	for _, at := range numbersInText.FindAllStringIndex(zh, -1) {
		b.WriteString(zh[end:at[1]])
		end = at[1]
		if rest := zh[end:]; aYear.MatchString(zh[at[0]:end]) && !strings.HasPrefix(rest, " ") && !strings.HasPrefix(rest, "年") {
			b.WriteString("年")
		}
	}
	return b.String() + zh[end:]
}

// AmountInText is an Amount as it stands in a sentence: 3530.08万TEU, 35.3 million
// TEU.
func AmountInText(i *catalog.Indicator, m figure.Measure, v float64) lang.Text {
	return compact(Amount(i, m, v))
}

// compact leaves no space after a number in Chinese.
func compact(t lang.Text) lang.Text {
	b := make([]byte, 0, len(t.ZH))
	for i := range len(t.ZH) {
		if t.ZH[i] == ' ' && i > 0 && '0' <= t.ZH[i-1] && t.ZH[i-1] <= '9' {
			continue
		}
		b = append(b, t.ZH[i])
	}
	t.ZH = string(b)
	return t
}

// counted is an English word with its number.
func counted(number, one, many string) string {
	if number == "1" || number == "-1" {
		return number + " " + one
	}
	return number + " " + many
}

// singular is the English word for one of what a plural names.
func singular(plural string) string {
	switch {
	case strings.HasSuffix(plural, "ies"):
		return strings.TrimSuffix(plural, "ies") + "y"
	case strings.HasSuffix(plural, "ss") || strings.HasSuffix(plural, "us"):
		return plural
	}
	return strings.TrimSuffix(plural, "s")
}

// allKnown names so many known periods, in English.
func allKnown(periods int) string {
	if periods == 1 {
		return "the one known period was"
	}
	return fmt.Sprintf("all %d known periods were", periods)
}

// grouped separates the thousands of a number.
func grouped(number string) string {
	whole, rest, point := strings.Cut(number, ".")
	digits := strings.TrimPrefix(whole, "-")
	sign := whole[:len(whole)-len(digits)]
	if strings.ContainsAny(number, "eE") {
		return number
	}
	for n := len(digits) - 3; n > 0; n -= 3 {
		digits = digits[:n] + "," + digits[n:]
	}
	if point {
		digits += "." + rest
	}
	return sign + digits
}
