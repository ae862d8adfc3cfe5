package sender

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
)

const (
	// window is how many figures are under way to NATS at once.
	window = 1024
	// attempts is how often NATS is asked to store one.
	attempts = 4
	// patience is after how long without an answer NATS is asked why.
	patience = time.Second
)

// Settled is called once for every figure of a submission whose fate is
// known, with the reference it was sent with, and with why it was refused or
// what is unusual about it. It may be called from several goroutines, one at a
// time.
type Settled func(ref int64, o ingest.Outcome, p *figure.Problem)

// Submission sends the figures of one push and learns what became of them.
// A figure whose content was sent shortly before is not sent twice: the first
// sending's receipt answers for it. One goroutine sends.
type Submission struct {
	ID string // in the subject of the receipts

	js       jetstream.JetStream
	figures  jetstream.Stream
	receipts jetstream.Stream
	settled  Settled
	stop     context.CancelFunc
	ctx      context.Context // of everything in the background

	slots     chan struct{} // one for each figure under way
	queue     chan sending  // in the order sent, with room for all of them
	done      chan struct{}
	repeats   sync.WaitGroup
	telling   sync.Mutex // held while settled is called
	mu        sync.Mutex
	failed    error
	stored    int               // figures that are in FIGURES
	waiting   map[uint64][]wait // stored, by sequence
	unclaimed map[uint64]fate   // receipts that came before the answer of NATS
	followed  map[string]bool   // submissions whose receipts are followed
	progress  chan struct{}     // holds a token when something was settled
}

type sending struct {
	future jetstream.PubAckFuture
	msg    *nats.Msg
	ref    int64
	again  bool // it was sent more than once, because NATS did not answer

	answered chan struct{} // of Settle, which sends nothing: closed when all before it are answered
}

// wait is a figure that waits for a receipt. One that repeats an earlier
// sending is answered by that one's receipt.
type wait struct {
	ref    int64
	repeat *nats.Msg // nil for a first sending
}

type fate struct {
	outcome ingest.Outcome
	problem *figure.Problem
}

// NewSubmission begins a submission. The context ends everything it does in
// the background.
func NewSubmission(ctx context.Context, nc *nats.Conn, settled Settled) (*Submission, error) {
	js, err := jetstream.New(nc, jetstream.WithPublishAsyncMaxPending(2*window), jetstream.WithPublishAsyncTimeout(ingest.AckTimeout))
	if err != nil {
		return nil, fmt.Errorf("JetStream: %w", err)
	}
	stream, err := js.Stream(ctx, ingest.FiguresStream)
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w; is this the right NATS server, and was tidemark init run?", ingest.FiguresStream, err)
	}
	s := &Submission{
		ID: time.Now().UTC().Format("20060102T150405Z-") + rand.Text()[:10],
		js: js, figures: stream, settled: settled,
		slots: make(chan struct{}, window), queue: make(chan sending, window), done: make(chan struct{}),
		waiting: map[uint64][]wait{}, unclaimed: map[uint64]fate{}, followed: map[string]bool{},
		progress: make(chan struct{}, 1),
	}
	s.ctx, s.stop = context.WithCancel(ctx)
	if err := s.followOwn(); err != nil {
		s.stop()
		return nil, err
	}
	go s.collect()
	return s, nil
}

// messageID is the same for the same content, so that JetStream takes a file
// that is pushed twice for one push.
func messageID(subject string, body []byte) string {
	h := sha256.New()
	h.Write([]byte(subject))
	h.Write([]byte{0})
	h.Write(body)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:18])
}

// Send hands a figure of the agency to NATS, in order, and does not wait for
// the answer. The error is why sending has to end.
func (s *Submission) Send(ctx context.Context, f *figure.Figure, agency string, ref int64) error {
	return s.sendBeside(ctx, f, agency, ref, "")
}

// sendBeside sends a figure that was judged by the others of its file.
func (s *Submission) sendBeside(ctx context.Context, f *figure.Figure, agency string, ref int64, beside string) error {
	msg := nats.NewMsg(f.Subject(agency))
	msg.Data = f.AppendJSON(nil)
	msg.Header.Set(ingest.HeaderSubmission, s.ID)
	msg.Header.Set(ingest.HeaderRef, strconv.FormatInt(ref, 10))
	msg.Header.Set(nats.MsgIdHdr, messageID(msg.Subject, msg.Data))
	if beside != "" {
		msg.Header.Set(ingest.HeaderBeside, beside)
	}
	// What is sent is sure to be collected, so all that can fail comes first.
	if err := errors.Join(s.err(), ctx.Err()); err != nil {
		return err
	}
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	future, err := s.js.PublishMsgAsync(msg)
	if err != nil {
		<-s.slots
		return fmt.Errorf("send to NATS: %w", err)
	}
	s.queue <- sending{future: future, msg: msg, ref: ref}
	return nil
}

// Flush waits until NATS has stored everything that was sent; nothing can be
// sent after it. The error tells why some figures are not stored.
func (s *Submission) Flush(ctx context.Context) error {
	close(s.queue)
	select {
	case <-s.done:
		return s.err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Await waits, after Flush, for the receipts of all figures: as long as they
// go on coming within patience of each other. It gives how many are missing;
// those figures are stored and will be settled, but nobody can say how yet.
func (s *Submission) Await(ctx context.Context, patience time.Duration) (missing int) {
	for {
		if missing = s.Waiting(); missing == 0 {
			return 0
		}
		timer := time.NewTimer(patience)
		select {
		case <-s.progress:
			timer.Stop()
		case <-timer.C:
			return s.Waiting()
		case <-ctx.Done():
			timer.Stop()
			return s.Waiting()
		}
	}
}

// Close ends what runs in the background.
func (s *Submission) Close() { s.stop() }

// Waiting is how many stored figures have no receipt yet.
func (s *Submission) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, w := range s.waiting {
		n += len(w)
	}
	return n
}

// Stored is how many of the figures sent are in FIGURES, now or before.
func (s *Submission) Stored() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stored
}

// count counts a figure that is in FIGURES.
func (s *Submission) count() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stored++
}

func (s *Submission) err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

func (s *Submission) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil {
		s.failed = err
	}
}

// collect takes NATS's answers in the order of sending.
func (s *Submission) collect() {
	defer close(s.done)
	limit := make(chan struct{}, 64)
	for sent := range s.queue {
		if sent.answered != nil {
			close(sent.answered)
			continue
		}
		ack, err := s.answer(&sent)
		<-s.slots
		switch {
		case err != nil:
			s.fail(err)
		case !ack.Duplicate:
			s.count()
			s.await(ack.Sequence, wait{ref: sent.ref})
		default:
			limit <- struct{}{}
			s.repeats.Go(func() {
				defer func() { <-limit }()
				if err := s.repeat(ack.Sequence, sent); err != nil {
					s.fail(err)
					return
				}
				s.count()
			})
		}
	}
	s.repeats.Wait()
}

// repeat decides what a figure is whose content JetStream has seen before,
// at sequence first. When that is still the newest word on its cell, the
// first sending's receipt answers. When another value came between, this one
// is a revision back to the former value and is sent under an id of its own;
// but a figure that names its publication is that publication, for ever.
func (s *Submission) repeat(first uint64, sent sending) error {
	if sent.again {
		if own, err := s.isOwn(first, sent); own || err != nil {
			return err
		}
	}
	last, err := s.figures.GetLastMsgForSubject(s.ctx, sent.msg.Subject)
	if err != nil {
		return fmt.Errorf("look up the newest figure on %s: %w", sent.msg.Subject, err)
	}
	original := last
	if last.Sequence != first {
		if !isArchive(sent.msg) {
			return s.sendAnew(sent.msg, sent.ref, fmt.Sprintf("after-%d", last.Sequence))
		}
		if original, err = s.figures.GetMsg(s.ctx, first); err != nil {
			return fmt.Errorf("look up the figure of sequence %d: %w", first, err)
		}
	}
	w := wait{ref: sent.ref, repeat: sent.msg}
	switch submission := original.Header.Get(ingest.HeaderSubmission); submission {
	case "":
		return s.repeatUnreceipted(first, w)
	case s.ID:
		s.awaitOwn(first, w)
		return nil
	default:
		s.await(first, w)
		s.follow(submission)
		return nil
	}
}

// isArchive tells whether the figure in the message names its publication.
func isArchive(msg *nats.Msg) bool {
	f, err := figure.Decode(msg.Data)
	return err == nil && f.Published != ""
}

// isOwn tells whether the message at sequence first is this very sending,
// whose answer was lost on the way, and awaits its receipt if it is.
func (s *Submission) isOwn(first uint64, sent sending) (bool, error) {
	msg, err := s.figures.GetMsg(s.ctx, first)
	if err != nil {
		return false, fmt.Errorf("look up the figure of sequence %d: %w", first, err)
	}
	if msg.Header.Get(ingest.HeaderSubmission) != s.ID || msg.Header.Get(ingest.HeaderRef) != sent.msg.Header.Get(ingest.HeaderRef) {
		return false, nil
	}
	s.await(first, wait{ref: sent.ref})
	return true, nil
}

// repeatUnreceipted is for the repetition of a figure that another program
// sent without asking for a receipt. Whether it was refused can be looked up.
func (s *Submission) repeatUnreceipted(first uint64, w wait) error {
	rejects, err := s.js.Stream(s.ctx, ingest.RejectsStream)
	if err != nil {
		return fmt.Errorf("stream %s: %w", ingest.RejectsStream, err)
	}
	reject, _, err := ingest.FindReject(s.ctx, rejects, w.repeat.Subject, first)
	if err != nil {
		return err
	}
	if reject != nil {
		return s.sendAnew(w.repeat, w.ref, fmt.Sprintf("after-%d", first))
	}
	s.settle(first, w, fate{outcome: ingest.Unchanged})
	return nil
}

// sendAnew sends a message under an id that differs by the suffix.
func (s *Submission) sendAnew(msg *nats.Msg, ref int64, suffix string) error {
	anew := nats.NewMsg(msg.Subject)
	anew.Data = msg.Data
	anew.Header.Set(ingest.HeaderSubmission, s.ID)
	anew.Header.Set(ingest.HeaderRef, strconv.FormatInt(ref, 10))
	if beside := msg.Header.Get(ingest.HeaderBeside); beside != "" {
		anew.Header.Set(ingest.HeaderBeside, beside)
	}
	id, _, _ := strings.Cut(msg.Header.Get(nats.MsgIdHdr), ".")
	anew.Header.Set(nats.MsgIdHdr, id+"."+suffix)
	future, err := s.js.PublishMsgAsync(anew)
	if err != nil {
		return fmt.Errorf("send to NATS: %w", err)
	}
	sent := sending{future: future, msg: anew, ref: ref}
	ack, err := s.answer(&sent)
	if err != nil {
		return err
	}
	if ack.Duplicate {
		return s.repeat(ack.Sequence, sent)
	}
	s.await(ack.Sequence, wait{ref: ref})
	return nil
}
