package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/ingest/layout"
	"github.com/tidemark-stats/tidemark/ingest/pending"
	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/ingest/sheet"
)

// fileFlags are what push and check share.
type fileFlags struct {
	catalogFlag
	// Confirm has no environment variable: if it stayed set in a profile, it would
	// switch the check off for every later file.
	Confirm standing `env:"-" help:"Accept values that are merely implausible; --confirm=REASON says why, for the record."`
	reportFlags
	// These have no environment variable either: what is always true of an agency's
	// files belongs in the catalogue.
	Decimal   string   `env:"-" help:"The decimal mark of the files' values: . or , ; detected from each file if omitted." placeholder:"MARK"`
	Thousands string   `env:"-" help:"The only mark that groups digits: . , ' space, or none." placeholder:"MARK"`
	Encoding  string   `env:"-" help:"The files' encoding, like gb18030, big5, shift_jis, windows-1252." placeholder:"NAME"`
	Columns   []string `env:"-" help:"The names of the columns, for files without a header or with other names; - skips a column." placeholder:"NAMES"`
	Sheet     string   `env:"-" help:"The only sheet of workbooks to read; all that have a table if omitted." placeholder:"NAME"`
	Map       string   `env:"-" help:"File that says what the labels and sheets of a table mean; tidemark map writes it." placeholder:"FILE"`
	Flags     string   `env:"-" help:"YAML file that defines the flags on values, like {p: P, r: A, \"-\": 0}; it overrides those of the catalogue." placeholder:"FILE"`
}

// notation returns what the flags say about how the files are written.
func (f *fileFlags) notation() (sheet.Notation, error) {
	n := sheet.Notation{Decimal: f.Decimal, Thousands: f.Thousands, Encoding: f.Encoding, Columns: f.Columns}
	return n, n.Check()
}

// open returns the files as inputs. cleanup must be called even after an error.
func (f *fileFlags) open(e *env, cat *catalog.Catalog, names []string) (inputs []sender.Input, cleanup func(), err error) {
	n, err := f.notation()
	if err != nil {
		return nil, func() {}, err
	}
	as := sender.As{Notation: n, Sheet: f.Sheet}
	if f.Map != "" {
		if as.Map, err = layout.LoadMap(f.Map, cat); err != nil {
			return nil, func() {}, err
		}
	}
	return sender.OpenAll(e.ctx, as, names, e.stdin)
}

// load reads the catalogue, and the flags that override its own.
func (f *fileFlags) load() (*catalog.Catalog, error) {
	cat, err := f.catalogFlag.load()
	if err != nil || f.Flags == "" {
		return cat, err
	}
	flags, err := catalog.LoadFlags(f.Flags)
	if err != nil {
		return nil, err
	}
	return cat.WithFlags(flags), nil
}

type pushCmd struct {
	Files []string `arg:"" optional:"" name:"file" help:"CSV files; - is standard input."`
	fileFlags
	natsFlags
	receiptFile
	Sender string `help:"Who sends: a name of a person or program, kept with the figures." placeholder:"NAME"`
	// These belong to one push, so they have no environment variable.
	ReleaseAt string `env:"-" help:"Hold the figures back until this moment, like 2026-12-18 09:30 by the city's clocks, or with an offset like 2026-12-18T09:30+08:00." placeholder:"TIME"`
	Group     string `env:"-" help:"Release them together with all that is held back under the same name, all or nothing; needs --release-at." placeholder:"NAME"`

	Sample  bool          `help:"Send the built-in sample instead of files."`
	Partial bool          `help:"Send the good figures even if others are refused."`
	NoWait  bool          `help:"Do not wait for receipts."`
	Timeout time.Duration `help:"How long to wait for the next receipt." default:"1m" placeholder:"DURATION"`
}

// Help shows an example.
func (*pushCmd) Help() string {
	return `Checks every figure against the catalogue before anything is sent; if a file has
errors, nothing is sent unless --partial is given. Then it waits until every figure
is in InfluxDB or refused with a reason. Ctrl-C stops sending, but still waits for
the receipts of what was sent. Running the command again sends the rest: a file that
is pushed twice counts once. The report shows every change beside what was stored
before; tidemark check --nats shows it without sending anything.

Example:
  tidemark push port-2024-05.csv
  tidemark push --confirm="the port was closed for a week" --sender "Wang Fang" port-2024-05.csv
  tidemark push --release-at "2026-12-18 09:30" port-2026-11.csv
  tidemark push --json - < trade.csv
  tidemark push --sample`
}

// Run pushes the files.
func (c *pushCmd) Run(e *env) error {
	cat, err := c.load()
	if err != nil {
		return err
	}
	if err := c.check(); err != nil {
		return err
	}
	at, err := c.releaseAt(cat)
	if err != nil {
		return err
	}
	inputs, cleanup, err := c.inputs(e, cat)
	defer cleanup()
	if err != nil {
		return err
	}
	conn, err := c.connect("push", false, printer(e.stderr))
	if err != nil {
		return err
	}
	defer conn.Close()
	paper, err := c.openReport(e)
	if err != nil {
		return err
	}
	defer paper.close()
	held, notCompared := sender.OpenHoldings(e.ctx, conn, cat)
	bar := newProgress(e.stderr)
	quiet := context.AfterFunc(e.ctx, func() {
		bar.clear()
		printer(e.stderr)("stopping; waiting for the receipts of what was sent, press Ctrl-C again to end at once")
	})
	report, err := sender.Push(e.ctx, sender.Options{
		Conn: conn, Catalog: cat, Confirm: c.Confirm.Confirmed, Reason: c.Confirm.Reason, Sender: c.Sender,
		ReleaseAt: at, Group: c.Group, Partial: c.Partial, NoWait: c.NoWait, Patience: c.Timeout, Progress: bar.show,
		Against: held, Grouped: c.HTML != "", Row: paper.row(),
	}, inputs)
	quiet()
	bar.clear()
	if report != nil && notCompared != nil {
		report.NotCompared = notCompared.Error()
	}
	if report != nil && (err == nil || report.Submission != "" || report.Held > 0) {
		if perr := paper.write(report, sender.Pushed); perr != nil {
			return perr
		}
	}
	if err != nil {
		return err
	}
	if err := c.save(e, &c.natsFlags, report.Submission); err != nil {
		return err
	}
	if report.Clean() || c.NoWait && report.Accepted() {
		return nil
	}
	return errRefused
}

// check refuses flags that cannot be followed.
func (c *pushCmd) check() error {
	if c.Timeout <= 0 {
		return fmt.Errorf("--timeout must be positive, not %s; write a duration like 30s, or --no-wait", c.Timeout)
	}
	return c.free("--receipt")
}

// releaseAt returns the moment of the release, zero for none.
func (c *pushCmd) releaseAt(cat *catalog.Catalog) (at time.Time, err error) {
	if c.ReleaseAt == "" && c.Group != "" {
		return at, errors.New("--group needs --release-at: a group is released at the latest moment of its submissions")
	}
	if c.ReleaseAt == "" {
		return at, nil
	}
	if at, err = pending.ParseMoment(c.ReleaseAt, cat.Location(), time.Now()); err != nil {
		return at, fmt.Errorf("--release-at: %w", err)
	}
	return at, nil
}

// inputs returns the files to push. cleanup must be called even after an error.
func (c *pushCmd) inputs(e *env, cat *catalog.Catalog) (inputs []sender.Input, cleanup func(), err error) {
	switch {
	case c.Sample && len(c.Files) > 0:
		return nil, func() {}, errors.New("--sample sends the built-in files and no others; push yours without it")
	case c.Sample:
		return sampleInputs(), func() {}, nil
	case len(c.Files) == 0:
		return nil, func() {}, errors.New(`expected "<file> ..." or --sample; see tidemark push --help`)
	}
	return c.open(e, cat, c.Files)
}

// watch calls look until it returns true or the context ends.
func watch(ctx context.Context, every time.Duration, look func() bool) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for !look() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
	return nil
}
