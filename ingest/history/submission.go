package history

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

// Submission sums up the receipts of a submission.
type Submission struct {
	ID       string                 `json:"submission"`
	Stored   time.Time              `json:"stored"`           // when its first message was stored in FIGURES
	Settled  time.Time              `json:"settled"`          // when its last receipt was written
	Agency   string                 `json:"agency"`           // of its first message
	Sender   string                 `json:"sender,omitempty"` // of its first message
	Counts   map[ledger.Outcome]int `json:"counts"`
	Unusual  int                    `json:"unusual,omitempty"`  // figures with a warning
	Answered int                    `json:"answered,omitempty"` // figures by which the sender stood in spite of a problem

	outcomes map[uint64]outcome // by sequence; the first receipt of a message counts
}

type outcome struct {
	is       ledger.Outcome
	problem  *figure.Problem
	answered bool
}

// Submissions lists the submissions that have receipts, the newest first; NATS keeps
// receipts for 400 days. limit is how many, 0 for all. The error is from NATS.
func Submissions(ctx context.Context, js jetstream.JetStream, limit int) ([]*Submission, error) {
	all := map[string]*Submission{}
	err := receipts(ctx, js, func(msg *jetstream.RawStreamMsg) {
		id := strings.TrimPrefix(msg.Subject, ingest.ReceiptsPrefix)
		if all[id] == nil {
			all[id] = newSubmission(id)
		}
		all[id].add(msg)
	})
	if err != nil {
		return nil, err
	}
	list := make([]*Submission, 0, len(all))
	for _, s := range all {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *Submission) int { return cmp.Or(b.Settled.Compare(a.Settled), strings.Compare(b.ID, a.ID)) })
	if limit > 0 && len(list) > limit {
		list = list[:limit]
	}
	for _, s := range list {
		if err := s.begin(ctx, js); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// receiptsPage is how many receipts are read at once.
const receiptsPage = 256

// receipts calls each for every message of RECEIPTS.
func receipts(ctx context.Context, js jetstream.JetStream, each func(*jetstream.RawStreamMsg)) error {
	fail := func(err error) error { return fmt.Errorf("read stream %s: %w", ingest.ReceiptsStream, err) }
	for next := uint64(1); ; {
		page, err := jetstreamext.GetBatch(ctx, js, ingest.ReceiptsStream, receiptsPage, jetstreamext.GetBatchSeq(next), jetstreamext.GetBatchMaxBytes(8<<20))
		if err != nil {
			return fail(err)
		}
		before := next
		for msg, err := range page {
			if errors.Is(err, jetstreamext.ErrNoMessages) {
				return nil
			}
			if err != nil {
				return fail(err)
			}
			each(msg)
			next = msg.Sequence + 1
		}
		if next == before {
			return fail(errors.New("NATS does not answer"))
		}
	}
}

func newSubmission(id string) *Submission {
	return &Submission{ID: id, Counts: map[ledger.Outcome]int{}, outcomes: map[uint64]outcome{}}
}

// add adds a receipt. One that cannot be decoded counts for nothing.
func (s *Submission) add(msg *jetstream.RawStreamMsg) {
	var r ingest.Receipt
	if json.Unmarshal(msg.Data, &r) != nil {
		return
	}
	answered := map[uint64]*figure.Problem{}
	for i := range r.Answered {
		answered[r.Answered[i].Seq] = &r.Answered[i].Problem
	}
	r.Each(func(seq uint64, is ledger.Outcome, p *figure.Problem) {
		if _, again := s.outcomes[seq]; again {
			return
		}
		o := outcome{is, p, false}
		if a := answered[seq]; a != nil {
			o = outcome{is, a, true}
			s.Answered++
		}
		if o.problem != nil && is != ledger.Refused && !o.answered {
			s.Unusual++
		}
		s.outcomes[seq] = o
		s.Counts[is]++
	})
	s.Settled = msg.Time.UTC()
}

// sequences are those of its messages, in order.
func (s *Submission) sequences() (all []uint64) {
	for seq := range s.outcomes {
		all = append(all, seq)
	}
	slices.Sort(all)
	return all
}

// begin reads who sent it, and when, from its first message.
func (s *Submission) begin(ctx context.Context, js jetstream.JetStream) error {
	all := s.sequences()
	if len(all) == 0 {
		return nil
	}
	first, err := step(ctx, js, all[0])
	if err == nil {
		s.Stored, s.Agency, s.Sender = first.Stored, first.Agency, first.Sender
	}
	return err
}

// step reads a message; what was removed by hand has its sequence alone.
func step(ctx context.Context, js jetstream.JetStream, seq uint64) (Step, error) {
	m, err := ingest.MessageFrom(ctx, js.Conn(), seq, "")
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return Step{Seq: seq}, nil
	case err != nil:
		return Step{}, unread(fmt.Errorf("read message %d of stream %s: %w", seq, ingest.FiguresStream, err))
	}
	return sent(m), nil
}

// Receipt is a submission with every figure in its receipts.
type Receipt struct {
	Submission
	Figures []Step `json:"figures"` // in the order of their sequences
}

// ReceiptOf returns the receipt of a submission so far, nil when there is none. The
// error is from NATS.
func ReceiptOf(ctx context.Context, js jetstream.JetStream, id string) (*Receipt, error) {
	r := &Receipt{Submission: *newSubmission(id)}
	if err := ingest.ReceiptMessages(ctx, js, id, func(msg *jetstream.RawStreamMsg) error { r.add(msg); return nil }); err != nil {
		return nil, err
	}
	all := r.sequences()
	if len(all) == 0 {
		return nil, nil
	}
	r.Figures = make([]Step, len(all))
	if err := ingest.Each(ctx, len(all), func(ctx context.Context, i int) error {
		s, err := step(ctx, js, all[i])
		if err != nil {
			return err
		}
		o := r.outcomes[all[i]]
		s.Outcome, s.Problem, s.Confirmed = o.is, o.problem, o.answered || s.Figure != nil && s.Figure.Confirmed
		s.Vintage = o.is != ledger.Refused && o.is != ledger.Unchanged
		r.Figures[i] = s
		return nil
	}); err != nil {
		return nil, err
	}
	first := &r.Figures[0]
	r.Stored, r.Agency, r.Sender = first.Stored, first.Agency, first.Sender
	return r, nil
}
