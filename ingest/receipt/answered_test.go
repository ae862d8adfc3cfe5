package receipt

import (
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

func TestAStatementNamesTheRuleThatTheSenderAnswered(t *testing.T) {
	d := ledger.Decision{Seq: 1, Outcome: ingest.Written, Confirmed: true, Answered: &figure.Problem{Code: "figure/unit-slip"}}
	if e := EntryOf("figures.port.x", nil, "王芳", 0, &d); e.Code != "figure/unit-slip" {
		t.Errorf("it names %q", e.Code)
	}
}
