package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/store"
)

type initCmd struct {
	natsFlags
	influxFlags
	Replicas int           `help:"Copies that a NATS cluster keeps of each stream: 1, 3 or 5." default:"1" enum:"1,3,5" placeholder:"N"`
	Wait     time.Duration `help:"How long to wait for a server that does not answer yet." default:"0s" placeholder:"DURATION"`
}

// Help shows an example.
func (*initCmd) Help() string {
	return `Creates the streams FIGURES, REJECTS, DECISIONS, RECEIPTS and PENDING, the workers'
consumer, and the InfluxDB bucket with long shard groups. What exists already is
verified and not changed, except that FIGURES is made to take atomic batches.

Example:
  tidemark init --nats nats://nats:4222 --influx http://influxdb:8086 --influx-org ningbo`
}

// Run creates or verifies what the daemons need, and waits for servers that are still
// starting. A failure in InfluxDB does not prevent the setup of NATS, nor the other
// way round.
func (c *initCmd) Run(e *env) error {
	figures, err := c.open()
	if err != nil {
		return err
	}
	defer figures.Close()
	over := time.Now().Add(c.Wait)
	return errors.Join(
		patiently(e, over, func() error { return c.initInflux(e, figures) }),
		patiently(e, over, func() error { return c.initNATS(e) }))
}

// patiently calls do again as long as it fails because a server is starting, until
// the time over.
func patiently(e *env, over time.Time, do func() error) error {
	for {
		err := do()
		if !isStarting(err) || !time.Now().Before(over) {
			return err
		}
		printer(e.stderr)("%v; waiting for it", err)
		select {
		case <-e.ctx.Done():
			return e.ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// isStarting reports whether an error may come from a server that is still starting.
func isStarting(err error) bool {
	var influx *store.UnavailableError
	var conn awayError
	return errors.As(err, &conn) || errors.As(err, &influx) && influx.StatusCode == 0 ||
		errors.Is(err, jetstream.ErrJetStreamNotEnabled) || errors.Is(err, nats.ErrNoResponders)
}

func (c *initCmd) initInflux(e *env, figures *store.Store) error {
	done, err := figures.Setup(e.ctx)
	var away *store.UnavailableError
	if errors.As(err, &away) && away.StatusCode == 0 {
		return fmt.Errorf("%w; is InfluxDB running, and is --influx right?", err)
	}
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(e.stdout, done)
	return nil
}

func (c *initCmd) initNATS(e *env) error {
	return c.withJetStream(e, "init", func(js jetstream.JetStream) error {
		lines, err := ingest.Setup(e.ctx, js, c.Replicas)
		for _, line := range lines {
			_, _ = fmt.Fprintln(e.stdout, line)
		}
		return err
	})
}
