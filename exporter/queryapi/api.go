package queryapi

import (
	"time"

	"github.com/tidemark-stats/tidemark/exporter/queryapi/eval"
	"github.com/tidemark-stats/tidemark/exporter/queryapi/series"
)

// api is what the handlers of all paths share.
type api struct {
	engine *eval.Engine
	parser eval.Parser
	data   *series.Source
	now    func() time.Time
	limits Limits
}
