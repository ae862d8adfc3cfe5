package rules

import (
	"fmt"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
)

// Closed is the problem of a figure whose period was closed by the catalogue when it
// was published: at a time in milliseconds since 1970, or when the figure says. It
// is nil for a period that was open, and for a figure that comes with a reason.
func (v *Validator) Closed(c *Candidate, published int64) *figure.Problem {
	p := v.closed(c, published)
	if c.excepted() {
		return nil
	}
	return p
}

// ClosedNow is Closed for a figure that is published now.
func (v *Validator) ClosedNow(c *Candidate) *figure.Problem { return v.Closed(c, v.now().UnixMilli()) }

// excepted reports whether the sender has said why the figure is right, which lets
// it into a period that is closed.
func (c *Candidate) excepted() bool { return c.Figure.Confirmed && c.Figure.Reason != "" }

// closed is Closed, but also for a figure with a reason.
func (v *Validator) closed(c *Candidate, published int64) *figure.Problem {
	calendar := c.Indicator.Calendar
	if calendar == nil {
		return nil
	}
	at, closes := calendar.Closes(c.Figure.Period)
	if c.moment > 0 {
		published = c.moment
	}
	if !closes || published < at.UnixMilli() {
		return nil
	}
	last := figure.DayAt(at.Add(-time.Nanosecond).In(v.Cat.Location()))
	return &figure.Problem{Code: "figure/closed", Field: "period", Text: c.Figure.Period.String(),
		Reason: fmt.Sprintf("was closed at the end of %s, and its figures are not meant to change any more", last),
		Hint:   "if it has to change, say why: write the reason in the column confirmed, or push it with --confirm=REASON"}
}
