package dashboards

import (
	"encoding/json"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// longest is how many months a chart of figures shows at first at most: nine
// years, the current one, and two more up to a later deadline.
const longest = 12 * 12

// nearby limits the tooltip of a chart to values near the cursor. Where a series
// has no value at the time of the cursor, Grafana would show its nearest one,
// from any other month. The SDK does not know the option.
func nearby(p *dashboard.Panel) error {
	if p.Type != "timeseries" && p.Type != "trend" {
		return nil
	}
	data, err := json.Marshal(p.Options)
	if err != nil {
		return err
	}
	var options map[string]any
	if err := json.Unmarshal(data, &options); err != nil {
		return err
	}
	tooltip, _ := options["tooltip"].(map[string]any)
	if tooltip == nil {
		tooltip = map[string]any{}
		options["tooltip"] = tooltip
	}
	tooltip["hoverProximity"] = reach(p)
	p.Options = options
	return nil
}

// reach is less than half the distance of two values of a chart, in pixels, on a
// page of 1366.
func reach(p *dashboard.Panel) int {
	plot := 1342/24*int(p.GridPos.W) - 80 // without the axis
	switch {
	case p.Type == "trend":
		return plot/12/2 - 1 // the months of a year
	case p.Datasource != nil && p.Datasource.Uid != nil && *p.Datasource.Uid == Scraped:
		return 10 // steps, which all series share
	}
	return max(plot/longest/2, 1)
}
