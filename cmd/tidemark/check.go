package main

import (
	"fmt"

	"github.com/alecthomas/kong"
	"github.com/nats-io/nats.go"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/ingest/sender"
)

type checkCmd struct {
	Files []string `arg:"" name:"file" help:"CSV files; - is standard input."`
	fileFlags
	NATS string `name:"nats" help:"NATS server with which to compare: every figure is shown beside what is stored. Nothing is compared if omitted." placeholder:"URL"`
	natsAccess
}

// Help shows an example.
func (*checkCmd) Help() string {
	return `Prints the report that push gives before it sends; no server is needed. With --nats it
compares every figure with what is stored now: new, same, changed and by how much, kept
as history because a later publication is stored, or refused by the workers and why.
If that is asked for by --nats and cannot be done, check fails after its report; with
the variable alone the report says so and check ends as without a server.

Example:
  tidemark check port-2024-05.csv
  tidemark check --nats nats://127.0.0.1:4222 --html port-2024-05.html port-2024-05.csv`
}

// Run checks the files.
func (c *checkCmd) Run(e *env, line *kong.Context) error {
	cat, err := c.load()
	if err != nil {
		return err
	}
	inputs, cleanup, err := c.open(e, cat, c.Files)
	defer cleanup()
	if err != nil {
		return err
	}
	paper, err := c.openReport(e)
	if err != nil {
		return err
	}
	defer paper.close()
	held, conn, notCompared := c.holdings(e, cat)
	if conn != nil {
		defer conn.Close()
	}
	report, err := sender.Inspection{Catalog: cat, Confirm: c.Confirm.Confirmed, Against: held, Grouped: c.HTML != "", Row: paper.row()}.Check(e.ctx, inputs)
	if err != nil {
		return err
	}
	asked := given(line, "nats")
	if notCompared != nil && !asked {
		report.NotCompared = notCompared.Error()
	}
	if err := paper.write(report, sender.Checked); err != nil {
		return err
	}
	if notCompared != nil && asked {
		return fmt.Errorf("not compared with what is stored: %w", notCompared)
	}
	if !report.Clean() {
		return errRefused
	}
	return nil
}

// holdings reads what is stored; nil when there is no server to be asked. The
// connection is nil then, too.
func (c *checkCmd) holdings(e *env, cat *catalog.Catalog) (*sender.Holdings, *nats.Conn, error) {
	if c.NATS == "" {
		return nil, nil, nil
	}
	conn, err := c.connectTo(c.NATS, "check", false, printer(e.stderr))
	if err != nil {
		return nil, nil, err
	}
	held, err := sender.OpenHoldings(e.ctx, conn, cat)
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	return held, conn, nil
}

// given reports whether a flag is on the command line, and not only in the
// environment.
func given(line *kong.Context, flag string) bool {
	for _, p := range line.Path {
		if p.Flag != nil && p.Flag.Name == flag && !p.Resolved {
			return true
		}
	}
	return false
}
