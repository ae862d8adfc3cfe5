package desk

import (
	"net/http"
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/book/release"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// dueLine is one indicator that is due, was late or is missing.
type dueLine struct {
	Name, Area, Agency string
	Period             string
	Due                string
	State              string // ontime, late, missing, expected
	Words              string
	Came               string
}

// today is the time by the clocks of the city.
func (d *Desk) today() time.Time { return d.Clocks.Now(time.Now()).In(d.Catalog.Location()) }

// lineOf is an arrival in words.
func (d *Desk) lineOf(a *release.Arrival, now time.Time, l lang.Language) dueLine {
	line := dueLine{Name: a.Indicator.Name.In(l), Area: a.Area, Agency: a.Indicator.Agency.Name.In(l), Period: a.Period.Name().In(l),
		Due: a.Due.Format(time.DateOnly)}
	if area, ok := d.Catalog.Area(a.Area); ok {
		line.Area = area.Name.In(l)
	}
	if !a.Came.IsZero() {
		line.Came = a.Came.In(d.Catalog.Location()).Format(time.DateOnly)
	}
	switch state, days := a.State(now); state {
	case release.OnTime:
		line.State, line.Words = "ontime", say("按时", "on time").In(l)
	case release.Late:
		line.State, line.Words = "late", say("迟报 %d 天", "%d days late", days).In(l)
		if days == 1 && l == lang.English {
			line.Words = "1 day late"
		}
	case release.Missing:
		line.State, line.Words = "missing", say("未报，已过期 %d 天（自 %s）", "missing for %d days (since %s)", days, line.Due).In(l)
		if days == 1 && l == lang.English {
			line.Words = "missing since yesterday"
		}
	case release.Expected:
		line.State, line.Words = "expected", say("应在 %s 前报送", "due on %s", line.Due).In(l)
	}
	return line
}

// What the first page shows of what is due.
const (
	monthsBack  = 3  // so far back, what is missing and what was late
	daysForward = 21 // so far ahead, what is due next
)

// dues are what one person's agencies are to send, in words: what is missing, what is
// due next, and what was late.
func (d *Desk) dues(p *Person, l lang.Language) (missing, next, late []dueLine) {
	now := d.today()
	for _, a := range d.arrivals(now.AddDate(0, -monthsBack, 0), now.AddDate(0, 0, daysForward)) {
		if !p.Sends(a.Indicator.Agency.Code) {
			continue
		}
		line := d.lineOf(a, now, l)
		switch line.State {
		case "missing":
			missing = addPeriod(missing, line, l)
		case "expected":
			next = append(next, line)
		case "late":
			late = append(late, line)
		}
	}
	slices.Reverse(late)
	return missing, next, late
}

// addPeriod adds a missing period to the line of the same indicator and area, which
// says since when.
func addPeriod(lines []dueLine, line dueLine, l lang.Language) []dueLine {
	for i := range lines {
		if lines[i].Name == line.Name && lines[i].Area == line.Area {
			lines[i].Period += say("、%s", ", %s", line.Period).In(l)
			return lines
		}
	}
	return append(lines, line)
}

// monthPage shows how complete the figures of a month are, by agency.
type monthPage struct {
	Month, Before, After string // 2024-05
	Name                 string
	Agencies             []monthAgency
}

// monthAgency is an agency in it.
type monthAgency struct {
	Name                            string
	Own                             bool
	OnTime, Late, Missing, Expected int
	All                             int
	Lines                           []dueLine
}

// serveMonth shows what was due in a month: this one, or the one asked for.
func (d *Desk) serveMonth(w http.ResponseWriter, r *http.Request) {
	l, now := languageOf(r), d.today()
	month := figure.Month(now.Year(), int(now.Month()))
	if asked, err := figure.ParsePeriod(r.URL.Query().Get("month")); err == nil && asked.Frequency() == figure.Monthly {
		month = asked
	}
	day := func(p figure.Period) time.Time {
		return figure.DayAt(p.Start()).Start(d.Catalog.Location())
	}
	body := monthPage{Month: month.String(), Before: month.Prev().String(), After: month.Next().String(), Name: month.Name().In(l)}
	by := map[*catalog.Agency]*monthAgency{}
	for _, a := range d.arrivals(day(month), day(month.Next())) {
		agency := by[a.Indicator.Agency]
		if agency == nil {
			agency = &monthAgency{Name: a.Indicator.Agency.Name.In(l), Own: visitOf(r).person.Sends(a.Indicator.Agency.Code)}
			by[a.Indicator.Agency] = agency
		}
		line := d.lineOf(a, now, l)
		agency.All++
		switch line.State {
		case "ontime":
			agency.OnTime++
		case "late":
			agency.Late++
		case "missing":
			agency.Missing++
		default:
			agency.Expected++
		}
		agency.Lines = append(agency.Lines, line)
	}
	for _, a := range d.Catalog.Agencies { // in the order of the catalogue, one's own first
		if one := by[a]; one != nil {
			body.Agencies = append(body.Agencies, *one)
		}
	}
	slices.SortStableFunc(body.Agencies, func(a, b monthAgency) int {
		switch {
		case a.Own == b.Own:
			return 0
		case a.Own:
			return -1
		}
		return 1
	})
	d.show(w, r, http.StatusOK, "month", say("%s应报的数据", "Figures due in %s", month.Name()), body)
}
