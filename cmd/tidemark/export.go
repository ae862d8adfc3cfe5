package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/tidemark-stats/tidemark/book/export"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

type exportCmd struct {
	Indicators []string `arg:"" optional:"" name:"indicator" help:"Codes of indicators; all if omitted."`
	influxFlags
	catalogFlag
	Area   []string `help:"Codes of areas; all if omitted." placeholder:"CODES"`
	From   string   `help:"The first period, like 2023, 2023-Q1 or 2023-01." placeholder:"PERIOD"`
	To     string   `help:"The last period." placeholder:"PERIOD"`
	AsOf   string   `help:"What was known at the end of that day." placeholder:"DATE"`
	Format string   `help:"csv, xlsx, sdmx-csv or openmetrics." default:"csv" enum:"csv,xlsx,sdmx-csv,openmetrics" placeholder:"FORMAT"`
	Out    string   `help:"The file to write, which must not exist; standard output if omitted." placeholder:"FILE"`
}

// Help shows an example.
func (*exportCmd) Help() string {
	return `Writes the published figures in InfluxDB and their notes, with exact values in their base
unit. What is exported as csv, xlsx or sdmx-csv can be pushed again and changes nothing. A
text that a spreadsheet would take for a formula has an apostrophe. openmetrics is for
promtool tsdb create-blocks-from openmetrics.

Example:
  tidemark export gdp retail_sales --area 330200 --from 2020 --out economy.csv
  tidemark export --format xlsx --out figures.xlsx
  tidemark export --format sdmx-csv --as-of 2023-11-23`
}

// Run writes the figures.
func (c *exportCmd) Run(e *env) (err error) {
	cat, err := c.load()
	if err != nil {
		return err
	}
	filter, err := c.filter(cat)
	if err != nil {
		return err
	}
	b, now, err := c.readBook(e, cat.Location())
	if err != nil {
		return err
	}
	if c.AsOf != "" {
		if filter.AsOf, err = endOf("--as-of", c.AsOf, now); err != nil {
			return err
		}
	}
	var out io.Writer = e.stdout
	if c.Out != "" {
		file, cerr := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if cerr != nil {
			return fmt.Errorf("--out: %w", cerr)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		out = file
	}
	n, err := export.Format(c.Format).Write(out, filter.Figures(cat, b))
	if err == nil && n == 0 {
		printer(e.stderr)("没有符合条件的数据 (no figures match)")
	}
	return err
}

// filter returns what is to be exported, after checking that the catalogue has it.
func (c *exportCmd) filter(cat *catalog.Catalog) (f export.Filter, err error) {
	for _, code := range c.Indicators {
		if _, ok := cat.Indicator(code); !ok {
			return f, noneCalled("indicator", code, indicatorCodes(cat), "tidemark catalog show")
		}
	}
	for _, code := range c.Area {
		if _, ok := cat.Area(code); !ok {
			return f, noneCalled("area", code, areaCodes(cat), "tidemark catalog show")
		}
	}
	f.Indicators, f.Areas = c.Indicators, c.Area
	if c.From != "" {
		if f.From, err = figure.ParsePeriod(c.From); err != nil {
			return f, fmt.Errorf("--from: %w", err)
		}
	}
	if c.To != "" {
		if f.To, err = figure.ParsePeriod(c.To); err != nil {
			return f, fmt.Errorf("--to: %w", err)
		}
	}
	return f, nil
}

func indicatorCodes(cat *catalog.Catalog) (codes []string) {
	for _, i := range cat.Indicators {
		codes = append(codes, i.Code)
	}
	return codes
}

func areaCodes(cat *catalog.Catalog) (codes []string) {
	for _, a := range cat.Areas {
		codes = append(codes, a.Code)
	}
	return codes
}
