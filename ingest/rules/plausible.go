package rules

import (
	"cmp"
	"fmt"
	"math"
	"strconv"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/rules/plausible"
)

// Doubt is what is implausible about a figure among others; the zero value
// means nothing is.
type Doubt struct {
	Problem *figure.Problem
	Refused bool // until the sender confirms it; otherwise Problem is only a warning
}

// Doubt compares the candidate with what is known, leaving out the other
// figures of its file. It doubts no figure that the sender confirms, and no
// value that was stored for the cell before.
func (k *Known) Doubt(c *Candidate, b Beside) Doubt {
	if c.Figure.Confirmed {
		return Doubt{}
	}
	return k.doubt(c, b)
}

// doubt does what Doubt does, but also for a figure that the sender confirms.
func (k *Known) doubt(c *Candidate, b Beside) Doubt {
	f := c.Figure
	if f.Withheld || k.said(f.Cell, c.Base.Float64()) {
		return Doubt{}
	}
	if p := cmp.Or(c.Question, c.answered); p != nil {
		return Doubt{p, true}
	}
	if f.Measure.Growth() {
		if d := k.doubtRate(c, b); d.Problem != nil {
			return d
		}
	}
	if now, ok := k.Current(f.Cell); ok && now.Opinion == Believed {
		return Doubt{}
	}
	var buf [96]plausible.Point
	q := k.question(c.Indicator, f.Cell, asked{c.Base.Float64(), f.Status}, b, buf[:0])
	v := plausible.Judge(&q)
	d := Doubt{Refused: v.Level == plausible.Refusal}
	switch {
	case v.Level != plausible.Fine:
		d.Problem = c.worded(&v)
	case len(q.Points) < plausible.Enough:
		d = k.doubtRevision(c, b)
	}
	if d.Problem == nil && !k.File {
		d.Problem = k.unlikeStoredGrowth(c, b)
	}
	return d
}

// said reports whether a vintage of the cell has exactly this value.
func (k *Known) said(c figure.Cell, value float64) bool {
	for _, p := range k.Vintages(c) {
		if p.Value == value && !p.Withheld && p.Moment >= 0 { // negative moments are lines of a file
			return true
		}
	}
	return false
}

// asked is the figure to be judged.
type asked struct {
	value  float64
	status figure.Status
}

// question returns the figure with what is known around it up to the nearest
// breaks. It appends to points.
func (k *Known) question(ind *catalog.Indicator, c figure.Cell, a asked, b Beside, points []plausible.Point) plausible.Question {
	q := plausible.Question{Period: c.Period.Ordinal(), Value: a.value, PerYear: int32(c.Period.Frequency().PerYear()),
		MaxJump: ind.MaxJump.Float64(), ToDate: c.Measure == figure.YTD, Rate: c.Measure.Growth(),
		Adds: ind.Kind == catalog.Flow && c.Measure == figure.Level, Rank: ind.Kind == catalog.Rank}
	q.Whole = k.File
	all := k.Series[c.Series()]
	from, to := run(all, q.Period)
	itself := from < to && all[to-1].Opinion == disbelieved
	skip := func(p *Vintage) bool {
		return p.Withheld || b.has(p.period) || p.Opinion == disbelieved && !itself
	}
	all = comparable(all, k.cuts(ind, c, a.status, b).Of(c.Measure.Growth()), c.Period)
	q.Points = around(all, q.Period, q.PerYear, skip, points)
	return q
}

// around appends the current values around a period to out, in order: those
// that plausible.Judge looks at, except those for which skip is true.
func around(vintages []Vintage, period, perYear int32, skip func(*Vintage) bool, out []plausible.Point) []plausible.Point {
	from, to := run(vintages, period)
	reach := plausible.Reach(perYear)
	for i := from - 1; i >= 0; i-- {
		p := &vintages[i]
		if period-p.period > reach && len(out) >= plausible.Fewest {
			break
		}
		if i+1 < from && vintages[i+1].period == p.period {
			continue // an older vintage
		}
		if !skip(p) {
			out = append(out, plausible.Point{Period: p.period, Value: p.Value})
		}
	}
	reverse(out)
	before := len(out)
	for i := to; i < len(vintages); i++ {
		p := &vintages[i]
		if p.period-period > reach && len(out)-before >= plausible.Fewest {
			break
		}
		if i+1 < len(vintages) && vintages[i+1].period == p.period {
			continue
		}
		if !skip(p) {
			out = append(out, plausible.Point{Period: p.period, Value: p.Value})
		}
	}
	return out
}

func reverse(points []plausible.Point) {
	for i, j := 0, len(points)-1; i < j; i, j = i+1, j-1 {
		points[i], points[j] = points[j], points[i]
	}
}

// doubtRevision compares the candidate with the figure that it revises, when
// nothing else shows which of the two is right. A whole series that differs
// from what is stored by one factor is refused; for a single figure it is a
// warning.
func (k *Known) doubtRevision(c *Candidate, b Beside) Doubt {
	f := c.Figure
	if f.Measure.Growth() || c.Indicator.Kind == catalog.Rank {
		return Doubt{}
	}
	whole := b.figures() >= WholeFile
	now, ok := k.Current(f.Cell)
	factor, of, stored := c.Base.Float64()/now.Value, "for this figure", now.Value
	if !ok || now.Withheld || now.Value == 0 {
		if !whole {
			return Doubt{}
		}
		// The stored figures that the file revises show the scale as well.
		var buf [96]plausible.Point
		q := k.question(c.Indicator, f.Cell, asked{c.Base.Float64(), f.Status}, Beside{Marked: b.Marked}, buf[:0])
		v := plausible.Judge(&q)
		if v.Doubt != plausible.Slip || v.Level == plausible.Fine {
			return Doubt{}
		}
		factor, of, stored = math.Pow10(v.Power), "around this figure", v.Expected
	}
	if !(factor > 0) || math.Abs(math.Log(factor)) <= math.Log(c.Indicator.MaxJump.Float64()) {
		return Doubt{}
	}
	return Doubt{&figure.Problem{Code: "figure/other-scale", Field: "value", Text: f.Value.String(), Factor: factor,
		Reason: fmt.Sprintf("is %s times what is stored %s (%s)", Multiple(factor), of, c.about(stored)),
		Hint:   "which is right? If this one is, send it again with confirmed: true (--confirm)"}, whole || b.rows >= WholeFile && ofTen(factor)}
}

// WholeFile is the number of figures of a file, or of a series in it, from
// which a common factor to what is stored counts as one mistake rather than a
// coincidence.
const WholeFile = 3

// ofTen reports whether a factor is close to a power of ten other than 1.
func ofTen(factor float64) bool {
	places := math.Log10(factor)
	whole := math.Round(places)
	return whole != 0 && math.Abs(places-whole) < 0.02
}

// about formats a value of the base unit in the unit of the candidate, to three
// digits.
func (c *Candidate) about(base float64) string {
	power, _ := c.Indicator.UnitOf(c.Figure.Measure).Multiplier(c.Figure.Unit)
	return fmt.Sprintf("about %s %s", rounded(base/math.Pow10(power)), c.Figure.Unit)
}

// rounded formats a value with three significant digits.
func rounded(v float64) string {
	if v == 0 {
		return "0"
	}
	step := math.Pow(10, math.Floor(math.Log10(math.Abs(v)))-2)
	return fmt.Sprintf("%.6g", math.Round(v/step)*step)
}

// Multiple formats a factor: 10^3, or 2.31.
func Multiple(factor float64) string {
	if ofTen(factor) {
		return fmt.Sprintf("10^%d", int(math.Round(math.Log10(factor))))
	}
	return fmt.Sprintf("%.3g", factor)
}

const confirmIt = "if it is right, send it again with confirmed: true (--confirm)"

// worded returns the problem that a verdict describes.
func (c *Candidate) worded(v *plausible.Verdict) *figure.Problem {
	f := c.Figure
	p := &figure.Problem{Field: "value", Text: f.Value.String(), Hint: "check it; " + confirmIt}
	around := "what the figures around it suggest (" + c.about(v.Expected) + ")"
	ratio := c.Base.Float64() / v.Expected
	switch v.Doubt {
	case plausible.Slip:
		p.Code, p.Factor = "figure/unit-slip", math.Pow10(v.Power)
		p.Reason = fmt.Sprintf("is 10^%+d times %s", v.Power, around)
		p.Hint = fmt.Sprintf("did you mean %s? If it is right, send it again with confirmed: true (--confirm)", c.meant(v.Power))
	case plausible.Zero:
		p.Code, p.Reason = "figure/zero", "is zero, but the figures around it are far from zero ("+c.about(v.Expected)+")"
		p.Hint = "if there is no number, leave it empty with status O (missing) or Q (withheld); " + confirmIt
	case plausible.Sign:
		p.Code, p.Reason = "figure/sign", "has the opposite sign to the rest of its series ("+c.about(v.Expected)+")"
	case plausible.SumOf:
		p.Code, p.Reason = "figure/sum", "looks like the year to date: "+around+" plus the earlier figures of the year"
		p.Hint = "write it with measure ytd, or the period alone; " + confirmIt
	case plausible.Copy:
		p.Code, p.Reason, p.Hint = "figure/copied", "is identical to the previous period's, to the last digit", "check whether a row was copied"
	case plausible.AsIndex:
		p.Code, p.Reason = "figure/rate-form", "looks like an index (same period of last year = 100), not like growth ("+c.about(v.Expected)+")"
		p.Hint = fmt.Sprintf("did you mean %s %%? If it is right, send it again with confirmed: true (--confirm)", c.lessHundred())
	case plausible.AsShare:
		p.Code, p.Reason = "figure/rate-form", "looks like a fraction, not a percentage ("+c.about(v.Expected)+")"
		p.Hint = fmt.Sprintf("did you mean %s %%? If it is right, send it again with confirmed: true (--confirm)", f.Value.Shift(2))
	default:
		c.wordJump(p, v, around, ratio)
	}
	return p
}

// wordJump fills in the problem of a figure that is far from what is expected
// for no recognised reason.
func (c *Candidate) wordJump(p *figure.Problem, v *plausible.Verdict, around string, ratio float64) {
	p.Code = "figure/jump"
	if v.Level == plausible.Warning {
		p.Code, p.Hint = "figure/unusual", "check it; if it is right, nothing needs to be done"
	}
	limit := c.Indicator.MaxJump
	switch beyond := ratio > limit.Float64() || ratio < 1/limit.Float64(); {
	case c.Figure.Measure.Growth() || ratio <= 0 || math.IsInf(ratio, 0):
		p.Reason = "is far from " + around
	case v.Level == plausible.Warning:
		p.Reason = fmt.Sprintf("is %.3g times what is expected here (%s), more than usual in this series", ratio, c.about(v.Expected))
	case beyond:
		p.Reason = fmt.Sprintf("is %.3g times %s; the catalogue allows %s times", ratio, around, limit)
	default:
		p.Reason = fmt.Sprintf("is %.3g times %s; the series has never moved like this", ratio, around)
	}
}

// lessHundred converts an index (same period of last year = 100) to a rate.
func (c *Candidate) lessHundred() figure.Decimal {
	less, err := figure.ParseDecimal(strconv.FormatFloat(math.Round((c.Base.Float64()-100)*1e6)/1e6, 'f', -1, 64))
	if err != nil {
		return c.Base
	}
	return less
}

// meant returns what the sender probably meant: the same digits in a unit that
// differs by that power of ten, if there is one, or else the shifted value.
func (c *Candidate) meant(places int) string {
	f := c.Figure
	unit := c.Indicator.UnitOf(f.Measure)
	power, _ := unit.Multiplier(f.Unit)
	for _, s := range unit.Written {
		if s.Power == power-places {
			return written(f.Value, s.Text)
		}
	}
	return written(f.Value.Shift(-places), f.Unit)
}
