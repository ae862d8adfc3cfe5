package rules

import (
	"fmt"
	"math"
	"strconv"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/plausible"
)

// doubt is what is strange about a figure among others; the zero doubt says
// that nothing is.
type doubt struct {
	Problem *figure.Problem
	Refused bool // until the sender confirms it; else it is only told
}

// Doubt holds the candidate against what is known, without the figures that
// came beside it in its file. Nothing is doubted that the sender confirms, or
// that was stored of the cell before.
func (k *Known) Doubt(c *Candidate, b Beside) doubt {
	f := c.Figure
	if f.Confirmed || f.Withheld || k.said(f.Cell, c.Base.Float64()) {
		return doubt{}
	}
	if c.Question != nil {
		return doubt{c.Question, true}
	}
	if f.Measure.Growth() {
		if d := k.doubtRate(c, b); d.Problem != nil {
			return d
		}
	}
	if now, ok := k.Current(f.Cell); ok && now.Opinion == Believed {
		return doubt{}
	}
	var buf [96]plausible.Point
	q := k.question(c.Indicator, f.Cell, asked{c.Base.Float64(), f.Status}, b, buf[:0])
	v := plausible.Judge(&q)
	d := doubt{Refused: v.Level == plausible.Refusal}
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

// said tells whether a vintage of the cell has this very value.
func (k *Known) said(c figure.Cell, value float64) bool {
	for _, p := range k.Vintages(c) {
		if p.Value == value && !p.Withheld && p.Moment >= 0 { // in a file the moment is a line
			return true
		}
	}
	return false
}

// asked is the figure about which a question is.
type asked struct {
	value  float64
	status figure.Status
}

// question is a figure with what is known around it, as far as no break comes
// between. It appends to the points.
func (k *Known) question(ind *catalog.Indicator, c figure.Cell, a asked, b Beside, points []plausible.Point) plausible.Question {
	q := plausible.Question{Period: c.Period.Ordinal(), Value: a.value, PerYear: int32(c.Period.Frequency().PerYear()),
		MaxJump: ind.MaxJump.Float64(), ToDate: c.Measure == figure.YTD, Rate: c.Measure.Growth(),
		Adds: ind.Kind == catalog.Flow && c.Measure == figure.Level, Rank: ind.Kind == catalog.Rank}
	q.Whole = k.File
	all := k.Series[c.Series()]
	from, to := run(all, q.Period)
	itself := from < to && all[to-1].Opinion == disbelieved
	skip := func(p *Point) bool {
		return p.Withheld || b.has(p.period) || p.Opinion == disbelieved && !itself
	}
	all = comparable(all, k.cuts(ind, c, a.status, b).Of(c.Measure.Growth()), c.Period)
	q.Points = around(all, q.Period, q.PerYear, skip, points)
	return q
}

// around appends the current values around a period to out, in order: those
// that plausible.Judge looks at, but for those to skip.
func around(points []Point, period, perYear int32, skip func(*Point) bool, out []plausible.Point) []plausible.Point {
	from, to := run(points, period)
	reach := plausible.Reach(perYear)
	for i := from - 1; i >= 0; i-- {
		p := &points[i]
		if period-p.period > reach && len(out) >= plausible.Fewest {
			break
		}
		if i+1 < from && points[i+1].period == p.period {
			continue // an older vintage
		}
		if !skip(p) {
			out = append(out, plausible.Point{Period: p.period, Value: p.Value})
		}
	}
	reverse(out)
	before := len(out)
	for i := to; i < len(points); i++ {
		p := &points[i]
		if p.period-period > reach && len(out)-before >= plausible.Fewest {
			break
		}
		if i+1 < len(points) && points[i+1].period == p.period {
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

// doubtRevision compares the candidate with what it revises, where there is
// nothing else to tell which of the two is right. That one factor lies between
// what is stored and a whole series is asked about; of a single figure it is
// told.
func (k *Known) doubtRevision(c *Candidate, b Beside) doubt {
	f := c.Figure
	if f.Measure.Growth() || c.Indicator.Kind == catalog.Rank {
		return doubt{}
	}
	whole := b.figures() >= WholeFile
	now, ok := k.Current(f.Cell)
	factor, of, stored := c.Base.Float64()/now.Value, "of this figure", now.Value
	if !ok || now.Withheld || now.Value == 0 {
		if !whole {
			return doubt{}
		}
		// What the file revises beside it shows the scale as well.
		var buf [96]plausible.Point
		q := k.question(c.Indicator, f.Cell, asked{c.Base.Float64(), f.Status}, Beside{Marked: b.Marked}, buf[:0])
		v := plausible.Judge(&q)
		if v.Doubt != plausible.Slip || v.Level == plausible.Fine {
			return doubt{}
		}
		factor, of, stored = math.Pow10(v.Power), "around this figure", v.Expected
	}
	if !(factor > 0) || math.Abs(math.Log(factor)) <= math.Log(c.Indicator.MaxJump.Float64()) {
		return doubt{}
	}
	return doubt{&figure.Problem{Code: "figure/other-scale", Field: "value", Text: f.Value.String(), Factor: factor,
		Reason: fmt.Sprintf("is %s times what is stored %s (%s)", Multiple(factor), of, c.about(stored)),
		Hint:   "which is right? If this one is, send it again with confirmed: true (--confirm)"}, whole || b.rows >= WholeFile && ofTen(factor)}
}

// WholeFile is from how many figures of a file, or of a series in it, on they
// are taken to differ from what is stored by one factor and not each by its own
// mistake.
const WholeFile = 3

// ofTen tells whether a factor is a power of ten.
func ofTen(factor float64) bool {
	places := math.Log10(factor)
	whole := math.Round(places)
	return whole != 0 && math.Abs(places-whole) < 0.02
}

// about is a value of the base unit in the unit of the candidate, to three
// digits.
func (c *Candidate) about(base float64) string {
	power, _ := c.Indicator.UnitOf(c.Figure.Measure).Multiplier(c.Figure.Unit)
	return fmt.Sprintf("about %s %s", rounded(base/math.Pow10(power)), c.Figure.Unit)
}

// rounded writes a value with three digits.
func rounded(v float64) string {
	if v == 0 {
		return "0"
	}
	step := math.Pow(10, math.Floor(math.Log10(math.Abs(v)))-2)
	return fmt.Sprintf("%.6g", math.Round(v/step)*step)
}

// Multiple writes a factor: 10^3, or 2.31.
func Multiple(factor float64) string {
	if ofTen(factor) {
		return fmt.Sprintf("10^%d", int(math.Round(math.Log10(factor))))
	}
	return fmt.Sprintf("%.3g", factor)
}

const confirmIt = "if it is right send it again with confirmed: true (--confirm)"

// worded puts a verdict into words.
func (c *Candidate) worded(v *plausible.Verdict) *figure.Problem {
	f := c.Figure
	p := &figure.Problem{Field: "value", Text: f.Value.String(), Hint: "check it; " + confirmIt}
	around := "what is known around it (" + c.about(v.Expected) + ")"
	ratio := c.Base.Float64() / v.Expected
	switch v.Doubt {
	case plausible.Slip:
		p.Code, p.Factor = "figure/unit-slip", math.Pow10(v.Power)
		p.Reason = fmt.Sprintf("is 10^%+d off %s", v.Power, around)
		p.Hint = fmt.Sprintf("did you mean %s? If it is right send it again with confirmed: true (--confirm)", c.meant(v.Power))
	case plausible.Zero:
		p.Code, p.Reason = "figure/zero", "is zero among figures far from it ("+c.about(v.Expected)+")"
		p.Hint = "leave it empty with status O (missing) or Q (withheld) when there is no number; " + confirmIt
	case plausible.Sign:
		p.Code, p.Reason = "figure/sign", "is the first of its sign ("+c.about(v.Expected)+")"
	case plausible.SumOf:
		p.Code, p.Reason = "figure/sum", "looks like January to this period: "+around+" added to those before in the year"
		p.Hint = "write it with measure ytd, or the period alone; " + confirmIt
	case plausible.Copy:
		p.Code, p.Reason, p.Hint = "figure/copied", "is that of the period before to the last digit", "check whether a row was copied"
	case plausible.AsIndex:
		p.Code, p.Reason = "figure/rate-form", "looks like an index on the same period of last year = 100, not like growth ("+c.about(v.Expected)+")"
		p.Hint = fmt.Sprintf("did you mean %s %%? If it is right send it again with confirmed: true (--confirm)", c.lessHundred())
	case plausible.AsShare:
		p.Code, p.Reason = "figure/rate-form", "looks like a fraction, not like percent ("+c.about(v.Expected)+")"
		p.Hint = fmt.Sprintf("did you mean %s %%? If it is right send it again with confirmed: true (--confirm)", f.Value.Shift(2))
	default:
		c.wordJump(p, v, around, ratio)
	}
	return p
}

// wordJump words a figure that is merely far from what is expected.
func (c *Candidate) wordJump(p *figure.Problem, v *plausible.Verdict, around string, ratio float64) {
	p.Code = "figure/jump"
	if v.Level == plausible.Warning {
		p.Code, p.Hint = "figure/unusual", "check it; nothing needs to be done when it is right"
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

// lessHundred is a rate that was written as an index.
func (c *Candidate) lessHundred() figure.Decimal {
	less, err := figure.ParseDecimal(strconv.FormatFloat(math.Round((c.Base.Float64()-100)*1e6)/1e6, 'f', -1, 64))
	if err != nil {
		return c.Base
	}
	return less
}

// meant is what the sender probably meant: the same digits in another unit
// when there is one that is so many powers of ten off, else another value.
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
