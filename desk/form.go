package desk

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/release"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// formPage is the page on which the figures that are due are filled in.
type formPage struct {
	Groups []formGroup
	Day    string
}

// formGroup is an indicator in an area, and the period that is due.
type formGroup struct {
	Name, Area, Period string
	Due                dueLine
	Fields             []formField
}

// formField is a figure to be filled in.
type formField struct {
	Key      string // of the cell, as its subject names it
	Measure  string
	Category string
	Unit     string
	Last     string // the newest figure of the series, and its period
	LastOf   string
	Year     string // the figure of a year before
}

// serveForm shows the figures that are due for the person's agencies.
func (d *Desk) serveForm(w http.ResponseWriter, r *http.Request) {
	l := languageOf(r)
	body := formPage{Day: d.today().Format(time.DateOnly)}
	for _, one := range d.awaited(visitOf(r).person) {
		body.Groups = append(body.Groups, d.formGroup(one, l))
	}
	d.show(w, r, http.StatusOK, "form", say("填表报送", "Fill in what is due"), body)
}

// awaited is a period of an indicator in an area that is to be sent.
type awaited struct {
	*release.Arrival
	cells []figure.Cell
}

// awaited lists what the agencies of a person are to send: what is missing, and what is
// due soon and can be known because its period is over.
func (d *Desk) awaited(p *Person) (all []awaited) {
	now, b := d.today(), d.history.now.Load().book
	for _, a := range d.arrivals(now.AddDate(0, -monthsBack, 0), now.AddDate(0, 0, daysForward)) {
		if p.Sends(a.Indicator.Agency.Code) && a.Came.IsZero() && a.Period.End().Before(now) {
			all = append(all, awaited{a, usualCells(b, a)})
		}
	}
	return all
}

// usualCells are the cells that are usually published for a period: those that the
// newest period with figures has, or another one in the year before it.
func usualCells(b *book.Book, a *release.Arrival) (cells []figure.Cell) {
	var newest int32
	var own []*book.Series
	for _, s := range b.In(a.Indicator.Code, a.Area) {
		if s.Key.Frequency == a.Period.Frequency() && a.Indicator.Publishes(s.Key.Measure) && a.Indicator.HasCategory(s.Key.Category) {
			own = append(own, s)
			newest = max(newest, s.Latest().Period.Ordinal())
		}
	}
	for _, s := range own {
		if newest-s.Latest().Period.Ordinal() <= int32(a.Period.Frequency().PerYear()) {
			cells = append(cells, s.Key.At(a.Period))
		}
	}
	return cells
}

// formGroup is what is awaited in words.
func (d *Desk) formGroup(a awaited, l lang.Language) formGroup {
	ind := a.Indicator
	g := formGroup{Due: d.lineOf(a.Arrival, d.today(), l)}
	g.Name, g.Area, g.Period = g.Due.Name, g.Due.Area, g.Due.Period
	for _, c := range a.cells {
		field := formField{Key: c.Subject(ind.Agency.Code), Measure: measureNames[c.Measure].In(l), Unit: ind.SentIn(c.Measure).Text}
		if c.Category != figure.Total {
			field.Category = c.Category
		}
		if h := d.holdings.Load(); h != nil {
			if s, ok := d.history.now.Load().book.Find(c.Series()); ok {
				last := s.Latest().Period
				if was := h.Of(s.Key.At(last), field.Unit); was != nil && !was.Withheld {
					field.Last, field.LastOf = digits(was.Value.String()), last.Name().In(l)
				}
			}
			if was := h.Of(c.Series().At(c.Period.YearAgo()), field.Unit); was != nil && !was.Withheld {
				field.Year = digits(was.Value.String())
			}
		}
		g.Fields = append(g.Fields, field)
	}
	return g
}

// serveFilled makes a draft of what was filled in.
func (d *Desk) serveFilled(w http.ResponseWriter, r *http.Request) {
	v := visitOf(r)
	var text bytes.Buffer
	rows := csv.NewWriter(&text)
	_ = rows.Write([]string{"indicator", "area", "category", "measure", "period", "value", "unit", "note"}) // into memory
	filled := 0
	for _, a := range d.awaited(v.person) {
		for _, c := range a.cells {
			key := c.Subject(a.Indicator.Agency.Code)
			value := typedNumber(r.PostFormValue("value:" + key))
			if value == "" {
				continue
			}
			_ = rows.Write([]string{c.Indicator, c.Area, c.Category, c.Measure.String(), c.Period.String(), value,
				a.Indicator.SentIn(c.Measure).Text, strings.TrimSpace(r.PostFormValue("note:" + key))})
			filled++
		}
	}
	rows.Flush()
	if filled == 0 {
		d.refuse(w, r, http.StatusBadRequest, say("没有填任何数值。请返回填写；如果刚有人报送过，列表可能已经变了。", "No value was filled in. Go back and fill in some; if somebody has just sent figures, the list may have changed."))
		return
	}
	name := say("填表 %s.csv", "form %s.csv", d.today().Format("2006-01-02 15.04")).In(languageOf(r))
	dr := d.drafts.add(v.person.Name, true, []upload{{fileName(name, nil), text.Bytes()}}, time.Now())
	d.check(w, r, dr, "/drafts/"+dr.id)
}
