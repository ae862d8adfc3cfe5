package figure_test

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
	"pgregory.net/rapid"
)

func decimal(t testing.TB, s string) figure.Decimal {
	t.Helper()
	d, err := figure.ParseDecimal(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func rational(t interface{ Fatalf(string, ...any) }, s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		t.Fatalf("math/big does not read %q", s)
	}
	return r
}

func TestADecimalReadsBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := decimals().Draw(t, "d")
		if got, err := figure.ParseDecimal(d.String()); err != nil || got != d {
			t.Fatalf("%v reads back as %v, %v", d, got, err)
		}
	})
}

func TestADecimalIsExactlyWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := decimalTexts().Draw(t, "text")
		d, err := figure.ParseDecimal(text)
		if err != nil {
			if strings.HasSuffix(err.Error(), "is not a number") {
				t.Fatalf("%s: %v", text, err)
			}
			return
		}
		if rational(t, d.String()).Cmp(rational(t, text)) != 0 {
			t.Fatalf("%s is read as %v", text, d)
		}
	})
}

func TestFloat64IsTheNearestToTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(decimalTexts(), rapid.Map(decimals(), figure.Decimal.String)).Draw(t, "text")
		d, err := figure.ParseDecimal(text)
		if err != nil {
			return
		}
		want, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Float64(); got != want {
			t.Fatalf("%s is %v, want %v", text, got, want)
		}
	})
}

func TestShiftingBackAndForthChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := decimals().Draw(t, "d"), rapid.IntRange(-15, 15).Draw(t, "n")
		if got := d.Shift(n).Shift(-n); got != d {
			t.Fatalf("%v shifted by %d and back is %v", d, n, got)
		}
		power := rational(t, fmt.Sprintf("1e%d", n))
		if got, want := rational(t, d.Shift(n).String()), power.Mul(power, rational(t, d.String())); got.Cmp(want) != 0 {
			t.Fatalf("%v shifted by %d is %v", d, n, d.Shift(n))
		}
	})
}

func TestDecimalsAreOrderedAsNumbers(t *testing.T) {
	near := rapid.Custom(func(t *rapid.T) figure.Decimal {
		return figure.NewDecimal(rapid.Int64Range(-20, 20).Draw(t, "coef"), rapid.IntRange(-2, 2).Draw(t, "exp"))
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.OneOf(decimals(), near).Draw(t, "a"), rapid.OneOf(decimals(), near).Draw(t, "b")
		want := rational(t, a.String()).Cmp(rational(t, b.String()))
		if got := a.Cmp(b); got != want {
			t.Fatalf("%v compared with %v is %d, want %d", a, b, got, want)
		}
		if (a == b) != (want == 0) {
			t.Fatalf("%v == %v is %v", a, b, a == b)
		}
	})
}

func TestSignAgreesWithTheComparisonWithZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := decimals().Draw(t, "d")
		if zero := (figure.Decimal{}); d.Sign() != d.Cmp(zero) || d.IsZero() != (d == zero) {
			t.Fatalf("%v has the sign %d, zero %v", d, d.Sign(), d.IsZero())
		}
	})
}

func TestEqualNumbersAreEqualHoweverTheyAreWritten(t *testing.T) {
	for _, same := range [][]string{
		{"0", "-0", "+0", "0.000", ".0", "0.", "0e10", "-0e-3"},
		{"12", "+12", "012", "12.", "12.000", "1.2e1", "120e-1", "0.12E+2", "12e00"},
		{"-0.5", "-.5", "-00.50", "-5e-1"},
		{"1000000000000000000000", "1e21", "1000000000000000000000.0000"},
		{"123456789012345678", "123456789012345678.00", "0.123456789012345678e18"},
	} {
		for _, s := range same[1:] {
			if first, d := decimal(t, same[0]), decimal(t, s); d != first || d.Cmp(first) != 0 {
				t.Errorf("%s and %s differ: %v, %v", same[0], s, first, d)
			}
		}
	}
}

func TestTenThousandsBecomeOnesExactly(t *testing.T) {
	d := decimal(t, "2726.08").Shift(4)
	if d.String() != "27260800" || d.Float64() != 27260800 {
		t.Errorf("2726.08万 is %v, as a float64 %v", d, d.Float64())
	}
}

func TestADecimalIsWrittenInPlainNotation(t *testing.T) {
	tests := []struct {
		coef int64
		exp  int
		want string
	}{
		{0, 5, "0"}, {5, -1, "0.5"}, {-5, -3, "-0.005"}, {120, 0, "120"}, {12, 3, "12000"}, {-1234, -2, "-12.34"},
		{math.MinInt64, 0, "-9223372036854775808"}, {math.MaxInt64, -19, "0.9223372036854775807"},
	}
	for _, tt := range tests {
		if got := figure.NewDecimal(tt.coef, tt.exp).String(); got != tt.want {
			t.Errorf("%d × 10^%d is %s, want %s", tt.coef, tt.exp, got, tt.want)
		}
	}
}

func TestAWrongDecimalIsRefusedWithAHint(t *testing.T) {
	const hint = "; write digits with an optional sign and point, like 2726.08"
	refused := func(text, reason string) errorCase {
		return errorCase{text: text, want: fmt.Sprintf(`figure/value: value "%s" %s%s`, text, reason, hint)}
	}
	tooLong := func(text, kept string) errorCase {
		return errorCase{text: text, want: fmt.Sprintf(`figure/digits: value "%s" has more than 18 significant digits; write %s; 15 significant digits are kept in every unit`, text, kept)}
	}
	const number, size = "is not a number", "is too large or too small to be a figure"
	checkErrors(t, []errorCase{
		{"empty", "", "figure/value: value " + number + hint},
		refused("-", number), refused(".", number), refused("+.", number), refused("--1", number), refused("1-", number),
		refused("1,234", number), refused("1.2.3", number), refused("889.,748.15", number), refused("12%", number),
		refused(" 12", number), refused("12 ", number), refused("1e", number), refused("1e+", number), refused("e5", number),
		refused("1e1.5", number), refused("1e+-5", number), refused("0x10", number), refused("1_000", number),
		refused("NaN", number), refused("Inf", number), refused("１２", number), refused("346万", number),
		{"a no-break space", "12\u00a0", `figure/value: value "12·" ` + number + hint},
		tooLong("1234567890123456789", "1234567890123460000"), tooLong("-0.1234567890123456789", "-0.123456789012346"),
		tooLong("100000000000000000.01", "100000000000000000"), tooLong("9999999999999999999e-3", "10000000000000000"),
		refused("1e41", size), refused("1e-41", size), refused("10e40", size), refused("1e99999999999999999999", size),
		{"60 zeros", "1" + strings.Repeat("0", 60), `figure/value: value "1` + strings.Repeat("0", 60) + `" ` + size + hint},
	}, func(s string) error { _, err := figure.ParseDecimal(s); return err })
}

func TestADifferenceIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := decimals().Draw(t, "a"), decimals().Draw(t, "b")
		want := new(big.Rat).Sub(rational(t, a.String()), rational(t, b.String()))
		got, ok := a.Sub(b)
		if ok && rational(t, got.String()).Cmp(want) != 0 {
			t.Fatalf("%v - %v is %v", a, b, got)
		}
		if digits := strings.Trim(strings.ReplaceAll(strings.TrimPrefix(want.FloatString(100), "-"), ".", ""), "0"); ok != (len(digits) <= 18) {
			t.Fatalf("%v - %v has %d digits, but ok is %v", a, b, len(digits), ok)
		}
	})
}

func TestAStoredNumberIsTheOneThatWasKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, _ := decimals().Draw(t, "d").Kept()
		if got, ok := figure.DecimalOf(d.Float64()); !ok || got != d {
			t.Fatalf("%v is stored as %v and comes back as %v", d, d.Float64(), got)
		}
	})
	for _, v := range []float64{math.NaN(), math.Inf(1), math.MaxFloat64} {
		if d, ok := figure.DecimalOf(v); ok {
			t.Errorf("%v is %v", v, d)
		}
	}
}
