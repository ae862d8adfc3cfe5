package sender

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/pending"
)

// probeTimeout is how long the answer to a probe may take.
const probeTimeout = 2 * time.Second

// answer is the result of a probe.
type answer int

const (
	silent  answer = iota // no answer in time
	denied                // the account may not publish there
	reached               // a message from the account reaches the stream
)

// probe finds out whether messages on the subject reach FIGURES. It publishes a
// message that expects a stream of another name: if it gets through, the stream
// refuses it, and nothing is stored. Because the stream takes messages in order,
// everything sent earlier on the connection has then been stored or never will
// be.
func probe(ctx context.Context, nc *nats.Conn, subject string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	msg := nats.NewMsg(subject)
	msg.Reply = nc.NewInbox()
	msg.Header.Set(jetstream.ExpectedStreamHeader, "none")
	answers := make(chan *nats.Msg, 1)
	sub, err := nc.ChanSubscribe(msg.Reply, answers)
	if err != nil {
		return silent, err
	}
	defer func() { _ = sub.Unsubscribe() }() // fails only on a closed connection
	if err := nc.PublishMsg(msg); err != nil {
		return silent, err
	}
	// NATS reports a permission violation before it answers the flush.
	if err := nc.FlushWithContext(ctx); err == nil && refusedPublish(nc.LastError(), subject) {
		return denied, nil
	}
	select {
	case got := <-answers:
		if got.Header.Get("Status") == "503" { // no responders: the account has no route to the stream
			return denied, nil
		}
		return reached, nil
	case <-ctx.Done():
		return silent, nil
	}
}

// refusedPublish reports whether a connection's error is that its user may not
// publish on the subject.
func refusedPublish(err error, subject string) bool {
	return errors.Is(err, nats.ErrPermissionViolation) && strings.Contains(strings.ToLower(err.Error()), `"`+strings.ToLower(subject)+`"`)
}

// probeSubject is the subject on which an account is probed for an agency: below
// the agency's figures, but not the subject of any figure.
func probeSubject(agency string) string { return figure.SubjectPrefix + "." + agency + probeSuffix }

const probeSuffix = ".may"

// probeQuietly keeps refused probes from the connection's error handler, because
// they are expected answers.
func probeQuietly(nc *nats.Conn) {
	handle := nc.ErrorHandler()
	nc.SetErrorHandler(func(nc *nats.Conn, sub *nats.Subscription, err error) {
		refused := errors.Is(err, nats.ErrPermissionViolation) && (strings.Contains(err.Error(), probeSuffix+`"`) ||
			strings.Contains(err.Error(), probeSuffix+"."+string(pending.Submitted)))
		if handle != nil && !refused {
			handle(nc, sub, err)
		}
	})
}

// mayNotSend is the error of an account that may not send for the agency; may
// lists the agencies for which it may, if known.
func mayNotSend(agency string, may []string) error {
	err := fmt.Errorf("this account may not send for agency %s", agency)
	if len(may) > 0 {
		err = fmt.Errorf("%w; it may send for %s", err, strings.Join(may, ", "))
	}
	return fmt.Errorf("%w: use that agency's account, or leave its figures to it", err)
}

// authorise checks, before anything is sent, that the account may send for all
// agencies whose figures are in the files. The error names an agency for which it
// may not, the location of that agency's first figure, and the agencies for which
// it may.
func (p *pusher) authorise(ctx context.Context) error {
	nc := p.submission.js.Conn()
	probeQuietly(nc)
	for _, f := range p.files {
		for _, c := range f.claims {
			subject := probeSubject(c.agency)
			if p.holds(c.agency) {
				subject = ingest.PendingPrefix + c.agency + probeSuffix + "." + string(pending.Submitted)
			}
			got, err := probe(ctx, nc, subject)
			if err != nil {
				return fmt.Errorf("ask NATS whether this account may send for %s: %w", c.agency, err)
			}
			if got == denied {
				return fmt.Errorf("%s: %w; nothing was sent", f.where(c.line, ""), mayNotSend(c.agency, permitted(ctx, nc, p.opts.Catalog)))
			}
		}
	}
	return nil
}

// permitted returns the agencies of the catalogue for which the account may send.
func permitted(ctx context.Context, nc *nats.Conn, cat *catalog.Catalog) (may []string) {
	asked := map[string]bool{}
	for _, i := range cat.Indicators {
		if i.Ratio != nil || asked[i.Agency.Code] {
			continue
		}
		asked[i.Agency.Code] = true
		if got, err := probe(ctx, nc, probeSubject(i.Agency.Code)); err == nil && got == reached {
			may = append(may, i.Agency.Code)
		}
	}
	slices.Sort(may)
	return may
}
