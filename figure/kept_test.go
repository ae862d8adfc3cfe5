package figure_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
	"pgregory.net/rapid"
)

// longCoefficients draws integers of 14 to 18 digits, where float64 begins to
// lose digits, many of them close to powers of two.
func longCoefficients() *rapid.Generator[int64] {
	const most = 999_999_999_999_999_999
	return rapid.OneOf(rapid.Int64Range(-most, most), rapid.Custom(func(t *rapid.T) int64 {
		return int64(1)<<rapid.IntRange(47, 59).Draw(t, "power") + rapid.Int64Range(-9, 9).Draw(t, "off")
	}))
}

func TestWhatIsKeptComesBackFromItsFloat64(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := figure.NewDecimal(longCoefficients().Draw(t, "coef"), rapid.IntRange(-40, 40).Draw(t, "exp"))
		longest, ok := d.Kept()
		back := decimalOf(t, longest.Float64())
		if back.Cmp(longest) != 0 {
			t.Fatalf("%v is said to be kept of %v and comes back as %v", longest, d, back)
		}
		if mine := decimalOf(t, d.Float64()); ok != (mine.Cmp(d) == 0) || ok != (longest == d) {
			t.Fatalf("%v comes back as %v, kept %v, longest %v", d, mine, ok, longest)
		}
	})
}

func TestKeptNumbersAreEqualExactlyWhenTheirFloat64sAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coef, exp := longCoefficients().Draw(t, "coef"), rapid.IntRange(-40, 40).Draw(t, "exp")
		a, _ := figure.NewDecimal(coef, exp).Kept()
		b, _ := figure.NewDecimal(coef+rapid.Int64Range(-3, 3).Draw(t, "off"), exp).Kept()
		if (a == b) != (a.Float64() == b.Float64()) {
			t.Fatalf("%v and %v have the float64s %v and %v", a, b, a.Float64(), b.Float64())
		}
	})
}

func TestTheLongestThatIsKeptHasAtLeastFifteenDigitsAndIsTheNearest(t *testing.T) {
	for text, want := range map[string]string{
		"9007199254740993":          "9007199254740990",
		"9007199254740992":          "9007199254740992",
		"123456789012345678":        "123456789012345680",
		"-123456789012345678":       "-123456789012345680",
		"0.30000000000000004":       "0.30000000000000004",
		"0.300000000000000044":      "0.30000000000000004",
		"999999999999999999":        "1000000000000000000",
		"123456789012345":           "123456789012345",
		"9.99999999999999999e30":    "10000000000000000000000000000000",
		"0.000123456789012345678e0": "0.0001234567890123457",
	} {
		d := decimal(t, text)
		longest, ok := d.Kept()
		if longest.String() != want || ok != (longest == d) {
			t.Errorf("of %s, %v is kept, %v; want %s", text, longest, ok, want)
		}
	}
}

// decimalOf reads the shortest text of a float64. It parses mantissa and
// exponent separately, since 10^58 is more than ParseDecimal accepts.
func decimalOf(t *rapid.T, f float64) figure.Decimal {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	places, err := strconv.Atoi(exponent)
	if err != nil {
		t.Fatal(err)
	}
	d, err := figure.ParseDecimal(mantissa)
	if err != nil {
		t.Fatal(err)
	}
	return d.Shift(places)
}
