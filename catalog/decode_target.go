package catalog

import (
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/tidemark-stats/tidemark/figure"
)

// targetRule says which keys a kind of target requires, which others it
// allows, and on which kinds of indicators it can be judged.
type targetRule struct {
	kind       TargetKind
	need, may  []string
	indicators []Kind
}

// targetRules are in the order of the documentation. A by that may be open is
// still required, so that a forgotten deadline is noticed.
var targetRules = []targetRule{
	{AnnualTotal, []string{"by"}, []string{"base", "base_value", "tolerance"}, []Kind{Flow}},
	{LevelBy, []string{"by"}, []string{"base", "base_value", "tolerance"}, []Kind{Stock, Average, Ratio}},
	{Growth, []string{"by"}, []string{"measure", "tolerance"}, []Kind{Flow, Stock, Average}},
	{RankBy, []string{"by"}, []string{"from", "kept"}, []Kind{Rank}},
	{Cumulative, []string{"from", "by"}, []string{"tolerance"}, []Kind{Flow}},
	{Multiple, []string{"base", "by"}, []string{"base_value", "tolerance"}, []Kind{Flow, Stock, Average}},
	{Floor, nil, []string{"from", "by", "measure", "per", "record", "each_month"}, []Kind{Flow, Stock, Average, Ratio}},
	{Ceiling, nil, []string{"from", "by", "measure", "per", "each_month"}, []Kind{Flow, Stock, Average, Ratio}},
}

func (d *decoder) target(n *yaml.Node) {
	m, id := d.open(n, "target", "id")
	if id == "" {
		return
	}
	m.token("id", id)
	t := &Target{ID: id, Name: m.name("name"), Wording: m.needText("wording"), Source: m.needText("source"),
		Kept: m.yes("kept"), Record: m.yes("record"), EachMonth: m.yes("each_month")}
	t.Indicator = lookup(m, "indicator", d.cat.indicators)
	t.Area = lookup(m, "area", d.cat.areas)
	known := make([]string, len(targetRules))
	for k, rule := range targetRules {
		known[k] = string(rule.kind)
	}
	t.Kind = TargetKind(m.oneOf("kind", known))
	for _, rule := range targetRules {
		if rule.kind == t.Kind {
			d.targetKeys(m, t, rule)
		}
	}
	d.targetCell(m, t)
	d.targetValues(m, t)
	d.targetTime(m, t)
	if m.has("per") {
		t.PerDay = m.oneOf("per", []string{"day"}) == "day"
	}
	if m.has("since") {
		d.since(m, t)
	}
	if keep(m, "id", d.cat.targets, id, t) {
		d.cat.Targets = append(d.cat.Targets, t)
	}
}

// since reads the later versions of a target. The target's own values held
// first; a version inherits what it does not state from the one before it. The
// catalogue's target is the last of them.
func (d *decoder) since(m mapping, t *Target) {
	first := *t
	versions := []*Target{&first}
	for _, n := range m.list("since") {
		v, ok := d.mapping(n, "version")
		if !ok {
			continue
		}
		v.label = m.label + ": since"
		last := versions[len(versions)-1]
		next := *last
		if next.Since, ok = v.day("day"); ok && !next.Since.After(last.Since) {
			v.errorf("day", "day %s is not after the one before it", v.text("day"))
		}
		if !v.has("value") && !v.has("wording") {
			d.errorf(n, "%s: changes nothing, give value or wording", v.label)
		}
		if v.has("value") {
			next.Written = v.text("value")
			next.Value = v.goal(t)
		}
		if v.has("wording") {
			next.Wording = v.text("wording")
		}
		if v.has("source") {
			next.Source = v.text("source")
		}
		versions = append(versions, &next)
	}
	*t = *versions[len(versions)-1]
	versions[len(versions)-1] = t
	become(versions)
}

// targetKeys checks the keys and the indicator against the target's kind.
func (d *decoder) targetKeys(m mapping, t *Target, rule targetRule) {
	for _, key := range rule.need {
		m.need(key)
	}
	for _, key := range []string{"from", "by", "base", "base_value", "tolerance", "kept", "per", "record", "each_month", "measure"} {
		if m.has(key) && !slices.Contains(rule.need, key) && !slices.Contains(rule.may, key) {
			m.errorf(key, "%s is not allowed for a target of kind %s, remove it", key, t.Kind)
		}
	}
	if t.Indicator != nil && t.Indicator.Kind != "" && !slices.Contains(rule.indicators, t.Indicator.Kind) {
		m.errorf("kind", "kind %s cannot be judged on %s, which is %s", t.Kind, t.Indicator.Code, t.Indicator.Kind.article())
	}
}

// targetCell reads on which cells the target is judged.
func (d *decoder) targetCell(m mapping, t *Target) {
	t.Category = figure.Total
	if m.has("category") {
		t.Category = m.text("category")
	}
	if t.Kind == Growth {
		t.Measure = figure.YoY
	}
	if s := m.text("measure"); s != "" {
		measure, err := figure.ParseMeasure(s)
		if err != nil {
			m.errorf("measure", "measure %s", because(err))
		} else {
			t.Measure = measure
		}
	}
	i := t.Indicator
	if i == nil {
		return
	}
	if t.Area != nil && !i.HasArea(t.Area.Code) {
		m.errorf("area", "area %s does not report %s", t.Area.Code, i.Code)
	}
	each := t.Category == AnyCategory && (len(i.Categories) > 1 || i.Categories[0] == AnyCategory)
	if !each && !i.HasCategory(t.Category) {
		m.errorf("category", "category %q is not a category of %s%s", t.Category, i.Code, didYouMean(t.Category, i.Categories))
	}
	switch {
	case len(i.Measures) == 0: // already reported with the indicator
	case t.Kind == Growth && !i.Publishes(figure.YoY) && !i.Publishes(figure.YTDYoY):
		m.errorf("kind", "a growth target needs yoy or ytd_yoy, but %s publishes neither", i.Code)
	case t.Kind == Growth && !t.Measure.Growth():
		m.errorf("measure", "a growth target is judged on yoy or ytd_yoy, not on %s", t.Measure)
	case !i.Publishes(t.Measure):
		m.errorf("measure", "measure %s is not published for %s", t.Measure, i.Code)
	}
}

// targetValues reads the value and the keys related to it.
func (d *decoder) targetValues(m mapping, t *Target) {
	t.Written = m.needText("value")
	var unit *Unit
	if t.Indicator != nil {
		unit = t.Indicator.UnitOf(t.Measure)
	}
	t.Value = m.goal(t)
	var ok bool
	if t.BaseValue, ok = m.quantity("base_value", unit); ok && t.BaseValue.Sign() <= 0 {
		m.errorf("base_value", "base_value %s must be above zero", m.text("base_value"))
	}
	if ok && !m.has("base") {
		m.errorf("base_value", "base_value needs the base period it belongs to")
	}
	if percent, ok := m.quantity("tolerance", d.percent()); ok {
		t.Tolerance = percent.Shift(-2)
		if t.Tolerance.Sign() <= 0 || t.Tolerance.Cmp(figure.NewDecimal(1, 0)) >= 0 {
			m.errorf("tolerance", "tolerance %s must be between 0 %% and 100 %%", m.text("tolerance"))
		}
	}
}

// goal reads the value of a target or of a version of it.
func (m mapping) goal(t *Target) (value figure.Decimal) {
	var ok bool
	switch {
	case t.Kind == Multiple:
		value, ok = m.number("value")
	case t.Indicator != nil:
		value, ok = m.quantity("value", t.Indicator.UnitOf(t.Measure))
	}
	if ok && value.Sign() <= 0 && !t.belowZero() {
		m.errorf("value", "value %s must be above zero", m.text("value"))
	}
	return value
}

// belowZero reports whether zero or less can be a goal: a limit from above, a
// growth that no period may fall short of, or a value of an indicator that is
// plausible below zero.
func (t *Target) belowZero() bool {
	i := t.Indicator
	switch {
	case t.Kind == Multiple || t.Kind == RankBy || i.Kind == Rank:
		return false
	case t.Kind == Ceiling || i.LowerIsBetter || t.Kind == Floor && t.Measure.Growth():
		return true
	case t.Measure.Growth() || t.Area == nil || len(i.Frequencies) == 0:
		return false
	}
	r, ok := i.Plausible(t.Area.Code, t.Measure, i.Frequency())
	return ok && r.Min.Sign() < 0
}

// openDeadline is the value of by for a target without a deadline.
const openDeadline = "open"

// targetTime reads the periods for which the target holds.
func (d *decoder) targetTime(m mapping, t *Target) {
	t.From, t.Base = m.period("from"), m.period("base")
	t.Open = m.has("by") && m.text("by") == openDeadline
	switch {
	case t.Open && (t.Kind == Floor || t.Kind == Ceiling):
		m.errorf("by", "a %s without a deadline has no by, remove it", t.Kind)
	case t.Open && t.Kind == Growth:
		m.errorf("by", "a growth target cannot be open, it needs the period whose growth is judged")
	case !t.Open:
		t.By = m.period("by")
	}
	if t.By.IsZero() {
		return
	}
	if t.Kind == AnnualTotal && t.By.Frequency() != figure.Annual {
		m.errorf("by", "by %s must be a year for an annual total", t.By)
	}
	if !t.From.IsZero() && t.From.Start().After(t.By.Start()) {
		m.errorf("from", "from %s is after by %s", t.From, t.By)
	}
	if !t.Base.IsZero() && !t.Base.Start().Before(t.By.Start()) {
		m.errorf("base", "base %s is not before by %s", t.Base, t.By)
	}
}
