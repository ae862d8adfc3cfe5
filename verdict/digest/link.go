package digest

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict"
)

// linkYears is how many years before the verdict the linked page shows.
const linkYears = 3

// link opens the page of a target in Grafana as it was at the time of the verdict;
// empty without an address of Grafana.
func link(grafana string, s *verdict.State, l lang.Language) string {
	if grafana == "" {
		return ""
	}
	page := "tidemark-indicator"
	if l == lang.English {
		page += "-en"
	}
	millis := func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
	return strings.TrimSuffix(grafana, "/") + "/d/" + page + "?" + url.Values{
		"var-indicator": {s.Target.Indicator.Code}, "var-area": {s.Target.Area.Code}, "var-category": {s.Category}, "var-target": {s.Target.ID},
		"from": {millis(s.At.AddDate(-linkYears, 0, 0))}, "to": {millis(s.At)},
	}.Encode()
}
