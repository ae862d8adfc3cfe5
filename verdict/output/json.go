package output

import (
	"encoding/json"
	"io"
	"time"

	"github.com/tidemark-stats/tidemark/verdict"
)

// state is a state for programs. Unknown numbers are null.
type state struct {
	ID         string       `json:"id"`
	Category   string       `json:"category"`
	NameZH     string       `json:"name_zh"`
	NameEN     string       `json:"name_en"`
	Verdict    string       `json:"verdict"`
	SentenceZH string       `json:"sentence_zh"`
	SentenceEN string       `json:"sentence_en"`
	ReasonZH   string       `json:"reason_zh"`
	ReasonEN   string       `json:"reason_en"`
	Unit       string       `json:"unit"`
	Goal       *float64     `json:"goal"`
	Value      *float64     `json:"value"`
	Period     string       `json:"period,omitempty"`
	Plan       *float64     `json:"plan"`
	Attainment *float64     `json:"attainment_ratio"`
	Calendar   *float64     `json:"calendar_pace_ratio"`
	Projection *float64     `json:"projection"`
	Low        *float64     `json:"projection_low"`
	High       *float64     `json:"projection_high"`
	Required   *float64     `json:"required_per_period"`
	LastRest   *float64     `json:"last_year_per_period"`
	Needs      []need       `json:"required_by_period,omitempty"`
	Growth     *float64     `json:"required_growth_ratio"`
	Deadline   string       `json:"deadline,omitempty"`
	At         time.Time    `json:"at"`
	Steps      []step       `json:"steps"`
	Explained  *explanation `json:"explained,omitempty"`
}

type need struct {
	Period string   `json:"period"`
	Amount float64  `json:"amount"`
	Last   *float64 `json:"last_year"`
	Usual  float64  `json:"usual_share,omitempty"`
}

type step struct {
	NameZH    string  `json:"name_zh"`
	NameEN    string  `json:"name_en"`
	Value     float64 `json:"value"`
	Unit      string  `json:"unit,omitempty"`
	Period    string  `json:"period,omitempty"`
	Derived   bool    `json:"derived,omitempty"`
	Imputed   bool    `json:"imputed,omitempty"`
	Estimated bool    `json:"estimated,omitempty"`
	Formula   string  `json:"formula,omitempty"`
}

// explanation is what only an explanation has.
type explanation struct {
	Figures []used   `json:"figures"`
	Shares  []shared `json:"shares"`
	Methods []method `json:"methods"`
	Tips    []tip    `json:"would_change"`
}

type used struct {
	Indicator string    `json:"indicator"`
	Measure   string    `json:"measure"`
	Period    string    `json:"period"`
	Vintages  []vintage `json:"vintages"`
}

type vintage struct {
	Value     *float64  `json:"value"`
	Status    string    `json:"status"`
	Published time.Time `json:"published"`
}

type shared struct {
	Year   int     `json:"year"`
	ToDate float64 `json:"to_date"`
	Total  float64 `json:"total"`
	Share  float64 `json:"share_ratio"`
}

type method struct {
	Method string  `json:"method"`
	Value  float64 `json:"projection"`
	Error  float64 `json:"mean_error_ratio"`
	Cases  int     `json:"years_tested"`
	Weight float64 `json:"weight_ratio"`
}

type tip struct {
	Measure string   `json:"measure"`
	Period  string   `json:"period"`
	Value   float64  `json:"value"`
	Amount  *float64 `json:"period_alone"`
	To      string   `json:"verdict"`
	Else    string   `json:"else"`
}

// JSON writes the states as one array.
func JSON(w io.Writer, states []verdict.State) error {
	all := make([]state, len(states))
	for i := range states {
		all[i] = stateOf(&states[i])
	}
	return write(w, all)
}

// ExplainJSON writes the same with what Explain shows.
func ExplainJSON(w io.Writer, explained []verdict.Explanation) error {
	all := make([]state, len(explained))
	for i := range explained {
		e := &explained[i]
		all[i] = stateOf(&e.State)
		x := &explanation{}
		all[i].Explained = x
		for _, f := range e.Figures {
			u := used{Indicator: f.Indicator, Measure: f.Measure.String(), Period: f.Period.String()}
			for _, v := range f.Vintages {
				u.Vintages = append(u.Vintages, vintage{known(verdict.Number{Value: v.Value, Known: !v.Withheld}), v.Status.String(), v.Published})
			}
			x.Figures = append(x.Figures, u)
		}
		for _, s := range e.Shares {
			x.Shares = append(x.Shares, shared(s))
		}
		for _, m := range e.Pace.Parts {
			x.Methods = append(x.Methods, method{string(m.Method), m.Value, m.Error, m.Cases, m.Weight})
		}
		for _, t := range e.Tips {
			x.Tips = append(x.Tips, tip{t.Measure.String(), t.Period.String(), t.Value, known(t.Amount), string(t.To), string(t.Else)})
		}
	}
	return write(w, all)
}

// write writes a value for programs and for people who look at what they get.
func write(w io.Writer, all any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(all)
}

func known(n verdict.Number) *float64 {
	if !n.Known {
		return nil
	}
	return &n.Value
}

func stateOf(s *verdict.State) state {
	said := verdict.Sentence(*s)
	all := state{ID: s.Target.ID, Category: s.Category, NameZH: s.Target.Name.ZH, NameEN: s.Target.Name.EN,
		Verdict: string(s.Verdict), SentenceZH: said.ZH, SentenceEN: said.EN, ReasonZH: s.Reason.ZH, ReasonEN: s.Reason.EN,
		Unit: s.Target.Indicator.UnitOf(s.Target.Measure).Code,
		Goal: known(s.Goal), Value: known(s.Value), Period: s.Period.String(), Plan: known(s.Plan), Attainment: known(s.Attainment),
		Calendar: known(s.Calendar), Projection: known(s.Projection), Low: known(s.Low), High: known(s.High), Required: known(s.Required),
		LastRest: known(s.LastRest), Growth: known(s.Ratio), Deadline: s.Deadline.String(), At: s.At}
	for _, n := range s.Needs {
		all.Needs = append(all.Needs, need{n.Period.String(), n.Amount, known(n.Last), n.Usual})
	}
	for _, st := range s.Steps {
		all.Steps = append(all.Steps, step{st.Name.ZH, st.Name.EN, st.Value, st.Unit, periodOf(st), st.Derived, st.Imputed, st.Estimated, st.Formula})
	}
	return all
}
