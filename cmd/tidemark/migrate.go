package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/ingest/replay"
)

type migrateCmd struct {
	natsFlags
	influxFlags
	catalogFlag
	Indicator string `arg:"" help:"Code of the indicator."`
}

// Help shows an example.
func (*migrateCmd) Help() string {
	return `Applies the unit, kind and frequency that the catalogue now gives an indicator to the
figures stored under its old definition. Kind and frequency only say how figures are
read. For another unit every stored number is multiplied by a power of ten, exactly;
the catalogue must list the old unit among the spellings of the new one. Growth rates
stay the same. If interrupted it can be run again. Workers and the exporter may keep
running; meanwhile they neither accept nor show figures of this indicator.

Example:
  tidemark migrate container_throughput --nats nats://nats:4222 --influx http://influxdb:8086 --catalog city.yaml`
}

// Run migrates one indicator.
func (c *migrateCmd) Run(e *env) error {
	cat, err := c.load()
	if err != nil {
		return err
	}
	if _, ok := cat.Indicator(c.Indicator); !ok {
		codes := make([]string, len(cat.Indicators))
		for n, i := range cat.Indicators {
			codes[n] = i.Code
		}
		return noneCalled("indicator", c.Indicator, codes, "tidemark catalog show")
	}
	figures, err := c.open()
	if err != nil {
		return err
	}
	defer figures.Close()
	return c.withJetStream(e, "migrate", func(js jetstream.JetStream) error {
		say := printer(e.stderr)
		m, err := replay.Migrate(e.ctx, js, figures, cat, c.Indicator,
			func(in time.Duration, err error) { say("%v; trying again in %s", err, in) },
			func(points int) { say("%d points written", points) })
		if errors.Is(err, replay.ErrNothing) {
			_, err = fmt.Fprintln(e.stdout, err)
			return err
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.stdout, "%s: unit %s, kind %s, frequency %s\n", c.Indicator, m.To.Unit, m.To.Kind, m.To.Frequency)
		if err == nil && m.Power != 0 {
			_, err = fmt.Fprintf(e.stdout, "%d points multiplied by 10^%d\n", m.Points, m.Power)
		}
		return err
	})
}
