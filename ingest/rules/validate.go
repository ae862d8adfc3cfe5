package rules

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/sheet"
	"github.com/tidemark-stats/tidemark/store"
)

// Validator checks figures against a catalogue. docs/rules.md explains every
// code it returns.
type Validator struct {
	Cat        *catalog.Catalog // must not be changed
	now        func() time.Time
	indicators []string // the catalogue's codes, for suggestions
	areas      []string
}

// NewValidator returns a Validator for the catalogue.
func NewValidator(cat *catalog.Catalog) *Validator {
	v := &Validator{Cat: cat, now: time.Now}
	for _, i := range cat.Indicators {
		v.indicators = append(v.indicators, i.Code)
	}
	for _, a := range cat.Areas {
		v.areas = append(v.areas, a.Code)
	}
	return v
}

// Candidate is a figure in the terms of the catalogue.
type Candidate struct {
	Figure    *figure.Figure
	Indicator *catalog.Indicator
	Base      figure.Decimal  // the value in the base unit, exact
	Converted bool            // Base is known
	moment    int64           // the publication that the figure names, ms since 1970; 0 when it names none
	Question  *figure.Problem // why it is refused, whatever else is known, until the sender confirms it
	answered  *figure.Problem // what Question would be, when the sender confirms the figure
	exact     bool            // moment is an instant, not the start of a day
	room      int64           // length of that day, or of the instant's minute, in milliseconds
}

// vintage returns the candidate as it is stored. The caller sets the moment of
// publication.
func (c *Candidate) vintage() store.Vintage {
	return store.Vintage{
		Cell:     c.Figure.Cell,
		Agency:   c.Indicator.Agency.Code,
		Status:   c.Figure.Status,
		Value:    c.Base.Float64(),
		Withheld: c.Figure.Withheld,
		Note:     c.Figure.Note,
		Reason:   c.Figure.Reason,
	}
}

// Check checks f against the catalogue and the calendar, but not against other
// figures. It returns every problem that is independent of the others.
func (v *Validator) Check(f *figure.Figure) (c Candidate, problems []*figure.Problem) {
	c = Candidate{Figure: f}
	ind, ok := v.Cat.Indicator(f.Indicator)
	if !ok {
		return c, []*figure.Problem{{Code: "figure/unknown-indicator", Field: "indicator", Text: f.Indicator,
			Reason: "is not an indicator of the catalogue", Hint: v.suggest(f.Indicator, v.indicators, "tidemark catalog show lists them")}}
	}
	c.Indicator = ind
	if ind.Kind == catalog.Ratio {
		return c, []*figure.Problem{{Code: "figure/derived-indicator", Field: "indicator", Text: f.Indicator,
			Reason: "is derived from others and never sent",
			Hint:   fmt.Sprintf("send %s and %s", ind.Ratio.Numerator.Code, ind.Ratio.Denominator.Code)}}
	}
	add := func(p *figure.Problem) {
		if p != nil {
			problems = append(problems, p)
		}
	}
	add(v.checkArea(ind, f))
	add(checkCategory(ind, f))
	add(checkMeasure(ind, f))
	add(checkFrequency(ind, f))
	add(v.checkPublished(&c))
	add(v.checkTime(&c))
	p := checkUnit(&c)
	if p == nil {
		p = checkDigits(&c)
	}
	if add(p); len(problems) == 0 {
		switch p = checkBounds(&c); {
		case !c.liftable():
			add(p)
		case f.Confirmed:
			c.answered = p
		default:
			c.Question = p
		}
	}
	return c, problems
}

// Sender returns what the catalogue says about how figures of the indicator
// are written; the zero value when it does not have the indicator.
func (v *Validator) Sender(indicator string) sheet.Sender {
	ind, ok := v.Cat.Indicator(indicator)
	if !ok {
		return sheet.Sender{}
	}
	return sheet.Sender{Frequency: ind.Frequency(), Flags: v.Cat.FlagsOf(ind.Agency)}
}

func (v *Validator) suggest(written string, known []string, otherwise string) string {
	if hint := figure.DidYouMean(written, known); hint != "" {
		return hint
	}
	return otherwise
}

func (v *Validator) checkArea(ind *catalog.Indicator, f *figure.Figure) *figure.Problem {
	if ind.HasArea(f.Area) {
		return nil
	}
	if _, ok := v.Cat.Area(f.Area); !ok {
		return &figure.Problem{Code: "figure/unknown-area", Field: "area", Text: f.Area,
			Reason: "is not an area of the catalogue", Hint: v.suggest(f.Area, v.areas, "tidemark catalog show lists the areas of an indicator")}
	}
	return &figure.Problem{Code: "figure/area-not-reported", Field: "area", Text: f.Area,
		Reason: "is not one that " + ind.Code + " is reported for", Hint: "its areas are " + strings.Join(ind.Areas, ", ")}
}

func checkCategory(ind *catalog.Indicator, f *figure.Figure) *figure.Problem {
	if ind.HasCategory(f.Category) {
		return nil
	}
	return &figure.Problem{Code: "figure/unknown-category", Field: "category", Text: f.Category,
		Reason: "is not a category of " + ind.Code, Hint: figure.DidYouMean(f.Category, ind.Categories)}
}

func checkMeasure(ind *catalog.Indicator, f *figure.Figure) *figure.Problem {
	if ind.Publishes(f.Measure) {
		return nil
	}
	names := make([]string, len(ind.Measures))
	for i, m := range ind.Measures {
		names[i] = m.String()
	}
	return &figure.Problem{Code: "figure/measure-not-published", Field: "measure", Text: f.Measure.String(),
		Reason: "is not published for " + ind.Code, Hint: "its measures are " + strings.Join(names, ", ")}
}

func checkFrequency(ind *catalog.Indicator, f *figure.Figure) *figure.Problem {
	if ind.Accepts(f.Period.Frequency()) {
		return nil
	}
	examples := map[figure.Frequency]string{figure.Monthly: "months (2023-01)", figure.Quarterly: "quarters (2023-Q1)", figure.Annual: "years (2023)"}
	kinds := make([]string, len(ind.Frequencies))
	for i, freq := range ind.Frequencies {
		kinds[i] = examples[freq]
	}
	return &figure.Problem{Code: "figure/wrong-frequency", Field: "period", Text: f.Period.String(),
		Reason: "has a length that " + ind.Code + " is not published for", Hint: "it takes " + strings.Join(kinds, ", ")}
}

// checkPublished parses the publication date of an archived figure.
func (v *Validator) checkPublished(c *Candidate) *figure.Problem {
	text := c.Figure.Published
	if text == "" {
		return nil
	}
	at, exact, err := figure.ParsePublished(text, v.Cat.Location())
	var p *figure.Problem
	switch {
	case errors.As(err, &p):
		return p
	case at.UnixMilli() < 0:
		return &figure.Problem{Code: "figure/published", Field: "published", Text: text,
			Reason: "is before 1970, which cannot be stored", Hint: "write 1970-01-02 and give the actual date in the note"}
	case at.After(v.now()):
		return &figure.Problem{Code: "figure/published", Field: "published", Text: text,
			Reason: "is in the future", Hint: "leave it out if the figure is being published now"}
	}
	c.moment, c.exact, c.room = at.UnixMilli(), exact, time.Minute.Milliseconds()
	if !exact {
		c.room = figure.DayAt(at).End(v.Cat.Location()).UnixMilli() - c.moment
	}
	return nil
}

// checkTime refuses a figure that could not have been known when it was
// published. Estimates and forecasts may be sent before the period is over.
func (v *Validator) checkTime(c *Candidate) *figure.Problem {
	at, begun, over := v.now(), "has not begun yet", "is not over yet"
	if c.moment > 0 { // an unreadable publication date is reported separately
		at = time.UnixMilli(c.moment)
		begun, over = "had not begun when it was published", "was not over when it was published"
		if !c.exact {
			at = at.Add(time.Duration(c.room) * time.Millisecond) // some time that day
		}
	}
	at = at.In(v.Cat.Location())
	current := figure.PeriodAt(c.Figure.Period.Frequency(), at)
	text := c.Figure.Period.String()
	switch {
	case c.Figure.Period.Compare(current) > 0:
		return &figure.Problem{Code: "figure/future-period", Field: "period", Text: text,
			Reason: begun, Hint: "check the year and the month"}
	case c.Figure.Period == current && !c.Figure.Withheld && c.Figure.Status != figure.Estimated && c.Figure.Status != figure.Forecast &&
		c.Indicator.Kind == catalog.Flow:
		return &figure.Problem{Code: "figure/unfinished-period", Field: "period", Text: text,
			Reason: over, Hint: "check the period, or give status E (estimated) to an early figure"}
	}
	return nil
}

func checkUnit(c *Candidate) *figure.Problem {
	f := c.Figure
	base, err := c.Indicator.ToBase(f.Value, f.Unit, f.Measure)
	if err != nil {
		return &figure.Problem{Code: "figure/unit", Field: "unit", Text: f.Unit,
			Reason: fmt.Sprintf("is not a unit of %s (%s)", f.Indicator, f.Measure),
			Hint:   "write one of " + strings.Join(c.Indicator.UnitOf(f.Measure).Spellings(), ", ")}
	}
	c.Base, c.Converted = base, true
	return nil
}

// checkDigits refuses a value that would change when stored. It looks at the
// value in the base unit, because that is what is stored.
func checkDigits(c *Candidate) *figure.Problem {
	longest, kept := c.Base.Kept()
	if kept {
		return nil
	}
	f, unit := c.Figure, c.Indicator.UnitOf(c.Figure.Measure)
	power, _ := unit.Multiplier(f.Unit)
	return &figure.Problem{Code: "figure/digits", Field: "value", Text: f.Value.String(),
		Reason: fmt.Sprintf("has more digits than can be stored: it would become %s %s", strconv.FormatFloat(c.Base.Float64(), 'f', -1, 64), unit.Code),
		Hint:   fmt.Sprintf("write %s, the longest value that can be stored", longest.Shift(-power))}
}

// liftable reports whether confirming the figure overrides its bounds. That is
// so for growth, where max_growth is only what is usually believed; but nothing
// can shrink by more than 100 %.
func (c *Candidate) liftable() bool {
	return c.Figure.Measure.Growth() && c.Base.Cmp(figure.NewDecimal(-100, 0)) >= 0
}

// checkBounds checks the value against the catalogue's bounds. When the same
// digits would fit in another unit, or shifted by a power of ten, the hint says
// so.
func checkBounds(c *Candidate) *figure.Problem {
	f := c.Figure
	bounds, ok := c.Indicator.Plausible(f.Area, f.Measure, f.Period.Frequency())
	if f.Withheld || !ok || bounds.Contains(c.Base) {
		return nil
	}
	unit := c.Indicator.UnitOf(f.Measure)
	p := &figure.Problem{Code: "figure/out-of-bounds", Field: "value", Text: f.Value.String(),
		Reason: fmt.Sprintf("%s is %s %s, outside %s to %s", written(f.Value, f.Unit), c.Base, unit.Code, bounds.Min, bounds.Max),
		Hint:   "check the value and the unit; if the value is right, widen the bounds in the catalogue"}
	if f.Measure.Growth() {
		p.Hint = "check it; " + confirmIt
		if index := c.lessHundred(); bounds.Contains(index) && c.Base.Float64() >= likelyIndex {
			p.Hint = fmt.Sprintf("an index (same period of last year = 100)? %s %% would fit; otherwise %s", index, p.Hint)
		}
		return p
	}
	// A sender who left out the multiple probably meant the display unit.
	display := c.Indicator.DisplayPower()
	if power, _ := unit.Multiplier(f.Unit); power != display && bounds.Contains(f.Value.Shift(display)) {
		p.Hint = fmt.Sprintf("wrong unit? %s would fit", written(f.Value, c.Indicator.Display))
		return p
	}
	for places := 1; places <= 8; places++ {
		for _, shift := range []int{-places, places} {
			if bounds.Contains(c.Base.Shift(shift)) {
				p.Hint = fmt.Sprintf("misplaced decimal point or wrong unit? %s would fit", written(f.Value.Shift(shift), f.Unit))
				return p
			}
		}
	}
	return p
}

// likelyIndex is the value from which a growth rate out of bounds may be an
// index (same period of last year = 100).
const likelyIndex = 70

// written formats a value with its unit as people write it.
func written(v figure.Decimal, unit string) string {
	if unit == "" {
		return v.String()
	}
	return v.String() + " " + unit
}
