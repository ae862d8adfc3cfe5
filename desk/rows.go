package desk

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/rules"
	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// state is what is to become of a row.
type state string

// The states, in the order in which they need somebody's attention.
const (
	stateRefused state = "refused" // something is wrong with it
	stateAsked   state = "asked"   // implausible: to be confirmed
	stateGood    state = "good"
	stateRepeat  state = "repeat" // identical to an earlier row
	stateLeft    state = "left"   // the person leaves it out
)

// row is a row of the table that a person sees.
type row struct {
	Key      string // names the row in forms: file index and line
	Where    string
	State    state
	Name     string // of the indicator
	Area     string
	Category string // empty for the total
	Measure  string
	Period   string
	Value    string // as it is shown
	Unit     string
	Note     string
	Findings []finding
	Warnings []finding
	Reason   string // why the person stands by it
	Change   string // how it differs from what is stored: a sender.Change
	Was      string // what is stored
	By       string // by how much it differs
	Since    string // when what is stored was published
	Changed  bool   // the person has corrected it
	Fields   map[string]string
	Repeats  int
}

// finding is a problem in words.
type finding struct {
	Title, Reason, Hint string
	Where               string
}

// rowsOf are the rows of a draft with those that are left out, in the order of the
// files. The caller holds the draft's lock.
func (d *draft) rowsOf() []*sender.Row {
	all := make([]*sender.Row, 0, len(d.found.rows)+len(d.left))
	for i := range d.found.rows {
		all = append(all, &d.found.rows[i])
	}
	if len(d.left) == 0 {
		return all
	}
	order := map[string]int{}
	for _, r := range all {
		if _, ok := order[r.File]; !ok {
			order[r.File] = len(order)
		}
	}
	for _, r := range d.left {
		if _, ok := order[r.File]; !ok {
			order[r.File] = len(order)
		}
		all = append(all, &r)
	}
	slices.SortStableFunc(all, func(a, b *sender.Row) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(a.Line, b.Line))
	})
	return all
}

// stateOf is what is to become of a row. The caller holds the draft's lock.
func (d *draft) stateOf(r *sender.Row) state {
	switch {
	case len(d.left) > 0 && d.changes[place{r.File, r.Line}].leave:
		return stateLeft
	case r.Repeats > 0:
		return stateRepeat
	case r.Asked:
		return stateAsked
	case len(r.Findings) > 0:
		return stateRefused
	}
	return stateGood
}

// rowOf is one of them.
func (d *Desk) rowOf(dr *draft, r *sender.Row, l lang.Language) row {
	at := place{r.File, r.Line}
	c, changed := dr.changes[at]
	out := row{Key: dr.key(at), Where: addressOf(r.Where), Reason: c.reason, Changed: changed && len(c.fields) > 0, Repeats: r.Repeats, Fields: fieldsOf(r)}
	out.State = dr.stateOf(r)
	d.describe(&out, r, l)
	if c.leave {
		return out
	}
	d.compare(&out, r, l)
	out.Findings, out.Warnings = findingsOf(r.Findings, l), findingsOf(r.Unusual, l)
	return out
}

// describe says in words what the figure of a row is.
func (d *Desk) describe(out *row, r *sender.Row, l lang.Language) {
	f := &r.Figure
	out.Name, out.Area = f.Indicator, f.Area
	if ind, ok := d.Catalog.Indicator(f.Indicator); ok {
		out.Name = ind.Name.In(l)
	}
	if area, ok := d.Catalog.Area(f.Area); ok {
		out.Area = area.Name.In(l)
	}
	if f.Category != figure.Total {
		out.Category = f.Category
	}
	if f.Indicator != "" {
		out.Measure = measureNames[f.Measure].In(l)
	}
	out.Period = cmp.Or(f.Period.Name().In(l), out.Fields["period"])
	out.Unit, out.Note = out.Fields["unit"], f.Note
	out.Value = out.Fields["value"]
	if !f.Withheld && out.Value == f.Value.String() {
		out.Value = digits(out.Value)
	}
	if f.Withheld && out.Value == "" && f.Status != 0 {
		out.Value = say(f.Status.NameZH(), f.Status.NameEN()).In(l)
	}
}

// compare says in words how a row differs from what is stored.
func (d *Desk) compare(out *row, r *sender.Row, l lang.Language) {
	out.Change = r.Change.String()
	if r.Was == nil {
		return
	}
	out.Since = r.Was.Published.Format(time.DateOnly)
	if out.Was = digits(r.Was.Value.String()); r.Was.Withheld {
		out.Was = say(r.Was.Status.NameZH(), r.Was.Status.NameEN()).In(l)
	} else if r.Was.Unit != r.Figure.Unit {
		out.Was += " " + r.Was.Unit
	}
	if r.Difference == nil {
		return
	}
	out.By = signed(digits(r.Difference.Absolute.String()))
	switch {
	case r.Difference.Percent != nil:
		out.By += fmt.Sprintf(" (%+.1f %%)", *r.Difference.Percent)
	case r.Figure.Measure.Growth():
		out.By += say(" 个百分点", " points").In(l)
	}
}

// signed writes a plus before a number that is not negative.
func signed(number string) string {
	if strings.HasPrefix(number, "-") {
		return "−" + number[1:]
	}
	return "+" + number
}

// fieldsOf are the texts of a row that can be corrected: what was understood or, where
// it was not, what stands in the file.
func fieldsOf(r *sender.Row) map[string]string {
	f := &r.Figure
	fields := map[string]string{"indicator": f.Indicator, "area": f.Area, "category": f.Category, "measure": f.Measure.String(),
		"unit": f.Unit, "note": f.Note}
	if !f.Period.IsZero() {
		fields["period"] = f.Period.String()
	}
	if !f.Withheld && f.Indicator != "" {
		fields["value"] = f.Value.String()
	}
	if f.Status != 0 {
		fields["status"] = f.Status.String()
	}
	for _, p := range r.Findings {
		if p.Cell == "" && slices.Contains(fieldOrder, p.Field) { // it could not be read
			fields[p.Field] = p.Text
		}
	}
	return fields
}

// findingsOf are problems in words.
func findingsOf(all []sender.Finding, l lang.Language) []finding {
	out := make([]finding, len(all))
	for i := range all {
		out[i] = findingOf(&all[i], l)
	}
	return out
}

func findingOf(f *sender.Finding, l lang.Language) finding {
	out := finding{Title: f.Code, Hint: plainHint(f.Hint), Where: addressOf(f.Where)}
	if rule, ok := rules.Of(f.Code); ok {
		out.Title = lang.Text{ZH: rule.ZH, EN: rule.EN}.In(l)
	}
	out.Reason = strings.TrimSpace(f.Field + " " + f.Quoted() + " " + f.Reason)
	return out
}

// key names a row in a form. The caller holds the draft's lock.
func (d *draft) key(at place) string { return fmt.Sprintf("%d.%d", d.fileIndex(at.file), at.line) }

// fileIndex numbers the files and sheets of a draft, which keep their numbers.
func (d *draft) fileIndex(file string) int {
	for i, name := range d.names {
		if name == file {
			return i
		}
	}
	d.names = append(d.names, file)
	return len(d.names) - 1
}

// placeOf is the row that a key names. The caller holds the draft's lock.
func (d *draft) placeOf(key string) (at place, ok bool) {
	file, line, ok := strings.Cut(key, ".")
	if !ok {
		return at, false
	}
	i, err := strconv.Atoi(file)
	n, wrong := strconv.Atoi(line)
	if err != nil || wrong != nil || i < 0 || i >= len(d.names) {
		return at, false
	}
	return place{d.names[i], n}, true
}
