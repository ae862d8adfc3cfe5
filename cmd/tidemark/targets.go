package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict"
	"github.com/tidemark-stats/tidemark/verdict/output"
)

type targetsCmd struct {
	influxFlags
	catalogFlag
	JSON    bool   `name:"json" help:"Print one JSON array with every number."`
	Lang    string `help:"Language: zh or en." default:"zh" enum:"zh,en" placeholder:"LANG"`
	AsOf    string `help:"Judge as of the end of that day, by what was known then." placeholder:"DATE"`
	Explain string `help:"Show every number behind the verdict on one target." placeholder:"ID"`
}

// Help shows an example.
func (*targetsCmd) Help() string {
	return `Shows every target of the catalogue with its verdict, judged by the figures in
InfluxDB: where it is, where it should be by now, where it will end, and what is
required.

Example:
  tidemark targets --lang en --as-of 2023-11-23
  tidemark targets --explain exports_2026`
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
		return fmt.Errorf("no target %q in the catalogue; %s", c.Explain, figure.DidYouMean(c.Explain, ids))
	}
	b, err := c.readBook(e)
	if err != nil {
		return err
	}
	cat, b = verdict.Remembering(cat, b, time.Now()), verdict.Legible(cat, b)
	states, err := c.judge(cat, b)
	if err != nil {
		return err
	}
	p := output.Printer{Language: lang.Language(c.Lang), Color: colored(e.stdout)}
	switch {
	case c.JSON:
		return output.JSON(e.stdout, states)
	case c.Explain != "":
		return p.Explain(e.stdout, states, b)
	}
	return p.Table(e.stdout, states)
}

// judge returns the states to print: as of now, or as of the end of a day.
func (c *targetsCmd) judge(cat *catalog.Catalog, b *book.Book) ([]verdict.State, error) {
	at := time.Now().In(cat.Location())
	all := verdict.All
	if c.AsOf != "" {
		end, err := endOf("--as-of", c.AsOf, cat.Location())
		if err != nil {
			return nil, err
		}
		at, all = end, verdict.AllAsOf
	}
	var states []verdict.State
	for _, s := range all(cat, b, at) {
		if c.Explain == "" || s.Target.ID == c.Explain {
			states = append(states, s)
		}
	}
	return states, nil
}

// colored reports whether to write colours to w: it is a terminal, and NO_COLOR is
// not set (no-color.org).
func colored(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == ""
}
