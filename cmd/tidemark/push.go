package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
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
		return fmt.Errorf("--timeout %s is no time to wait; write one like 30s, or --no-wait", c.Timeout)
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
		if perr := printReport(e.stdout, report, c.JSON, pushed); perr != nil {
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
	return openAll(e.ctx, &c.fileFlags, c.Files, e.stdin)
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
	inputs, cleanup, err := openAll(e.ctx, &c.fileFlags, c.Files, e.stdin)
	defer cleanup()
	if err != nil {
		return err
	}
	report, err := sender.Check(e.ctx, cat, c.Confirm, inputs)
	if err != nil {
		return err
	}
	if err := printReport(e.stdout, report, c.JSON, checked); err != nil {
		return err
	}
	if !report.Clean() {
		return errRefused
	}
	return nil
}

// inMemory is up to where standard input is kept in memory; what is longer
// goes to a temporary file, because a file is read more than once.
const inMemory = 8 << 20

// openAll makes inputs of the named files and of standard input for "-".
// cleanup is to be called also after an error.
func openAll(ctx context.Context, flags *fileFlags, names []string, stdin io.Reader) (inputs []sender.Input, cleanup func(), err error) {
	cleanup = func() {}
	notation, err := flags.notation()
	if err != nil {
		return nil, cleanup, err
	}
	used := false
	for _, name := range names {
		if name != "-" {
			if err := readable(name); err != nil {
				return nil, cleanup, fmt.Errorf("%s: %w", name, err)
			}
			inputs = append(inputs, sender.Input{Name: name, Notation: notation, Open: func() (io.ReadCloser, error) { return os.Open(name) }})
			continue
		}
		if used {
			return nil, cleanup, errors.New("- (standard input) can be read once only")
		}
		used = true
		var in sender.Input
		if in, cleanup, err = spool(ctx, stdin); err != nil {
			return nil, cleanup, fmt.Errorf("standard input: %w", err)
		}
		in.Notation = notation
		inputs = append(inputs, in)
	}
	return inputs, cleanup, nil
}

// readable tells at once why a file could not be read. A file is read more
// than once, which a pipe does not bear.
func readable(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return unwrapPath(err)
	}
	defer func() { _ = f.Close() }() // nothing was written
	info, err := f.Stat()
	switch {
	case err != nil:
		return unwrapPath(err)
	case info.IsDir():
		return errors.New("is a directory; name the files in it")
	case info.Mode()&os.ModeNamedPipe != 0:
		return errors.New("is a pipe; pass it as standard input: tidemark push - < pipe")
	}
	return nil
}

// unwrapPath takes the path out of an error that is told with it anyway.
func unwrapPath(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// spool makes standard input readable several times. It ends with ctx also
// while a person has yet to type something.
func spool(ctx context.Context, stdin io.Reader) (in sender.Input, cleanup func(), err error) {
	type result struct {
		head []byte
		file string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		head, file, err := spoolAll(stdin)
		done <- result{head, file, err}
	}()
	var r result
	select {
	case r = <-done:
	case <-ctx.Done():
		return in, func() {}, ctx.Err() // the process ends, and the reader with it
	}
	in = sender.Input{Name: "-", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(r.head)), nil }}
	cleanup = func() {}
	if r.file != "" {
		in.Open = func() (io.ReadCloser, error) { return os.Open(r.file) }
		cleanup = func() { _ = os.Remove(r.file) } // temporary anyway
	}
	return in, cleanup, r.err
}

// spoolAll reads to the end: into memory, or into a file when it is long.
func spoolAll(stdin io.Reader) (head []byte, file string, err error) {
	var b bytes.Buffer
	if _, err := io.CopyN(&b, stdin, inMemory); errors.Is(err, io.EOF) {
		return b.Bytes(), "", nil
	} else if err != nil {
		return nil, "", err
	}
	f, err := os.CreateTemp("", "tidemark-push-*.csv")
	if err != nil {
		return nil, "", err
	}
	_, err = io.Copy(f, io.MultiReader(&b, stdin))
	return nil, f.Name(), errors.Join(err, f.Close())
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
