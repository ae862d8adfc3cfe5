package figure

import (
	"bytes"
	"strconv"
)

// keptDigits is how many significant digits every float64 preserves. Some
// longer numbers are preserved completely, others are not.
const keptDigits = 15

// Kept reports whether d survives the float64 that InfluxDB stores and
// Prometheus serves. If it does not, longest is d rounded to as many digits as
// do survive; otherwise it is d. Two kept numbers are equal exactly when their
// float64s are.
func (d Decimal) Kept() (longest Decimal, ok bool) {
	if d.comesBack() {
		return d, true
	}
	for places := 1; ; places++ {
		if longest = d.without(places); longest.comesBack() {
			return longest, false
		}
	}
}

// comesBack reports whether d is the shortest number that parses to its
// float64.
func (d Decimal) comesBack() bool {
	const limit = 1e15
	if d.coef > -limit && d.coef < limit {
		return true
	}
	var mine, kept [32]byte
	digits := bytes.TrimPrefix(strconv.AppendInt(mine[:0], d.coef, 10), []byte("-"))
	// Neither has trailing zeros and they differ by a rounding at most, so
	// equal digits mean equal numbers.
	back := bytes.TrimPrefix(strconv.AppendFloat(kept[:0], d.Float64(), 'e', -1, 64), []byte("-"))
	mantissa, _, _ := bytes.Cut(back, []byte("e"))
	return bytes.HasPrefix(digits, mantissa[:1]) && bytes.Equal(digits[1:], bytes.TrimPrefix(mantissa[1:], []byte(".")))
}

// without is d rounded to drop its last places digits.
func (d Decimal) without(places int) Decimal {
	unit := int64(1)
	for range places {
		unit *= 10
	}
	coef, half := d.coef/unit, unit/2
	switch rest := d.coef % unit; {
	case rest >= half:
		coef++
	case rest <= -half:
		coef--
	}
	return Decimal{coef, d.exp + int32(places)}.normal()
}
