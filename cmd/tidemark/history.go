package main

import (
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/history"
	"github.com/tidemark-stats/tidemark/ingest/history/output"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

type historyCmd struct {
	Cell []string `arg:"" name:"cell" help:"Indicator, area, category unless it is the total, measure and period; or the subject of a figure."`
	natsFlags
	catalogFlag
	All  bool   `help:"Include figures that were refused and those that repeat what was known."`
	JSON bool   `name:"json" help:"Print one JSON object with every message about the cell."`
	Lang string `help:"Language: zh or en." default:"zh" enum:"zh,en" placeholder:"LANG"`
}

// Help shows an example.
func (*historyCmd) Help() string {
	return `Shows every publication of one figure: the value in the unit in which it was sent, when
it was published and by whom, its status, its note, what was unusual about it, and what
the sender answered. It is read from NATS alone and needs the rights of an operator.

Example:
  tidemark history container_throughput NBZS level 2023-04
  tidemark history --all --json figures.port.container_throughput.NBZS._T.level.2023-04`
}

// Run prints the history.
func (c *historyCmd) Run(e *env) error {
	cat, err := c.load()
	if err != nil {
		return err
	}
	cell, err := figure.ParseCell(strings.Join(c.Cell, " "))
	if err != nil {
		return err
	}
	return c.withJetStream(e, "history", func(js jetstream.JetStream) error {
		steps, err := history.Of(e.ctx, js, cell)
		if err != nil {
			return err
		}
		if len(steps) == 0 {
			return c.unknown(e, js, cat, cell)
		}
		p := output.Printer{Lang: lang.Language(c.Lang), Catalog: cat}
		if c.JSON {
			return p.JSON(e.stdout, cell, steps)
		}
		_, err = fmt.Fprint(e.stdout, p.History(cell, steps, c.All))
		return err
	})
}

// unknown says that nothing was ever sent of a cell, and what there is.
func (c *historyCmd) unknown(e *env, js jetstream.JetStream, cat *catalog.Catalog, cell figure.Cell) error {
	near, err := history.Near(e.ctx, js, cell)
	if err != nil {
		return err
	}
	if len(near) == 0 {
		if _, ok := cat.Indicator(cell.Indicator); !ok {
			return noneCalled("indicator", cell.Indicator, indicatorCodes(cat), "tidemark catalog show")
		}
		if _, ok := cat.Area(cell.Area); !ok {
			return noneCalled("area", cell.Area, areaCodes(cat), "tidemark catalog show")
		}
		return fmt.Errorf("no figure of %s was ever sent for %s", cell.Indicator, cell.Area)
	}
	var there []string
	for _, k := range near {
		name := k.Measure.String()
		if k.Category != figure.Total {
			name = k.Category + " " + name
		}
		there = append(there, fmt.Sprintf("%s %s to %s (%d)", name, k.First, k.Last, k.Periods))
	}
	const most = 12
	if len(there) > most {
		there = append(there[:most], fmt.Sprintf("%d more series", len(there)-most))
	}
	return fmt.Errorf("no figure was ever sent of %s; of %s %s there are %s", cell, cell.Indicator, cell.Area, strings.Join(there, ", "))
}
