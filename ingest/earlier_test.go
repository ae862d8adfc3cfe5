package ingest

import (
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
)

func TestWhatWasSettledBeforeThereWasALedgerStaysSoWhenTheWorkerThatBeginsItDies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ackWait(500 * time.Millisecond)
	var seqs []uint64
	for _, p := range []string{"2023-01", "2023-02", "2023-03"} {
		seqs = append(seqs, s.publish(container(p, "280")))
	}
	earlier := s.startStopped()
	last, err := earlier.message(s.ctx, seqs[2], "")
	if err != nil {
		t.Fatal(err)
	}
	refused := last.reject(&figure.Problem{Code: "figure/jump", Reason: "was implausible then"})
	if err := storeRejects(s.ctx, s.js, []*Reject{refused}); err != nil {
		t.Fatal(err)
	}
	first := s.startStopped()
	first.decided(s.ctx, t, s.take(first, 1)) // and dies
	s.startWorker()
	s.idle()
	wantLines(t, s.values(), "2023-01 2800000", "2023-02 2800000")
	if rejects := s.rejects(); len(rejects) != 1 || rejects[0].Seq != seqs[2] {
		t.Errorf("%d rejects", len(rejects))
	}
	s.wantBalance()
}
