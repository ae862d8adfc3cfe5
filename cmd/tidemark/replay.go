package main

import (
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/ingest/replay"
	"github.com/tidemark-stats/tidemark/store"
)

type replayCmd struct {
	natsFlags
	influxFlags
}

// Help shows an example.
func (*replayCmd) Help() string {
	return `Refills the InfluxDB bucket from NATS after it was lost or moved: creates it if it is
missing, writes the point of every figure that was accepted, as it was decided then,
and finally counts the points in the bucket. Points that are already there are
overwritten with the same values; workers and the exporter may keep running.

Example:
  tidemark replay --nats nats://nats:4222 --influx http://influxdb:8086 --influx-org ningbo`
}

// Run fills the bucket and compares it with the ledger.
func (c *replayCmd) Run(e *env) error {
	figures, err := c.open()
	if err != nil {
		return err
	}
	defer figures.Close()
	return c.withJetStream(e, "replay", func(js jetstream.JetStream) error { return c.replay(e, js, figures) })
}

func (c *replayCmd) replay(e *env, js jetstream.JetStream, figures *store.Store) error {
	done, err := figures.Setup(e.ctx)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(e.stdout, done)
	say := printer(e.stderr)
	told := time.Now()
	r, err := replay.Run(e.ctx, js, figures,
		func(in time.Duration, err error) { say("%v; trying again in %s", err, in) },
		func(points int) {
			if time.Since(told) > 5*time.Second {
				told = time.Now()
				say("%d points written", points)
			}
		})
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(e.stdout, "InfluxDB: wrote %d points of %d messages; %d messages repeat what was known, %d are rejects\n",
		r.Points, r.Messages-r.Undecided, r.Unchanged, r.Refused)
	if !r.Whole() {
		return fmt.Errorf("bucket %s holds %d points of these messages, %d are missing and %d are surplus; empty it, or give tidemark another one, and run this again",
			c.InfluxBucket, r.Found, r.Missing, r.Surplus)
	}
	_, _ = fmt.Fprintf(e.stdout, "InfluxDB: bucket %s holds these %d points, no more and no less\n", c.InfluxBucket, r.Found)
	if r.Undecided > 0 {
		_, _ = fmt.Fprintf(e.stdout, "NATS: %d messages wait for a worker, which writes them\n", r.Undecided)
		return errRefused
	}
	return nil
}
