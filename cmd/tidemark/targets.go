package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/book"
	"github.com/tidemark-stats/tidemark/exporter/target"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

type targetsCmd struct {
	influxFlags
	catalogFlag
	JSON    bool   `name:"json" help:"Print one JSON array with every number."`
	Lang    string `help:"Language: zh or en." default:"zh" enum:"zh,en" placeholder:"LANG"`
	AsOf    string `help:"Judge as on that day, by what was known then." placeholder:"DATE"`
	Explain string `help:"Show every number that went into the verdict on one target." placeholder:"ID"`
}

// Help shows an example.
func (*targetsCmd) Help() string {
	return `Every target of the catalogue with its verdict, judged by the figures in InfluxDB:
where it is, where it should be by now, where it will end and what is required.

Example:
  tidemark targets --lang en --as-of 2023-11-23
  tidemark targets --explain exports_2026`
}

// Run prints the targets.
func (c *targetsCmd) Run(e *env) error {
	cat, err := c.load()
	if err != nil {
		return err
	}
	if _, ok := cat.Target(c.Explain); c.Explain != "" && !ok {
		var ids []string
		for _, t := range cat.Targets {
			ids = append(ids, t.ID)
		}
		return fmt.Errorf("no target %q in the catalogue; %s", c.Explain, figure.DidYouMean(c.Explain, ids))
	}
	b, err := c.read(e)
	if err != nil {
		return err
	}
	cat, b = target.Remembering(cat, b, time.Now()), target.Legible(cat, b)
	states, err := c.judge(cat, b)
	if err != nil {
		return err
	}
	out := targetsOutput{book: b, lang: language(c.Lang), color: colored(e.stdout)}
	switch {
	case c.JSON:
		return out.writeJSON(e.stdout, states)
	case c.Explain != "":
		return out.explain(e.stdout, states)
	}
	return out.table(e.stdout, states)
}

// read loads all figures.
func (c *targetsCmd) read(e *env) (*book.Book, error) {
	figures, err := c.open()
	if err != nil {
		return nil, err
	}
	defer figures.Close()
	b := new(book.Book)
	_, err = figures.Follow().Poll(e.ctx, func(vintages iter.Seq2[*store.Vintage, error]) (err error) {
		b, err = b.Merge(vintages)
		return err
	})
	if err != nil {
		return nil, err
	}
	defined, err := figures.Definitions(e.ctx)
	return b.Define(defined), err
}

// judge gives the states to print: now, or as of the end of a day.
func (c *targetsCmd) judge(cat *catalog.Catalog, b *book.Book) ([]target.State, error) {
	at := time.Now().In(cat.Location())
	all := target.All
	if c.AsOf != "" {
		day, ok := figure.ParseDay(c.AsOf)
		if !ok {
			return nil, fmt.Errorf("--as-of %q is no day; write it as 2023-11-23", c.AsOf)
		}
		if day.Start(cat.Location()).After(at) {
			return nil, errors.New("--as-of lies in the future, where nothing is known")
		}
		// All that was published that day was known that day.
		at, all = day.End(cat.Location()).Add(-time.Millisecond), target.AllAsOf
	}
	var states []target.State
	for _, s := range all(cat, b, at) {
		if c.Explain == "" || s.Target.ID == c.Explain {
			states = append(states, s)
		}
	}
	return states, nil
}

// language chooses between the names of a catalogue.
type language string

func (l language) of(n catalog.Name) string {
	if l == "en" {
		return n.EN
	}
	return n.ZH
}

// colored tells whether w is a terminal that wants colours (no-color.org).
func colored(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == ""
}

// targetsOutput writes states for people and programs.
type targetsOutput struct {
	book  *book.Book
	lang  language
	color bool
}

// verdictColors are the SGR codes of a terminal.
var verdictColors = map[target.Verdict]string{
	target.Met: "32", target.OnTrack: "32", target.AtRisk: "33", target.Slipping: "31", target.Missed: "31;1",
	target.TooEarly: "90", target.NoData: "90", target.Overdue: "35",
}

func (o targetsOutput) verdict(v target.Verdict) string {
	name := o.lang.of(v.Name())
	if o.color {
		return "\x1b[" + verdictColors[v] + "m" + name + "\x1b[0m"
	}
	return name
}

// headings of the table.
var headings = []catalog.Name{
	{ZH: "判断", EN: "verdict"}, {ZH: "代号", EN: "id"}, {ZH: "目标", EN: "target"}, {ZH: "目标值", EN: "goal"}, {ZH: "累计", EN: "to date"}, {ZH: "计划", EN: "plan"},
	{ZH: "预计（区间）", EN: "projection (band)"}, {ZH: "每期尚需", EN: "required per period"}, {ZH: "期限", EN: "deadline"},
}

func (o targetsOutput) table(w io.Writer, states []target.State) error {
	var t table
	cells := make([]string, len(headings))
	for i, h := range headings {
		cells[i] = o.lang.of(h)
	}
	t.row(cells...)
	for i := range states {
		s := &states[i]
		name := o.lang.of(s.Target.Name)
		if s.Category != figure.Total && s.Category != catalog.AnyCategory {
			name += " · " + s.Category
		}
		t.row(o.verdict(s.Verdict), s.Target.ID, name, o.amount(s, s.Goal), o.valued(s), o.amount(s, s.Plan), o.projected(s), o.amount(s, s.Required), deadline(s))
	}
	return t.write(w)
}

// deadline is when a target is due; without one, when it would be reached.
func deadline(s *target.State) string {
	switch {
	case !s.Deadline.IsZero():
		return s.Deadline.String()
	case s.Expected.IsZero():
		return ""
	case s.Earliest.IsZero() || s.Latest.IsZero():
		return "≈ " + s.Expected.String()
	}
	return fmt.Sprintf("≈ %s (%s … %s)", s.Expected, s.Earliest, s.Latest)
}

// amount is a number as people write it, a dash when it is not known.
func (o targetsOutput) amount(s *target.State, n target.Number) string {
	if !n.Known {
		return "–"
	}
	text := o.lang.of(target.Amount(s.Target.Indicator, s.Target.Measure, n.Value))
	if s.Target.PerDay {
		text += "/" + o.lang.of(catalog.Name{ZH: "日", EN: "day"})
	}
	return text
}

func (o targetsOutput) valued(s *target.State) string {
	text := o.amount(s, s.Value)
	if s.Value.Known && !s.Period.IsZero() {
		text += " (" + s.Period.String() + ")"
	}
	return text
}

func (o targetsOutput) projected(s *target.State) string {
	text := o.amount(s, s.Projection)
	if s.Low.Known && s.High.Known {
		text += " (" + o.amount(s, s.Low) + " … " + o.amount(s, s.High) + ")"
	}
	return text
}

// explain writes every number that went into a verdict.
func (o targetsOutput) explain(w io.Writer, states []target.State) error {
	for i := range states {
		s := &states[i]
		var b strings.Builder
		fmt.Fprintf(&b, "%s  %s\n", s.Target.ID, o.lang.of(s.Target.Name))
		fmt.Fprintf(&b, "  “%s” (%s)\n", s.Target.Wording, s.Target.Source)
		if s.Category != figure.Total {
			fmt.Fprintf(&b, "  %s\n", s.Category)
		}
		fmt.Fprintf(&b, "  %s: %s\n", o.verdict(s.Verdict), o.lang.of(s.Reason))
		if unmet, ok := target.UnmetBy(*s, o.book); ok {
			fmt.Fprintf(&b, "  %s\n", o.lang.of(unmet.Reason))
		}
		b.WriteByte('\n')
		var t table
		for _, step := range s.Steps {
			t.row("  "+o.lang.of(step.Name), stepPeriod(step), stepValue(step), o.stepMarks(step), step.Formula)
		}
		if _, err := io.WriteString(w, b.String()); err != nil {
			return err
		}
		if err := t.write(w); err != nil {
			return err
		}
	}
	return nil
}

func stepPeriod(s target.Step) string {
	if s.Period.IsZero() {
		return ""
	}
	return s.Period.String()
}

func stepValue(s target.Step) string {
	return strings.TrimSpace(fmt.Sprintf("%s %s", plainNumber(s.Value), s.Unit))
}

// plainNumber writes a number without an exponent and with four decimals at
// most.
func plainNumber(v float64) string {
	text := fmt.Sprintf("%.4f", v)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// stepMarks says what is to be known of a number.
func (o targetsOutput) stepMarks(s target.Step) string {
	var marks []string
	mark := func(holds bool, n catalog.Name) {
		if holds {
			marks = append(marks, o.lang.of(n))
		}
	}
	if s.Status != 0 && s.Status != figure.Normal {
		marks = append(marks, s.Status.String())
	}
	mark(s.Derived, catalog.Name{ZH: "推算", EN: "derived"})
	mark(s.Imputed, catalog.Name{ZH: "含插补", EN: "rests on imputed"})
	mark(s.Estimated, catalog.Name{ZH: "含估计", EN: "rests on estimates"})
	return strings.Join(marks, ", ")
}

// targetJSON is a state for programs. Numbers that are not known are null.
type targetJSON struct {
	ID         string       `json:"id"`
	Category   string       `json:"category"`
	NameZH     string       `json:"name_zh"`
	NameEN     string       `json:"name_en"`
	Verdict    string       `json:"verdict"`
	ReasonZH   string       `json:"reason_zh"`
	ReasonEN   string       `json:"reason_en"`
	Unit       string       `json:"unit"`
	Goal       *float64     `json:"goal"`
	Value      *float64     `json:"value"`
	Period     string       `json:"period,omitempty"`
	Plan       *float64     `json:"plan"`
	Attainment *float64     `json:"attainment_ratio"`
	Projection *float64     `json:"projection"`
	Low        *float64     `json:"projection_low"`
	High       *float64     `json:"projection_high"`
	Required   *float64     `json:"required_per_period"`
	Growth     *float64     `json:"required_growth_ratio"`
	Deadline   string       `json:"deadline,omitempty"`
	At         time.Time    `json:"at"`
	Steps      []targetStep `json:"steps"`
}

type targetStep struct {
	NameZH  string  `json:"name_zh"`
	NameEN  string  `json:"name_en"`
	Value   float64 `json:"value"`
	Unit    string  `json:"unit,omitempty"`
	Period  string  `json:"period,omitempty"`
	Derived bool    `json:"derived,omitempty"`
	Imputed bool    `json:"imputed,omitempty"`
	Formula string  `json:"formula,omitempty"`
}

func (targetsOutput) writeJSON(w io.Writer, states []target.State) error {
	all := make([]targetJSON, len(states))
	for i := range states {
		s := &states[i]
		known := func(n target.Number) *float64 {
			if !n.Known {
				return nil
			}
			return &n.Value
		}
		all[i] = targetJSON{ID: s.Target.ID, Category: s.Category, NameZH: s.Target.Name.ZH, NameEN: s.Target.Name.EN,
			Verdict: string(s.Verdict), ReasonZH: s.Reason.ZH, ReasonEN: s.Reason.EN, Unit: s.Target.Indicator.UnitOf(s.Target.Measure).Code,
			Goal: known(s.Goal), Value: known(s.Value), Period: s.Period.String(), Plan: known(s.Plan), Attainment: known(s.Attainment),
			Projection: known(s.Projection), Low: known(s.Low), High: known(s.High), Required: known(s.Required), Growth: known(s.Ratio),
			Deadline: s.Deadline.String(), At: s.At}
		for _, step := range s.Steps {
			all[i].Steps = append(all[i].Steps, targetStep{step.Name.ZH, step.Name.EN, step.Value, step.Unit, stepPeriod(step), step.Derived, step.Imputed, step.Formula})
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(all)
}
