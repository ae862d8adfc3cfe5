package output

import (
	"encoding/json"
	"io"
	"time"

	"github.com/tidemark-stats/tidemark/verdict"
)

// state is a state for programs. Unknown numbers are null.
type state struct {
	ID         string    `json:"id"`
	Category   string    `json:"category"`
	NameZH     string    `json:"name_zh"`
	NameEN     string    `json:"name_en"`
	Verdict    string    `json:"verdict"`
	ReasonZH   string    `json:"reason_zh"`
	ReasonEN   string    `json:"reason_en"`
	Unit       string    `json:"unit"`
	Goal       *float64  `json:"goal"`
	Value      *float64  `json:"value"`
	Period     string    `json:"period,omitempty"`
	Plan       *float64  `json:"plan"`
	Attainment *float64  `json:"attainment_ratio"`
	Projection *float64  `json:"projection"`
	Low        *float64  `json:"projection_low"`
	High       *float64  `json:"projection_high"`
	Required   *float64  `json:"required_per_period"`
	Growth     *float64  `json:"required_growth_ratio"`
	Deadline   string    `json:"deadline,omitempty"`
	At         time.Time `json:"at"`
	Steps      []step    `json:"steps"`
}

type step struct {
	NameZH  string  `json:"name_zh"`
	NameEN  string  `json:"name_en"`
	Value   float64 `json:"value"`
	Unit    string  `json:"unit,omitempty"`
	Period  string  `json:"period,omitempty"`
	Derived bool    `json:"derived,omitempty"`
	Imputed bool    `json:"imputed,omitempty"`
	Formula string  `json:"formula,omitempty"`
}

// JSON writes the states as one array.
func JSON(w io.Writer, states []verdict.State) error {
	all := make([]state, len(states))
	for i := range states {
		s := &states[i]
		known := func(n verdict.Number) *float64 {
			if !n.Known {
				return nil
			}
			return &n.Value
		}
		all[i] = state{ID: s.Target.ID, Category: s.Category, NameZH: s.Target.Name.ZH, NameEN: s.Target.Name.EN,
			Verdict: string(s.Verdict), ReasonZH: s.Reason.ZH, ReasonEN: s.Reason.EN, Unit: s.Target.Indicator.UnitOf(s.Target.Measure).Code,
			Goal: known(s.Goal), Value: known(s.Value), Period: s.Period.String(), Plan: known(s.Plan), Attainment: known(s.Attainment),
			Projection: known(s.Projection), Low: known(s.Low), High: known(s.High), Required: known(s.Required), Growth: known(s.Ratio),
			Deadline: s.Deadline.String(), At: s.At}
		for _, st := range s.Steps {
			all[i].Steps = append(all[i].Steps, step{st.Name.ZH, st.Name.EN, st.Value, st.Unit, periodOf(st), st.Derived, st.Imputed, st.Formula})
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(all)
}
