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

// Validator holds figures against a catalogue. docs/rules.md explains every
// code it gives.
type Validator struct {
	Cat        *catalog.Catalog
	now        func() time.Time
	indicators []string // codes, for suggestions
	areas      []string
}

// NewValidator makes a Validator for the catalogue.
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
	Converted bool            // base is known
	moment    int64           // of publication when the figure names one, else 0
	Question  *figure.Problem // what is asked about it whatever is known, until the sender confirms it
	exact     bool            // that publication is an instant, not a day
	room      int64           // how many milliseconds that day has, or the minute of that instant
}

// vintage is what is stored of the candidate. The moment of publication is
// settled by the caller.
func (c *Candidate) vintage() store.Vintage {
	return store.Vintage{
		Cell:     c.Figure.Cell,
		Agency:   c.Indicator.Agency.Code,
		Status:   c.Figure.Status,
		Value:    c.Base.Float64(),
		Withheld: c.Figure.Withheld,
	}
}

// Check holds f against the catalogue and the calendar, not against what is
// known. Problems of independent kinds are all given.
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
		case !f.Confirmed:
			c.Question = p
		}
	}
	return c, problems
}

// Sender is what is known of how the figures of an indicator are written.
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
		Reason: ind.Code + " is not reported for this area", Hint: "its areas are " + strings.Join(ind.Areas, ", ")}
}

func checkCategory(ind *catalog.Indicator, f *figure.Figure) *figure.Problem {
	if ind.HasCategory(f.Category) {
		return nil
	}
	return &figure.Problem{Code: "figure/unknown-category", Field: "category", Text: f.Category,
		Reason: ind.Code + " has no such category", Hint: figure.DidYouMean(f.Category, ind.Categories)}
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
		Reason: ind.Code + " is not published in this measure", Hint: "its measures are " + strings.Join(names, ", ")}
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
		Reason: "is of a length that " + ind.Code + " is not published for", Hint: "it takes " + strings.Join(kinds, ", ")}
}

// checkPublished reads the publication of an archived figure.
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
			Reason: "lies before 1970, which cannot be stored", Hint: "write 1970-01-02 and say the true day in the note"}
	case at.After(v.now()):
		return &figure.Problem{Code: "figure/published", Field: "published", Text: text,
			Reason: "lies in the future", Hint: "leave it out when the figure is published now"}
	}
	c.moment, c.exact, c.room = at.UnixMilli(), exact, time.Minute.Milliseconds()
	if !exact {
		c.room = figure.DayAt(at).End(v.Cat.Location()).UnixMilli() - c.moment
	}
	return nil
}

// checkTime refuses what could not have been known when it was published. An
// estimate or a forecast may be given for a period that is not over yet.
func (v *Validator) checkTime(c *Candidate) *figure.Problem {
	at, when := v.now(), "now"
	if c.moment > 0 { // a publication that could not be read is a problem of its own
		at, when = time.UnixMilli(c.moment), "when it was published"
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
			Reason: "had not begun " + when, Hint: "check the year and the month"}
	case c.Figure.Period == current && !c.Figure.Withheld && c.Figure.Status != figure.Estimated && c.Figure.Status != figure.Forecast &&
		c.Indicator.Kind == catalog.Flow:
		return &figure.Problem{Code: "figure/unfinished-period", Field: "period", Text: text,
			Reason: "was not over " + when, Hint: "check the period, or give status E (estimated) to an early figure"}
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

// checkDigits refuses a value that would be stored as another one. It is asked
// of the base unit, in which values are stored.
func checkDigits(c *Candidate) *figure.Problem {
	longest, kept := c.Base.Kept()
	if kept {
		return nil
	}
	f, unit := c.Figure, c.Indicator.UnitOf(c.Figure.Measure)
	power, _ := unit.Multiplier(f.Unit)
	return &figure.Problem{Code: "figure/digits", Field: "value", Text: f.Value.String(),
		Reason: fmt.Sprintf("has more digits than are kept: it would become %s %s", strconv.FormatFloat(c.Base.Float64(), 'f', -1, 64), unit.Code),
		Hint:   fmt.Sprintf("write %s, the longest that is kept", longest.Shift(-power))}
}

// liftable tells whether being out of bounds is a question: max_growth says what
// is believed, and nothing shrinks by more than all of it.
func (c *Candidate) liftable() bool {
	return c.Figure.Measure.Growth() && c.Base.Cmp(figure.NewDecimal(-100, 0)) >= 0
}

// checkBounds holds the value against the catalogue's bounds; when the same
// digits would fit in another unit or shifted by some powers of ten, the hint
// says which.
func checkBounds(c *Candidate) *figure.Problem {
	f := c.Figure
	bounds, ok := c.Indicator.Plausible(f.Area, f.Measure, f.Period.Frequency())
	if f.Withheld || !ok || bounds.Contains(c.Base) {
		return nil
	}
	unit := c.Indicator.UnitOf(f.Measure)
	p := &figure.Problem{Code: "figure/out-of-bounds", Field: "value", Text: f.Value.String(),
		Reason: fmt.Sprintf("%s is %s %s, outside %s to %s", written(f.Value, f.Unit), c.Base, unit.Code, bounds.Min, bounds.Max),
		Hint:   "check value and unit; a true value needs wider bounds in the catalogue"}
	if f.Measure.Growth() {
		p.Hint = "check it; " + confirmIt
		if index := c.lessHundred(); bounds.Contains(index) && c.Base.Float64() >= likelyIndex {
			p.Hint = fmt.Sprintf("an index, same period of last year = 100? %s %% would fit; else %s", index, p.Hint)
		}
		return p
	}
	// Somebody who wrote no multiple probably meant the one people read.
	display := c.Indicator.DisplayPower()
	if power, _ := unit.Multiplier(f.Unit); power != display && bounds.Contains(f.Value.Shift(display)) {
		p.Hint = fmt.Sprintf("a unit slipped? %s would fit", written(f.Value, c.Indicator.Display))
		return p
	}
	for places := 1; places <= 8; places++ {
		for _, shift := range []int{-places, places} {
			if bounds.Contains(c.Base.Shift(shift)) {
				p.Hint = fmt.Sprintf("a decimal point or unit slipped? %s would fit", written(f.Value.Shift(shift), f.Unit))
				return p
			}
		}
	}
	return p
}

// likelyIndex is from where on a growth rate beyond all bounds may be an index
// on the same period of last year.
const likelyIndex = 70

// written is a value with its unit as people write it.
func written(v figure.Decimal, unit string) string {
	if unit == "" {
		return v.String()
	}
	return v.String() + " " + unit
}
