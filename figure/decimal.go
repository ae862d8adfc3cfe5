package figure

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
)

// Decimal is an exact decimal number: 2726.08 is 2726.08, and shifted by four
// places it is 27260800, never 27260799.999. It holds 18 significant digits,
// nine more than the largest figure any statistical office publishes; Kept
// reports which of them InfluxDB returns. Equal numbers are == regardless of
// how many zeros they were written with; the zero value is 0.
type Decimal struct {
	coef int64 // no trailing zeros
	exp  int32 // the value is coef × 10^exp
}

const (
	maxDigits   = 18
	maxExponent = 40 // room for every UNIT_MULT of SDMX (±15) on either side
)

// NewDecimal is coef × 10^exp.
func NewDecimal(coef int64, exp int) Decimal {
	d := Decimal{coef, int32(exp)}
	return d.normal()
}

func (d Decimal) normal() Decimal {
	if d.coef == 0 {
		return Decimal{}
	}
	for d.coef%10 == 0 {
		d.coef /= 10
		d.exp++
	}
	return d
}

// ParseDecimal reads an optional sign, digits with an optional point, and an
// optional exponent: 12, -0.5, 1.27e4. It accepts no commas, spaces or percent
// signs; readers of people's files remove those first. Numbers of more than 18
// significant digits are refused, not rounded; the hint shows what can be kept
// of them in every unit.
func ParseDecimal(s string) (Decimal, error) { return parseDecimal(s) }

func parseDecimal[T string | []byte](s T) (Decimal, error) {
	refused := func(reason string) (Decimal, error) {
		return Decimal{}, &Problem{Code: "figure/value", Field: "value", Text: string(s), Reason: reason,
			Hint: "write digits with an optional sign and point, like 2726.08"}
	}
	i, negative := 0, false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		negative, i = s[0] == '-', 1
	}
	coef, exp, i, long := parseMantissa(s, i)
	if i < 0 {
		return refused("is not a number")
	}
	if i < len(s) {
		e, ok := parseExponent(s[i:])
		switch {
		case !ok:
			return refused("is not a number")
		case e > maxExponent || e < -maxExponent:
			return refused("is too large or too small to be a figure")
		}
		exp += e
	}
	if negative {
		coef = -coef
	}
	written := Decimal{coef, int32(exp)}
	d := written.normal()
	switch {
	case d.exp > maxExponent || d.exp < -maxExponent:
		return refused("is too large or too small to be a figure")
	case long:
		return Decimal{}, &Problem{Code: "figure/digits", Field: "value", Text: string(s),
			Reason: fmt.Sprintf("has more than %d significant digits", maxDigits),
			Hint:   fmt.Sprintf("write %s; %d significant digits are kept in every unit", written.without(maxDigits-keptDigits), keptDigits)}
	}
	return d, nil
}

// parseMantissa reads digits with an optional point starting at s[i]. It
// returns the first 18 significant ones, their power of ten and where they
// end, -1 if there are none. long reports whether nonzero digits follow the
// 18.
func parseMantissa[T string | []byte](s T, i int) (coef int64, exp, end int, long bool) {
	var seen, significant int
	point := false
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && !point {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		seen++
		if point {
			exp--
		}
		if significant == maxDigits {
			exp++
			long = long || c != '0'
			continue
		}
		coef = coef*10 + int64(c-'0')
		if coef != 0 {
			significant++
		}
	}
	if seen == 0 {
		i = -1
	}
	return coef, exp, i, long
}

// parseExponent reads what follows the digits of a mantissa. An exponent too
// large for an int becomes the largest int, because the text is a number
// nevertheless.
func parseExponent[T string | []byte](s T) (int, bool) {
	if s[0] != 'e' && s[0] != 'E' {
		return 0, false
	}
	n, err := strconv.Atoi(string(s[1:]))
	return n, err == nil || errors.Is(err, strconv.ErrRange)
}

// Shift is d × 10^places: from 万 to ones is Shift(4).
func (d Decimal) Shift(places int) Decimal {
	if d.coef == 0 {
		return d
	}
	return Decimal{d.coef, d.exp + int32(places)}
}

// Sign is -1, 0 or 1.
func (d Decimal) Sign() int { return cmp.Compare(d.coef, 0) }

// IsZero reports whether d is 0.
func (d Decimal) IsZero() bool { return d.coef == 0 }

// Cmp is -1, 0 or 1 as d is smaller than, equal to or larger than o.
func (d Decimal) Cmp(o Decimal) int {
	if d.Sign() != o.Sign() {
		return cmp.Compare(d.Sign(), o.Sign())
	}
	low := min(d.exp, o.exp)
	if a, ok := d.whole(low); ok {
		if b, ok := o.whole(low); ok {
			return cmp.Compare(a, b)
		}
	}
	return d.over(low).Cmp(o.over(low))
}

// Sub is d - o; ok is false when that has more digits than a Decimal holds.
func (d Decimal) Sub(o Decimal) (difference Decimal, ok bool) {
	low := min(d.exp, o.exp)
	all := new(big.Int).Sub(d.over(low), o.over(low))
	for ten, rest := big.NewInt(10), new(big.Int); all.Sign() != 0; low++ {
		whole, rest := new(big.Int).QuoRem(all, ten, rest)
		if rest.Sign() != 0 {
			break
		}
		all = whole
	}
	if !all.IsInt64() || len(new(big.Int).Abs(all).String()) > maxDigits {
		return Decimal{}, false
	}
	return NewDecimal(all.Int64(), int(low)), true
}

// DecimalOf is the shortest decimal number whose nearest float64 is v, which is
// the one that was stored as v, as Kept says; ok is false for what is no figure.
func DecimalOf(v float64) (d Decimal, ok bool) {
	d, err := ParseDecimal(strconv.FormatFloat(v, 'e', -1, 64))
	return d, err == nil
}

// whole is d as an integer multiple of 10^exp, for an exp not above its own;
// ok is false if that overflows.
func (d Decimal) whole(exp int32) (n int64, ok bool) {
	const limit = math.MaxInt64 / 10
	n = d.coef
	for range d.exp - exp {
		if n > limit || n < -limit {
			return 0, false
		}
		n *= 10
	}
	return n, true
}

// over is whole for numbers of any size.
func (d Decimal) over(exp int32) *big.Int {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.exp-exp)), nil)
	return scale.Mul(scale, big.NewInt(d.coef))
}

// powers holds the powers of ten that a float64 represents exactly.
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// Float64 is the float64 nearest to d. Figures are converted only at the very
// end.
func (d Decimal) Float64() float64 {
	const exactInt = 1 << 53
	if d.coef > -exactInt && d.coef < exactInt {
		// Both operands are exact, so IEEE 754 rounds once, correctly.
		switch e := int(d.exp); {
		case e >= 0 && e < len(powers):
			return float64(d.coef) * powers[e]
		case e < 0 && -e < len(powers):
			return float64(d.coef) / powers[-e]
		}
	}
	f, err := strconv.ParseFloat(fmt.Sprintf("%de%d", d.coef, d.exp), 64)
	if err != nil {
		panic("figure: a Decimal is always a float64: " + err.Error()) // 10^58 at most
	}
	return f
}

// String writes d in plain notation without exponent or trailing zeros.
func (d Decimal) String() string { return string(d.AppendTo(nil)) }

// AppendTo appends what String returns.
func (d Decimal) AppendTo(b []byte) []byte {
	if d.exp >= 0 {
		b = strconv.AppendInt(b, d.coef, 10)
		for range d.exp {
			b = append(b, '0')
		}
		return b
	}
	var buf [20]byte
	digits := strconv.AppendInt(buf[:0], d.coef, 10)
	if digits[0] == '-' {
		b = append(b, '-')
		digits = digits[1:]
	}
	whole := len(digits) + int(d.exp)
	if whole <= 0 {
		b = append(b, '0', '.')
		for range -whole {
			b = append(b, '0')
		}
		return append(b, digits...)
	}
	b = append(b, digits[:whole]...)
	b = append(b, '.')
	return append(b, digits[whole:]...)
}
