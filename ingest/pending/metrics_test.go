package pending

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

func TestTheMetricsSayWhatIsHeldAndWhenTheNextReleaseIsDue(t *testing.T) {
	js := connect(t, enginetest.NATS(t))
	p, r := open(t, js), opened(t, js)
	must(t, r.pass(t.Context()))
	if got := testutil.ToFloat64(r.metrics.due); got != 0 {
		t.Errorf("due at %g although nothing is held", got)
	}
	at := time.Now().Add(time.Hour).Truncate(time.Second)
	for id, when := range map[string]time.Time{"late": at.Add(time.Hour), "early": at, "whenever": {}} {
		s := submission(id, 1)
		s.ReleaseAt = when
		must(t, p.Submit(t.Context(), s))
	}
	must(t, p.Approve(t.Context(), "late", "Wang", ""))
	must(t, r.pass(t.Context()))
	if got := testutil.ToFloat64(r.metrics.due); got != float64(at.Unix()) {
		t.Errorf("due at %g instead of %d", got, at.Unix())
	}
	for stage, want := range map[Stage]float64{Submitted: 2, Approved: 1, Returned: 0} {
		if got := testutil.ToFloat64(r.metrics.held.WithLabelValues(string(stage))); got != want {
			t.Errorf("%g are %s instead of %g", got, stage, want)
		}
	}
}

func TestEveryMetricOfTheReleaserIsOnTheReferencePageAndNoOther(t *testing.T) {
	registry := prometheus.NewRegistry()
	_, err := newMetrics(registry)
	must(t, err)
	enginetest.Explained(t, registry, "../../docs/metrics.md", "tidemark_pending_")
}
