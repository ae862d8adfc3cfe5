package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/table"
)

type catalogCmd struct {
	Check catalogCheckCmd `cmd:"" help:"Check a catalogue file and report every mistake with its place."`
	Show  catalogShowCmd  `cmd:"" help:"Show the indicators, or one of them with everything about it."`
}

// Help shows an example.
func (*catalogCmd) Help() string {
	return "Example:\n  tidemark catalog check hangzhou.yaml\n  tidemark catalog show gdp"
}

type catalogCheckCmd struct {
	File string `arg:"" optional:"" help:"Catalogue file; the built-in one if omitted."`
}

// Help shows an example.
func (*catalogCheckCmd) Help() string { return "Example:\n  tidemark catalog check hangzhou.yaml" }

// Run checks a catalogue.
func (c *catalogCheckCmd) Run(e *env) error {
	cat, err := (&catalogFlag{c.File}).load()
	var mistakes catalog.Errors
	if errors.As(err, &mistakes) {
		_, _ = fmt.Fprintln(e.stdout, mistakes)
		return fmt.Errorf("%s in %s; docs/catalog.md explains every key", count(len(mistakes), "mistake"), c.File)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "%s (%s): %d indicators, %d areas, %d agencies, %d units, %d calendars, %d topics, %d targets: no mistakes\n",
		cat.City.ZH, cat.City.EN, len(cat.Indicators), len(cat.Areas), len(cat.Agencies), len(cat.Units), len(cat.Calendars), len(cat.Topics), len(cat.Targets))
	return err
}

type catalogShowCmd struct {
	catalogFlag
	Indicator string `arg:"" optional:"" help:"Code of an indicator."`
}

// Help shows an example.
func (*catalogShowCmd) Help() string {
	return "Example:\n  tidemark catalog show container_throughput"
}

// Run shows a catalogue.
func (c *catalogShowCmd) Run(e *env) error {
	cat, err := c.load()
	if err != nil {
		return err
	}
	out := &table.Table{}
	if c.Indicator == "" {
		for _, i := range cat.Indicators {
			out.Row(i.Code, string(i.Kind), frequencies(i), i.Display, agency(i), i.Name.ZH+" "+i.Name.EN)
		}
		return out.Write(e.stdout)
	}
	i, ok := cat.Indicator(c.Indicator)
	if !ok {
		return noneCalled("indicator", c.Indicator, indicatorCodes(cat), "tidemark catalog show")
	}
	showIndicator(out, cat, i)
	return out.Write(e.stdout)
}

// noneCalled says that the catalogue has no such part, what was probably meant, or
// which command lists them.
func noneCalled(part, written string, codes []string, command string) error {
	hint := figure.DidYouMean(written, codes)
	if hint == "" {
		hint = command + " lists them"
	}
	return fmt.Errorf("no %s %q in the catalogue; %s", part, written, hint)
}

func showIndicator(out *table.Table, cat *catalog.Catalog, i *catalog.Indicator) {
	row := func(key, value string) {
		if value != "" {
			out.Row(key, value)
		}
	}
	row("indicator 指标", i.Code)
	row("name 名称", i.Name.ZH+" / "+i.Name.EN)
	row("topic 专题", i.Topic.Name.ZH+" / "+i.Topic.Name.EN)
	row("kind 类型", string(i.Kind))
	row("frequency 频率", frequencies(i))
	row("unit 单位", fmt.Sprintf("%s %s; written 写法: %s", i.Unit.Code, i.Unit.Name.ZH, strings.Join(i.Unit.Spellings(), ", ")))
	row("agency 报送部门", agency(i))
	var measures []string
	for _, m := range i.Measures {
		measures = append(measures, m.String())
	}
	row("measures 口径", strings.Join(measures, ", "))
	for n, code := range i.Areas {
		area, _ := cat.Area(code) // the catalogue was checked
		key := ""
		if n == 0 {
			key = "areas 地区"
		}
		bounds := ""
		if r, ok := i.Plausible(code, figure.Level, i.Frequency()); ok && i.Publishes(figure.Level) {
			power := i.DisplayPower()
			bounds = fmt.Sprintf("  plausible 合理范围 %s … %s %s", r.Min.Shift(-power), r.Max.Shift(-power), i.Display)
		}
		out.Row(key, fmt.Sprintf("%s %s%s", code, area.Name.ZH, bounds))
	}
	row("categories 分类", strings.Join(i.Categories, ", "))
	if i.Calendar != nil {
		row("calendar 发布日程", i.Calendar.Name.ZH+" / "+i.Calendar.Name.EN)
	}
	if i.Ratio != nil {
		row("ratio 比率", i.Ratio.Numerator.Code+" / "+i.Ratio.Denominator.Code)
	}
	for _, b := range i.Breaks {
		row("break 口径中断", fmt.Sprintf("%s: %s / %s", b.Period, b.Note.ZH, b.Note.EN))
	}
	row("quotation 原文", i.Quotation)
	row("source 来源", i.Source)
	for _, t := range cat.Targets {
		if t.Indicator == i {
			row("target 目标", fmt.Sprintf("%s: %s (%s)", t.ID, t.At(time.Now()).Wording, t.Area.Name.ZH))
		}
	}
}

// count formats a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func agency(i *catalog.Indicator) string {
	if i.Agency == nil {
		return "–"
	}
	return i.Agency.Code
}

func frequencies(i *catalog.Indicator) string {
	var all []string
	for _, f := range i.Frequencies {
		all = append(all, f.String())
	}
	return strings.Join(all, ", ")
}
