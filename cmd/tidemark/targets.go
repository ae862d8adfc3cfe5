package main

import (
	"errors"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict"
	"github.com/tidemark-stats/tidemark/verdict/output"
	"github.com/tidemark-stats/tidemark/verdict/record"
)

type targetsCmd struct {
	influxFlags
	catalogFlag
	JSON    bool   `name:"json" help:"Print one JSON array with every number."`
	Lang    string `help:"Language: zh or en." default:"zh" enum:"zh,en" placeholder:"LANG"`
	AsOf    string `help:"Judge as of the end of that day, by what was known then." placeholder:"DATE"`
	Explain string `help:"Show the whole calculation behind the verdict on one target: figures with their vintages, shares of past years, methods with their errors, what is needed, and what would change the verdict." placeholder:"ID"`
	Record  bool   `help:"Show how often verdicts came true and bands held, how early misses were seen, and how figures are revised."`
}

// Help shows an example.
func (*targetsCmd) Help() string {
	return `Shows every target of the catalogue with its verdict, judged by the figures in
InfluxDB: where it is, where it should be by now, where it will end, and what is
required.

Example:
  tidemark targets --lang en --as-of 2023-11-23
  tidemark targets --explain exports_2026
  tidemark targets --record --lang en`
}

// Run prints the targets.
func (c *targetsCmd) Run(e *env) error {
	cat, err := c.load()
	if err != nil {
		return err
	}
	if _, ok := cat.Target(c.Explain); c.Explain != "" && !ok {
		var ids []string
		for _, t := range cat.Targets {
			ids = append(ids, t.ID)
		}
		return noneCalled("target", c.Explain, ids, "tidemark targets")
	}
	if c.Record && c.Explain != "" {
		return errors.New("--record and --explain answer different questions; leave one out")
	}
	b, now, err := c.readBook(e, cat.Location())
	if err != nil {
		return err
	}
	cat, b = verdict.Remembering(cat, b, time.Now()), verdict.Legible(cat, b)
	at, err := c.at(now)
	if err != nil {
		return err
	}
	if c.Record {
		return c.record(e, cat, b, at)
	}
	states := c.judge(cat, b, at)
	p := output.Printer{Language: lang.Language(c.Lang), Color: colored(e.stdout)}
	if !c.JSON && c.Explain == "" {
		return p.Table(e.stdout, states)
	}
	for i := range states {
		regression, _ := verdict.RegressedBy(states[i], b)
		states[i].Regressed = regression.Reason
	}
	if c.Explain == "" {
		return output.JSON(e.stdout, states)
	}
	var explained []verdict.Explanation
	for _, s := range states {
		explained = append(explained, verdict.Explain(s, b))
	}
	if c.JSON {
		return output.ExplainJSON(e.stdout, explained)
	}
	return p.Explain(e.stdout, explained)
}

// at is the time to judge at: now, or the end of a day.
func (c *targetsCmd) at(now time.Time) (time.Time, error) {
	if c.AsOf == "" {
		return now, nil
	}
	return endOf("--as-of", c.AsOf, now)
}

// judge returns the states to print: of the target to explain, or of all.
func (c *targetsCmd) judge(cat *catalog.Catalog, b *book.Book, at time.Time) []verdict.State {
	all, of := verdict.All, verdict.Of
	if c.AsOf != "" {
		all, of = verdict.AllAsOf, verdict.OfAsOf
	}
	if t, ok := cat.Target(c.Explain); ok {
		return of(t, b, at)
	}
	return all(cat, b, at)
}

// record prints the track record.
func (c *targetsCmd) record(e *env, cat *catalog.Catalog, b *book.Book, at time.Time) error {
	r, err := new(record.Keeper).Report(e.ctx, cat, b, at)
	switch {
	case err != nil:
		return err
	case c.JSON:
		return output.RecordJSON(e.stdout, r)
	}
	return output.Printer{Language: lang.Language(c.Lang), Color: colored(e.stdout)}.Record(e.stdout, cat, r)
}

// colored reports whether to write colours to w: it is a terminal, and NO_COLOR is
// not set (no-color.org).
func colored(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == ""
}
