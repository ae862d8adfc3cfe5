package dashboards

import (
	"time"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// pane is what all kinds of panels have in common.
type pane struct {
	title, about string
	source       string // History if empty
	width        uint32 // of 24
	height       uint32
	asks         []ask
	goodEmpty    bool   // being empty is good
	none         string // the text of an empty panel
}

// noFigures is the text of a panel for an indicator without figures.
func (m *maker) noFigures() string { return m.say("无数据", "no figures") }

// builder is the common interface of the builders of all kinds of panels; the
// SDK declares a separate type for each.
type builder[B any] interface {
	cog.Builder[dashboard.Panel]
	Title(string) B
	Description(string) B
	Datasource(common.DataSourceRef) B
	WithTarget(cog.Builder[variants.Dataquery]) B
	Span(uint32) B
	Height(uint32) B
	NoValue(string) B
}

// dress sets the title, description, size and queries of a panel.
func dress[B builder[B]](m *maker, b B, p pane) B {
	if p.source == "" {
		p.source = History
	}
	if p.goodEmpty {
		p.about += m.say("", " ") + m.in.of(goodWhenEmpty)
	}
	switch {
	case p.none != "":
	case p.goodEmpty:
		p.none = m.say("没有，一切正常", "nothing, all is well")
	default:
		p.none = m.noFigures()
	}
	b.Title(p.title).Description(p.about).Datasource(from(p.source)).Span(p.width).Height(p.height).NoValue(p.none)
	for _, a := range p.asks {
		a.expr = m.inOwnUnits(a.expr)
		b.WithTarget(a.query(p.source))
	}
	return b
}

// drawn is how the series of one query are drawn.
type drawn struct {
	ref string
	how []property
}

// chart draws series over time, with settings for each query.
func (m *maker) chart(p pane, unit string, looks ...drawn) *timeseries.PanelBuilder {
	b := dress(m, timeseries.NewPanelBuilder(), p).
		Legend(common.NewVizLegendOptionsBuilder().ShowLegend(true).Placement(common.LegendPlacementBottom).DisplayMode(common.LegendDisplayModeList)).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderNone)).
		LineWidth(2).ShowPoints(common.VisibilityModeAuto).FillOpacity(0).AxisBorderShow(false)
	sparse(b)
	if unit != "" {
		b.Unit(unit)
	}
	switch unit {
	case "percent":
		b.Decimals(1)
	case "locale":
		b.Decimals(2) // at most
	}
	for _, l := range looks {
		b.OverrideByQuery(l.ref, l.how)
	}
	return b
}

// aYearApart is a longer time than there is between two figures of a series.
const aYearApart = 400 * 24 * time.Hour

// sparse draws values that are further apart than the step of the data source.
// Grafana would insert a null for each step between them: bars would be as thin
// as a step, and a point beside nulls invisible. These settings are defaults of
// the panel and not of the series that are bars, because an axis with settings
// of its own is a second axis.
func sparse(b *timeseries.PanelBuilder) *timeseries.PanelBuilder {
	apart := float64(aYearApart.Milliseconds())
	return b.InsertNulls(common.BoolOrFloat64{Float64: &apart}).AxisSoftMin(0).
		BarAlignment(common.BarAlignmentAfter).BarWidthFactor(0.8)
}

// tiles shows the newest value of each series as a number.
func (m *maker) tiles(p pane, unit string, looks ...drawn) *stat.PanelBuilder {
	b := dress(m, stat.NewPanelBuilder(), p).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"}).Values(false)).
		TextMode(common.BigValueTextModeValueAndName).ColorMode(common.BigValueColorModeNone).
		GraphMode(common.BigValueGraphModeNone).WideLayout(false).Orientation(common.VizOrientationAuto).
		Text(common.NewVizTextDisplayOptionsBuilder().TitleSize(float64(m.pixels(14, 12))).ValueSize(36)) // or the longest name would decide
	if unit != "" {
		b.Unit(unit)
	}
	for _, l := range looks {
		b.OverrideByQuery(l.ref, l.how)
	}
	return b
}

// transformation is a step between the query result and the panel.
func transformation(id string, options any) dashboard.DataTransformerConfig {
	return dashboard.DataTransformerConfig{Id: id, Options: options}
}

// sorted orders the rows of a table by a field, identified by its name before
// it has its heading.
func sorted(field string, falling bool) dashboard.DataTransformerConfig {
	return transformation("sortBy", map[string]any{
		"fields": map[string]any{}, "sort": []any{map[string]any{"field": field, "desc": falling}}})
}
