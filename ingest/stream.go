package ingest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

// The streams, and the durable consumer that all workers share.
const (
	FiguresStream  = "FIGURES"
	RejectsStream  = "REJECTS"
	ReceiptsStream = "RECEIPTS"
	PendingStream  = "PENDING" // package pending
	WorkerConsumer = "ingest"
)

// HeaderSubmission is the header of a message in FIGURES that groups the
// figures of one push.
const HeaderSubmission = "Tidemark-Submission"

// HeaderRef tells the figures of one submission apart, so that a sender that
// got no answer from NATS recognises its own message when it sends it again.
const HeaderRef = "Tidemark-Ref"

// HeaderSender is the name of the person or program that sent a figure, as the
// sender gave it. NATS does not prove it: a desk sets it to the person who signed
// in, a push to what it was told.
const HeaderSender = "Tidemark-Sender"

// HeaderBeside describes what else is in the figure's file, in the form of
// rules.Beside.
const HeaderBeside = "Tidemark-Beside"

// MaxBeside is the maximum length of that header in bytes; a longer one is
// ignored.
const MaxBeside = 4096

// MaxMessage is the maximum size of a message of FIGURES in bytes, of which 4096 are
// for the headers.
const MaxMessage = figure.MaxBody + 4096

// AckTimeout is how long NATS may take to store a message.
const AckTimeout = 10 * time.Second

const (
	rejectsPrefix = "rejects."
	// PendingPrefix begins the subjects of PENDING.
	PendingPrefix = "pending."
	// ReceiptsPrefix followed by a submission's ID is the subject of its receipts.
	ReceiptsPrefix = "receipts."

	// AckWait is how long the consumer waits for an acknowledgement before it
	// redelivers a message.
	AckWait = 30 * time.Second
	// maxAckPending has to exceed what all workers together hold, or some of
	// them would wait for the others.
	maxAckPending = 50_000
	// receiptsAge is how long a receipt can be looked up. FIGURES and REJECTS
	// are kept for ever, so nothing is lost with it.
	receiptsAge = 400 * 24 * time.Hour
	// dedupWindow is the time within which NATS drops a message with the same
	// id. It is short to save memory on the NATS server; after it the worker
	// finds that a repeated figure is unchanged.
	dedupWindow = 2 * time.Minute
)

func streamConfigs(replicas int) []jetstream.StreamConfig {
	all := []jetstream.StreamConfig{{
		Name:        FiguresStream,
		Description: "every figure ever sent: the replayable source of truth",
		Subjects:    []string{figure.SubjectPrefix + ".>"},
		Duplicates:  dedupWindow,
		MaxMsgSize:  MaxMessage,
		DenyDelete:  true,
		DenyPurge:   true,
		// What was held back is released in one batch, all or nothing.
		AllowAtomicPublish: true,
	}, {
		Name:        RejectsStream,
		Description: "figures that were refused, with the reason",
		Subjects:    []string{rejectsPrefix + ">"},
		// Each refused message has its own subject, so that rejecting it again
		// after a crash replaces the reject instead of adding another.
		MaxMsgsPerSubject: 1,
	}, {
		Name:        ledger.Stream,
		Description: "what was decided on every figure, once",
		Subjects:    []string{ledger.Subject},
		DenyDelete:  true,
		DenyPurge:   true,
	}, {
		Name:        ReceiptsStream,
		Description: "what became of the figures of each submission",
		Subjects:    []string{ReceiptsPrefix + "*"},
		MaxAge:      receiptsAge,
	}, {
		Name:        PendingStream,
		Description: "submissions that wait for review or for their moment",
		Subjects:    []string{PendingPrefix + ">"},
		Duplicates:  dedupWindow,
		// Every subject is written once, so that nobody changes what was approved.
		MaxMsgsPerSubject:    1,
		Discard:              jetstream.DiscardNew,
		DiscardNewPerSubject: true,
		DenyDelete:           true,
		DenyPurge:            true,
	}}
	for i := range all {
		c := &all[i]
		c.Storage, c.Retention, c.Replicas, c.AllowDirect = jetstream.FileStorage, jetstream.LimitsPolicy, replicas, true
	}
	return all
}

// ConsumerConfig is the configuration of the consumer that all workers share.
func ConsumerConfig() jetstream.ConsumerConfig {
	return jetstream.ConsumerConfig{
		Durable:       WorkerConsumer,
		Description:   "the ingest workers",
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       AckWait,
		MaxDeliver:    -1, // redeliver until the figure is settled
		MaxAckPending: maxAckPending,
	}
}

// Setup creates the streams and the consumer that are missing and verifies
// those that exist; of these it changes only that FIGURES allows atomic batches.
// Each returned line says what was found or done. The error
// names the setting of an existing stream that would lose figures.
func Setup(ctx context.Context, js jetstream.JetStream, replicas int) (done []string, err error) {
	for _, want := range streamConfigs(replicas) {
		stream, err := js.Stream(ctx, want.Name)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			if _, err := js.CreateStream(ctx, want); err != nil {
				return done, fmt.Errorf("make stream %s: %w", want.Name, err)
			}
			done = append(done, fmt.Sprintf("NATS: created stream %s, replicas %d", want.Name, replicas))
			continue
		}
		if err != nil {
			return done, fmt.Errorf("look up stream %s: %w", want.Name, err)
		}
		got := stream.CachedInfo().Config
		if err := verifyStream(want, got); err != nil {
			return done, err
		}
		if want.AllowAtomicPublish && !got.AllowAtomicPublish {
			got.AllowAtomicPublish = true
			if _, err := js.UpdateStream(ctx, got); err != nil {
				return done, fmt.Errorf("allow atomic batches on stream %s, which needs NATS 2.12 or later: %w", want.Name, err)
			}
			done = append(done, fmt.Sprintf("NATS: stream %s now allows atomic batches", want.Name))
			continue
		}
		done = append(done, fmt.Sprintf("NATS: stream %s is as it should be", want.Name))
	}
	line, err := setupConsumer(ctx, js)
	if err != nil {
		return done, err
	}
	return append(done, line), nil
}

// setupConsumer creates the workers' consumer, or verifies the settings that
// keep figures safe. The ack wait is left to the site.
func setupConsumer(ctx context.Context, js jetstream.JetStream) (string, error) {
	consumer, err := js.Consumer(ctx, FiguresStream, WorkerConsumer)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		if _, err := js.CreateConsumer(ctx, FiguresStream, ConsumerConfig()); err != nil {
			return "", fmt.Errorf("make consumer %s: %w", WorkerConsumer, err)
		}
		return fmt.Sprintf("NATS: created consumer %s", WorkerConsumer), nil
	}
	if err != nil {
		return "", fmt.Errorf("look up consumer %s: %w", WorkerConsumer, err)
	}
	got := consumer.CachedInfo().Config
	if got.AckPolicy != jetstream.AckExplicitPolicy || got.MaxDeliver > 0 || got.FilterSubject != "" || len(got.FilterSubjects) > 0 {
		return "", fmt.Errorf("consumer %s would lose figures: it needs explicit acknowledgement, no delivery limit and no filter; delete it with `nats consumer rm %s %s` and run tidemark init again",
			WorkerConsumer, FiguresStream, WorkerConsumer)
	}
	return fmt.Sprintf("NATS: consumer %s is as it should be", WorkerConsumer), nil
}

// verifyStream compares the settings that keep figures safe; all others are
// left to the site.
func verifyStream(want, got jetstream.StreamConfig) error {
	limit := func(n int64) string {
		if n <= 0 {
			return "none"
		}
		return strconv.FormatInt(n, 10)
	}
	for _, c := range []struct{ setting, want, got string }{
		{"subjects", fmt.Sprint(want.Subjects), fmt.Sprint(got.Subjects)},
		{"storage", want.Storage.String(), got.Storage.String()},
		{"retention", want.Retention.String(), got.Retention.String()},
		{"max age", want.MaxAge.String(), got.MaxAge.String()},
		{"max messages", limit(want.MaxMsgs), limit(got.MaxMsgs)},
		{"max bytes", limit(want.MaxBytes), limit(got.MaxBytes)},
		{"max messages per subject", limit(want.MaxMsgsPerSubject), limit(got.MaxMsgsPerSubject)},
		{"discard new per subject", strconv.FormatBool(want.DiscardNewPerSubject), strconv.FormatBool(got.DiscardNewPerSubject)},
		{"allow direct", strconv.FormatBool(want.AllowDirect), strconv.FormatBool(got.AllowDirect)},
	} {
		if c.want != c.got {
			return fmt.Errorf("stream %s has %s %s where tidemark needs %s; change it with `nats stream edit %s`", want.Name, c.setting, c.got, c.want, want.Name)
		}
	}
	return nil
}
