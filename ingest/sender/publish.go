package sender

import (
	"context"
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
	// window is the number of figures that may be waiting for NATS's answer.
	window = 1024
	// attempts is how often a figure is sent before giving up.
	attempts = 4
	// patience is how long to wait for an answer before probing for the reason.
	patience = time.Second
)

// Settled is called once for every figure of a submission when its outcome is
// known, with the reference it was sent with, and the reason for the refusal or
// the warning, if any. It may be called from several goroutines, one at a time.
type Settled func(ref int64, o ingest.Outcome, p *figure.Problem)

// Submission sends the figures of one push and learns their outcomes. A figure
// with the same content as one sent shortly before is not sent twice; it gets
// the outcome from the first one's receipt. Only one goroutine may send.
type Submission struct {
	ID     string // the end of the receipts' subject
	Sender string // who sends, as ingest.SenderName returns it; set before anything is sent

	js       jetstream.JetStream
	figures  jetstream.Stream
	receipts jetstream.Stream
	settled  Settled
	stop     context.CancelFunc
	ctx      context.Context // of everything in the background

	slots     chan struct{} // holds a token for each figure that waits for NATS's answer
	queue     chan sending  // in the order sent, with room for all of them
	done      chan struct{} // closed when all answers have been collected
	repeats   sync.WaitGroup
	telling   sync.Mutex // held while settled is called
	mu        sync.Mutex
	failed    error             // the first error
	stored    int               // figures that are in FIGURES
	waiting   map[uint64][]wait // figures without a receipt, by sequence
	unclaimed map[uint64]fate   // receipts that arrived before NATS's answer
	reading   map[string]bool   // submissions whose receipts are read
	progress  chan struct{}     // holds a token when something was settled
}

type sending struct {
	future jetstream.PubAckFuture
	msg    *nats.Msg
	ref    int64
	again  bool // it was sent more than once, because NATS did not answer

	// answered marks an entry from Settle, which sends nothing: it is closed when
	// everything before it has been answered.
	answered chan struct{}
}

// wait is a figure that waits for a receipt. A repeated figure waits for the
// receipt of the first one.
type wait struct {
	ref    int64
	repeat *nats.Msg // nil for a first sending
}

type fate struct {
	outcome ingest.Outcome
	problem *figure.Problem
}

// NewSubmission begins a submission; call Close at its end. Its background work
// ends when ctx does. The error says that a stream is missing or may not be read.
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
		ID: ingest.NewSubmissionID(),
		js: js, figures: stream, settled: settled,
		slots: make(chan struct{}, window), queue: make(chan sending, window), done: make(chan struct{}),
		waiting: map[uint64][]wait{}, unclaimed: map[uint64]fate{}, reading: map[string]bool{},
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

// messageID returns the same id for the same content, so that JetStream
// recognises a file that is pushed twice.
func messageID(subject string, body []byte) string {
	h := sha256.New()
	h.Write([]byte(subject))
	h.Write([]byte{0})
	h.Write(body)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:18])
}

// Send publishes a figure of the agency, in order, without waiting for NATS's
// answer. ref is passed to Settled, and beside is the header that describes the
// rest of the file. After an error nothing more can be sent.
func (s *Submission) Send(ctx context.Context, f *figure.Figure, agency string, ref int64, beside string) error {
	msg := s.message(f, agency, ref, beside)
	// Everything that can fail comes before publishing, because collect waits for
	// the answer to every published message.
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

// message returns the message of FIGURES for a figure.
func (s *Submission) message(f *figure.Figure, agency string, ref int64, beside string) *nats.Msg {
	msg := nats.NewMsg(f.Subject(agency))
	msg.Data = f.AppendJSON(nil)
	msg.Header.Set(ingest.HeaderSubmission, s.ID)
	msg.Header.Set(ingest.HeaderRef, strconv.FormatInt(ref, 10))
	msg.Header.Set(nats.MsgIdHdr, messageID(msg.Subject, msg.Data))
	if s.Sender != "" {
		msg.Header.Set(ingest.HeaderSender, s.Sender)
	}
	if beside != "" {
		msg.Header.Set(ingest.HeaderBeside, beside)
	}
	return msg
}

// Flush waits until NATS has stored everything that was sent; nothing can be sent
// after it. The error says why some figures are not stored.
func (s *Submission) Flush(ctx context.Context) error {
	close(s.queue)
	select {
	case <-s.done:
		return s.err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Await waits, after Flush, for the receipts of all figures, until none has
// arrived for the given patience. It returns the number of missing receipts; those
// figures are stored and will be settled, but their outcome is not known yet.
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

// Close ends the background work.
func (s *Submission) Close() { s.stop() }

// Waiting returns the number of stored figures without a receipt.
func (s *Submission) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, w := range s.waiting {
		n += len(w)
	}
	return n
}

// Stored returns how many of the figures sent are in FIGURES, including those
// that were there before.
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

// collect processes NATS's answers in the order of sending.
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

// repeat handles a figure whose content JetStream has already stored, at
// sequence first. If that is still the newest message on its cell, its receipt
// answers for the figure. If another value came in between, the figure is a
// revision back to the former value and is sent under another id. A figure that
// names its publication date is never sent again: it is that same publication.
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
		s.readReceipts(submission)
		return nil
	}
}

// isArchive reports whether the figure in the message names its publication date.
func isArchive(msg *nats.Msg) bool {
	f, err := figure.Decode(msg.Data)
	return err == nil && f.Published != ""
}

// isOwn reports whether the message at sequence first is this very message, whose
// answer was lost, and if so awaits its receipt.
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

// repeatUnreceipted handles the repetition of a figure that another program sent
// without a submission, so that there is no receipt. REJECTS shows whether it was
// refused.
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

// sendAnew sends a message again under an id with the suffix.
func (s *Submission) sendAnew(msg *nats.Msg, ref int64, suffix string) error {
	anew := nats.NewMsg(msg.Subject)
	anew.Data = msg.Data
	anew.Header.Set(ingest.HeaderSubmission, s.ID)
	anew.Header.Set(ingest.HeaderRef, strconv.FormatInt(ref, 10))
	for _, key := range []string{ingest.HeaderSender, ingest.HeaderBeside} {
		if text := msg.Header.Get(key); text != "" {
			anew.Header.Set(key, text)
		}
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
