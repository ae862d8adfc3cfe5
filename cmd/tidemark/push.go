package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/ingest/sheet"
)

// fileFlags are what push and check share.
type fileFlags struct {
	catalogFlag
	// Confirm has no variable: one that was left in a profile would switch the
	// check off for every file to come.
	Confirm bool `env:"-" help:"Stand by values that are merely implausible."`
	JSON    bool `name:"json" help:"Print one report as JSON."`
	// Nor have these: what is always so of an agency's files stands in the
	// catalogue.
	Decimal   string   `env:"-" help:"The decimal mark of the files' values: . or , ; without it each file has to tell." placeholder:"MARK"`
	Thousands string   `env:"-" help:"The only mark that groups digits: . , ' space, or none." placeholder:"MARK"`
	Encoding  string   `env:"-" help:"The files' encoding, like gb18030, big5, shift_jis, windows-1252." placeholder:"NAME"`
	Columns   []string `env:"-" help:"What the columns are, for files without a header or with another one; - passes over a column." placeholder:"NAMES"`
	Flags     string   `env:"-" help:"YAML file that says what the marks beside values mean, like {p: P, r: A, \"-\": 0}; they go before those of the catalogue." placeholder:"FILE"`
}

// notation is what the flags say of how the files are written.
func (f *fileFlags) notation() (sheet.Notation, error) {
	n := sheet.Notation{Decimal: f.Decimal, Thousands: f.Thousands, Encoding: f.Encoding, Columns: f.Columns}
	return n, n.Check()
}

// open makes inputs of the files. cleanup is to be called also after an error.
func (f *fileFlags) open(e *env, names []string) (inputs []sender.Input, cleanup func(), err error) {
	n, err := f.notation()
	if err != nil {
		return nil, func() {}, err
	}
	return sender.OpenAll(e.ctx, n, names, e.stdin)
}

// report writes the report for people, or for programs.
func (f *fileFlags) report(w io.Writer, r *sender.Report, o sender.Occasion) error {
	if f.JSON {
		return r.WriteJSON(w)
	}
	return r.WriteText(w, o)
}

// load reads the catalogue, and the marks that go before its own.
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
	Sample  bool          `help:"Send the built-in sample and no file."`
	Partial bool          `help:"Send the good figures although others are refused."`
	NoWait  bool          `help:"Do not wait for receipts."`
	Timeout time.Duration `help:"How long to wait for the next receipt." default:"1m" placeholder:"DURATION"`
}

// Help shows an example.
func (*pushCmd) Help() string {
	return `Every figure is held against the catalogue before anything is sent; a file with
errors sends nothing, unless --partial. Then it waits until every figure is in
InfluxDB or refused with a reason. Ctrl-C stops sending; what was sent is still
receipted and running the command again completes the rest: a file that is
pushed twice is one push.

Example:
  tidemark push port-2024-05.csv
  tidemark push --json - < trade.csv
  tidemark push --sample`
}

// Run pushes the files.
func (c *pushCmd) Run(e *env) error {
	cat, err := c.load()
	if err != nil {
		return err
	}
	if c.Timeout <= 0 {
		return fmt.Errorf("--timeout must be positive, not %s; write a duration like 30s, or --no-wait", c.Timeout)
	}
	inputs, cleanup, err := c.inputs(e)
	defer cleanup()
	if err != nil {
		return err
	}
	conn, err := c.connect("push", false, printer(e.stderr))
	if err != nil {
		return err
	}
	defer conn.Close()
	bar := newProgress(e.stderr)
	quiet := context.AfterFunc(e.ctx, func() {
		bar.clear()
		printer(e.stderr)("stopping; waiting for the receipts of what was sent, Ctrl-C again ends at once")
	})
	report, err := sender.Push(e.ctx, sender.Options{
		Conn: conn, Catalog: cat, Confirm: c.Confirm, Partial: c.Partial, NoWait: c.NoWait,
		Patience: c.Timeout, Progress: bar.show,
	}, inputs)
	quiet()
	bar.clear()
	if report != nil && (err == nil || report.Submission != "") {
		if perr := c.report(e.stdout, report, sender.Pushed); perr != nil {
			return perr
		}
	}
	if err != nil {
		return err
	}
	if report.Clean() || c.NoWait && report.Accepted() {
		return nil
	}
	return errRefused
}

// inputs are the files to push. cleanup is to be called also after an error.
func (c *pushCmd) inputs(e *env) (inputs []sender.Input, cleanup func(), err error) {
	switch {
	case c.Sample && len(c.Files) > 0:
		return nil, func() {}, errors.New("--sample sends the built-in files and no others; push yours without it")
	case c.Sample:
		return sampleInputs(), func() {}, nil
	case len(c.Files) == 0:
		return nil, func() {}, errors.New(`expected "<file> ..." or --sample; tidemark push --help shows the way`)
	}
	return c.open(e, c.Files)
}

type checkCmd struct {
	Files []string `arg:"" name:"file" help:"CSV files; - is standard input."`
	fileFlags
}

// Help shows an example.
func (*checkCmd) Help() string {
	return `The same report as push gives before it sends; no server is needed.

Example:
  tidemark check port-2024-05.csv`
}

// Run checks the files.
func (c *checkCmd) Run(e *env) error {
	cat, err := c.load()
	if err != nil {
		return err
	}
	inputs, cleanup, err := c.open(e, c.Files)
	defer cleanup()
	if err != nil {
		return err
	}
	report, err := sender.Check(e.ctx, cat, c.Confirm, inputs)
	if err != nil {
		return err
	}
	if err := c.report(e.stdout, report, sender.Checked); err != nil {
		return err
	}
	if !report.Clean() {
		return errRefused
	}
	return nil
}

// watch calls look until it says yes or the context ends.
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
