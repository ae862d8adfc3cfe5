package queryapi

import (
	"time"

	"github.com/tidemark-stats/tidemark/exporter/queryapi/engine"
	"github.com/tidemark-stats/tidemark/exporter/queryapi/series"
)

// api is what the handlers of all paths share.
type api struct {
	engine *engine.Engine
	parser engine.Parser
	data   *series.Source
	now    func() time.Time
	limits Limits
}
