package main

import (
	"bytes"
	"io"
	"time"

	"github.com/tidemark-stats/tidemark/catalog/sample"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/sender"
)

type sampleCmd struct {
	dateFlag
	natsFlags
	influxFlags
	catalogFlag
	Timeout time.Duration `help:"How long to wait for the next receipt." default:"1m" placeholder:"DURATION"`
}

// Help shows an example.
func (*sampleCmd) Help() string {
	return `Loads the built-in sample into a running NATS, and makes whoever reads the InfluxDB
bucket (exporter, targets, digest) show one day: the figures that were published up to
then, judged as on that day. The clock runs on from nine in the morning, and a figure
that is pushed counts as published at the time that it shows. --date now goes back to
the real time. push --sample sends the figures alone.

Example:
  tidemark sample
  tidemark sample --date 2024-02-20`
}

// Run sets the clock, then pushes the sample.
func (c *sampleCmd) Run(e *env) error {
	cat, err := c.load()
	if err != nil {
		return err
	}
	day, err := c.read(cat.Location())
	if err != nil {
		return err
	}
	figures, err := c.open()
	if err != nil {
		return err
	}
	defer figures.Close()
	conn, err := c.connect("sample", false, printer(e.stderr))
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := day.set(e.ctx, figures, cat.Location()); err != nil {
		return err
	}
	printer(e.stderr)("%s", day)
	bar := newProgress(e.stderr)
	report, err := sender.Push(e.ctx, sender.Options{Conn: conn, Catalog: cat, Partial: true, Patience: c.Timeout, Progress: bar.show}, sampleUntil(day.day))
	bar.clear()
	if err != nil {
		return err
	}
	report.Unusual, report.UnusualOmitted = nil, 0 // whoever runs this did not write the sample
	if err := report.WriteText(e.stdout, sender.Pushed); err != nil || report.Clean() {
		return err
	}
	return errRefused
}

// sampleInputs returns the files of the built-in sample.
func sampleInputs() []sender.Input {
	_, last := sample.Published()
	return sampleUntil(last)
}

// sampleUntil returns the files of the built-in sample without what was published after
// a day, and without files of which nothing is left.
func sampleUntil(day figure.Day) (inputs []sender.Input) {
	for _, name := range sample.Files() {
		if text, figures := sample.Until(name, day); figures > 0 {
			inputs = append(inputs, sender.Input{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }})
		}
	}
	return inputs
}
