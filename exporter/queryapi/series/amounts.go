package series

import (
	"math"
	"strings"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict"
)

// amounts are the amounts of a target as a table shows them: all of a unit have
// the same number of decimals, which a column of numbers in several units cannot
// have. An amount that is not known is a dash.
type amounts struct {
	goal, value, plan, projection, band, required string
}

// amountFamilies are the amounts of targets, and the sentences on them, as texts.
func amountFamilies() []family {
	return []family{
		{metric.Family{Name: "tidemark_target_amounts_info", Help: "The amounts of a target as texts for a table: all amounts in a unit have the same number of decimals."}, eachAmounts},
		{metric.Family{Name: "tidemark_target_text_info", Help: "The sentence on a target as a table can break it into lines: with a space after every mark also in Chinese."}, eachTold((*snapshot).sentences, textLabels)},
	}
}

// spaced writes a Chinese sentence with a space after each mark: Grafana counts the
// lines of a text by its spaces.
var spaced = strings.NewReplacer("，", "， ", "；", "； ", "：", "： ")

func textLabels(st *verdict.State, sentence lang.Text) metric.Labels {
	t := st.Target
	return metric.Labels{"area", t.Area.Code, "category", st.Category, "indicator", t.Indicator.Code,
		"name_en", t.Name.EN, "name_zh", t.Name.ZH, "target", t.ID, "text_en", sentence.EN, "text_zh", spaced.Replace(sentence.ZH)}
}

func eachAmounts(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
	of := func(_ *snapshot, c *stateHistory) []amounts {
		all := make([]amounts, len(c.states))
		for n, st := range c.states {
			if st != nil {
				all[n] = s.amountsOf(&st.State)
			}
		}
		return all
	}
	labelled := func(st *verdict.State, a amounts) metric.Labels {
		t := st.Target
		return metric.Labels{"area", t.Area.Code, "band", a.band, "category", st.Category, "goal", a.goal, "indicator", t.Indicator.Code,
			"plan", a.plan, "projection", a.projection, "required_per_period", a.required, "target", t.ID, "unit", s.unitOf(t), "value", a.value}
	}
	eachTold(of, labelled)(v, s, yield)
}

func (m *manner) amountsOf(st *verdict.State) (a amounts) {
	factor, decimals := m.scaleOf(st.Target.Indicator, st.Target.Measure).factor, m.decimals(st.Target)
	text := func(n verdict.Number) string {
		if !n.Known {
			return "–"
		}
		return verdict.Fixed(n.Value/factor, decimals)
	}
	a = amounts{goal: text(st.Goal), value: text(st.Value), plan: text(st.Plan), projection: text(st.Projection), required: text(st.Required), band: "–"}
	if st.Low.Known && st.High.Known {
		a.band = text(st.Low) + " – " + text(st.High)
	}
	return a
}

// decimals is how many decimals the amounts of a target have. Whole things per
// day are not whole.
func (m *manner) decimals(t *catalog.Target) int {
	if t.PerDay {
		return max(m.precision(t.Indicator, t.Measure), 1)
	}
	return m.decimalsOf(t.Indicator, t.Measure)
}

// decimalsOf is how many decimals the amounts of an indicator have. What is
// counted in whole things, and ranks, have none in their base unit.
func (m *manner) decimalsOf(i *catalog.Indicator, of figure.Measure) int {
	precision := m.precision(i, of)
	if !of.Growth() && (i.Unit.Whole || i.Kind == catalog.Rank) {
		precision = min(precision, int(math.Round(math.Log10(m.scaleOf(i, of).factor))))
	}
	return max(precision, 0)
}

// precision is one decimal in the Chinese unit, and as much in any other.
func (m *manner) precision(i *catalog.Indicator, of figure.Measure) int {
	if of.Growth() {
		return 1
	}
	return 1 + int(math.Round(math.Log10(m.scaleOf(i, of).factor))) - i.DisplayPower()
}
