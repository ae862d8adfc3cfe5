package figure_test

import (
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/tidemark-stats/tidemark/figure"
	"pgregory.net/rapid"
)

const (
	firstYear = 1800
	lastYear  = 2199
)

// periods draws every period that can be written.
func periods() *rapid.Generator[figure.Period] {
	return rapid.Custom(func(t *rapid.T) figure.Period {
		year := rapid.IntRange(firstYear, lastYear).Draw(t, "year")
		switch rapid.SampledFrom([]figure.Frequency{figure.Annual, figure.Quarterly, figure.Monthly}).Draw(t, "frequency") {
		case figure.Annual:
			return figure.Year(year)
		case figure.Quarterly:
			return figure.Quarter(year, rapid.IntRange(1, 4).Draw(t, "quarter"))
		}
		return figure.Month(year, rapid.IntRange(1, 12).Draw(t, "month"))
	})
}

// decimals draws every number that ParseDecimal can return.
func decimals() *rapid.Generator[figure.Decimal] {
	const largest = 1e18 - 1
	return rapid.Custom(func(t *rapid.T) figure.Decimal {
		coef := rapid.OneOf(rapid.Int64Range(-largest, largest), rapid.Int64Range(-9999, 9999)).Draw(t, "coef")
		return figure.NewDecimal(coef, rapid.IntRange(-40, 22).Draw(t, "exp"))
	})
}

// decimalTexts draws the ways of writing a number, with signs, redundant
// zeros, bare points and exponents.
func decimalTexts() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		b.WriteString(rapid.SampledFrom([]string{"", "-", "+"}).Draw(t, "sign"))
		b.WriteString(rapid.StringMatching(`0{0,3}[0-9]{1,10}(\.[0-9]{0,8}0{0,5})?|\.[0-9]{1,8}`).Draw(t, "digits"))
		if rapid.Bool().Draw(t, "has exponent") {
			b.WriteString(rapid.SampledFrom([]string{"e", "E", "e+", "e-", "E0", "e-0"}).Draw(t, "e"))
			b.WriteString(strconv.Itoa(rapid.IntRange(0, 20).Draw(t, "exponent")))
		}
		return b.String()
	})
}

// figures draws every figure that can be sent.
func figures() *rapid.Generator[figure.Figure] {
	codes := rapid.StringMatching(`[A-Za-z0-9_-]{1,64}|[一-龥é٣]{1,64}`)
	return rapid.Custom(func(t *rapid.T) figure.Figure {
		f := figure.Figure{
			Cell: figure.Cell{
				Indicator: codes.Draw(t, "indicator"),
				Area:      codes.Draw(t, "area"),
				Category:  rapid.OneOf(rapid.Just(figure.Total), codes).Draw(t, "category"),
				Measure:   rapid.SampledFrom(figure.Measures()).Draw(t, "measure"),
				Period:    periods().Draw(t, "period"),
			},
			Unit:      rapid.StringN(0, 64, -1).Draw(t, "unit"),
			Status:    rapid.SampledFrom(figure.Statuses()).Draw(t, "status"),
			Note:      rapid.StringN(0, 300, -1).Draw(t, "note"),
			Confirmed: rapid.Bool().Draw(t, "confirmed"),
			Published: rapid.StringN(0, 64, -1).Draw(t, "published"),
		}
		if f.Confirmed {
			f.Reason = rapid.SampledFrom([]string{"", "checked twice", "已与港口核对", "say \"yes\"\nto it"}).Draw(t, "reason")
		}
		f.Withheld = !f.Status.Allows(false) || f.Status.Allows(true) && rapid.Bool().Draw(t, "withheld")
		if !f.Withheld {
			f.Value = decimals().Draw(t, "value")
		}
		return f
	})
}

// errorCase is a text that is refused, with the complete error.
type errorCase struct{ name, text, want string }

func checkErrors(t *testing.T, cases []errorCase, parse func(string) error) {
	t.Helper()
	for _, c := range cases {
		name := c.name
		if name == "" {
			name = c.text
		}
		t.Run(name, func(t *testing.T) {
			err := parse(c.text)
			if err == nil {
				t.Fatalf("%q is accepted, want the error\n%s", c.text, c.want)
			}
			if got := err.Error(); got != c.want {
				t.Errorf("%q\n got %s\nwant %s", c.text, got, c.want)
			}
		})
	}
}

// checkOneLine checks that an error is one line that is safe on a terminal.
func checkOneLine(t testing.TB, err error) {
	t.Helper()
	for _, r := range err.Error() {
		if !unicode.IsPrint(r) {
			t.Fatalf("the message contains %U: %q", r, err.Error())
		}
	}
}
