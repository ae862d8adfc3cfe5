package dashboardstest

import (
	"math"
	"slices"
	"time"
)

// Tooltip is what is shown beside the cursor over a chart.
type Tooltip struct {
	At    time.Time   // where the cursor is
	Times []time.Time // of the values that it shows; one, if it does not mix periods
}

// Tooltips are those of a chart on a page of 1366 pixels, one for each time that
// has a value. Where a series has no value at the time of the cursor, Grafana
// shows its nearest one: at any distance, unless the panel limits it in pixels
// (tooltip.hoverProximity).
func (r Reader) Tooltips(p Panel, values map[string][]string, o Opened) (all []Tooltip, err error) {
	var series [][]time.Time
	for _, q := range p.Queries {
		a, err := r.Answer(q, values, o)
		if err != nil {
			return nil, err
		}
		if p.silent(q) {
			continue
		}
		for _, s := range a.Result {
			series = append(series, s.times())
		}
	}
	within := func(a, b time.Time) bool { return true }
	if p.HoverProximity != nil {
		pixel := time.Duration(float64(o.To.Sub(o.From)) / plotWidth(p))
		reach := time.Duration(*p.HoverProximity * float64(pixel))
		within = func(a, b time.Time) bool { return a.Sub(b).Abs() <= reach }
	}
	every := slices.Concat(series...)
	slices.SortFunc(every, time.Time.Compare)
	for _, at := range slices.CompactFunc(every, time.Time.Equal) {
		t := Tooltip{At: at}
		for _, times := range series {
			near := nearest(times, at)
			if within(near, at) && !slices.ContainsFunc(t.Times, near.Equal) {
				t.Times = append(t.Times, near)
			}
		}
		all = append(all, t)
	}
	return all, nil
}

// plotWidth is the width of a chart without its axis, on a page of 1366 pixels.
func plotWidth(p Panel) float64 { return 1342/24*float64(p.Width) - 80 }

// silent reports whether a tooltip does not show the results of the query.
func (p Panel) silent(q Query) bool {
	return slices.ContainsFunc(p.Fields, func(f Field) bool {
		from, _ := f.Set["custom.hideFrom"].(map[string]any)
		return f.Matcher == "byFrameRefID" && f.Name == q.Ref && from["tooltip"] == true
	})
}

func nearest(times []time.Time, at time.Time) (near time.Time) {
	least := time.Duration(math.MaxInt64)
	for _, t := range times {
		if d := t.Sub(at).Abs(); d < least {
			near, least = t, d
		}
	}
	return near
}
