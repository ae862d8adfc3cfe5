package series

import (
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/verdict"
)

// reached is what a reader must know about the value of a target.
type reached struct {
	period figure.Period
	basis  derive.Basis // of the weakest figure that the verdict rests on
}

// reached is that of the states of a history, zero where nothing has been
// reached.
func (v *snapshot) reached(c *stateHistory) []reached {
	all := make([]reached, len(c.states))
	for n, st := range c.states {
		if st != nil && st.Value.Known {
			basis := derive.Value{Derived: st.Derived, Imputed: st.Imputed, Estimated: st.Estimated}.Basis()
			all[n] = reached{st.Period, basis}
		}
	}
	return all
}

func reachedLabels(s *verdict.State, r reached) metric.Labels {
	t, name := s.Target, r.period.Name()
	return metric.Labels{"area", t.Area.Code, "category", s.Category, "indicator", t.Indicator.Code,
		"period", r.period.String(), "period_en", name.EN, "period_zh", name.ZH, "rests_on", string(r.basis), "target", t.ID}
}
