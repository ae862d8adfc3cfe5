package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"net/url"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/tidemark-stats/tidemark/internal/lang"
)

const (
	screen  = 900   // height of the window in which a page is opened
	tallest = 16000 // of a picture, which Chromium can draw

	// tooltipTheme is the theme in which tooltips are looked at, which takes most
	// of the time: a theme changes colours, not what a tooltip says.
	tooltipTheme = "light"
)

// look opens a dashboard, adds what is wrong with it to the report, and returns
// its picture.
func (b *browser) look(d dashboard, v view, rep *report) ([]byte, error) {
	note := func(c check, panel, what string) { rep.add(c, d, panel, what, v) }
	b.traffic.forget()
	if err := b.open(d, v); err != nil {
		return nil, err
	}
	waiting, err := b.settle(true)
	if err != nil {
		return nil, err
	}
	height, err := ask[int64](b, "height()")
	if err != nil {
		return nil, err
	}
	if err := b.resize(v.Width, min(height, tallest)); err != nil {
		return nil, err
	}
	if len(waiting) == 0 {
		if waiting, err = b.settle(false); err != nil {
			return nil, err
		}
	}
	for _, w := range waiting {
		note(panelLoading, "", fmt.Sprintf("after %s it still waits for %s", b.patience, w))
	}
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return nil, err
	}
	if err := b.judge(d, v, rep, note); err != nil {
		return nil, err
	}
	for _, f := range b.traffic.failures() {
		note(requestFailed, "", f)
	}
	// Another page than Grafana's would keep its own timers and requests.
	return picture, chromedp.Do(b.ctx, chromedp.Navigate("about:blank"))
}

// open opens a dashboard as a reader of its language does.
func (b *browser) open(d dashboard, v view) error {
	language := "en-US,en"
	if d.Edition == lang.Chinese {
		language = "zh-Hans,zh-CN,zh"
	}
	at := b.grafana.base.JoinPath("d", d.UID)
	at.RawQuery = url.Values{"theme": {v.Theme}}.Encode()
	agent := emulation.SetUserAgentOverrideParams{UserAgent: b.agent, AcceptLanguage: language}
	if _, err := chromedp.Call(b.ctx, emulation.SetUserAgentOverride, agent); err != nil {
		return err
	}
	if err := b.resize(v.Width, screen); err != nil {
		return err
	}
	return chromedp.Do(b.ctx, chromedp.Navigate(at.String()), chromedp.Evaluate[chromedp.Void](page))
}

// resize sets the size of the window, with one pixel of the screen for each of the
// page, so that widths on a canvas are those that were asked for.
func (b *browser) resize(width int, height int64) error {
	_, err := chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: int64(width), Height: height, DeviceScaleFactor: 1,
	})
	return err
}

// state is what page.js says of a page that loads.
type state struct {
	Panels  int      `json:"panels"`
	Waiting []string `json:"waiting"`
	Mark    string   `json:"mark"`
}

// settle waits until the page has loaded and nothing on it changes any more. It
// returns what is missing when its patience ends. scroll makes it scroll to panels
// that load when they are seen.
func (b *browser) settle(scroll bool) (waiting []string, err error) {
	const alike = 3 // states in a row, of four frames each
	end := time.Now().Add(b.patience)
	last, same := "", 0
	for same < alike {
		s, err := ask[state](b, "state()")
		if err != nil {
			return nil, err
		}
		waiting = s.Waiting
		if n := b.traffic.open(); n > 0 {
			waiting = append(waiting, count(n, "request")+" to Grafana's API")
		}
		if s.Panels == 0 && len(waiting) == 0 {
			waiting = append(waiting, "its first panel")
		}
		if len(waiting) == 0 && s.Mark == last {
			same++
		} else {
			same, last = 0, s.Mark
		}
		if time.Now().After(end) {
			if len(waiting) == 0 {
				waiting = append(waiting, "the end of its changes")
			}
			return waiting, nil
		}
		if scroll {
			if _, err := ask[bool](b, "toNext()"); err != nil {
				return nil, err
			}
		}
	}
	return nil, nil
}

// reading is what the document says in a panel or beside the panels.
type reading struct {
	Title string
	Texts []struct {
		Text string
		Cut  bool
	}
	Links []struct{ Text, Address string }
}

type panel struct {
	reading
	Failed bool
	Error  string
	Tables []struct{ Needs, Has int }
}

// judge checks everything that can be read on a page.
func (b *browser) judge(d dashboard, v view, rep *report, note func(c check, panel, what string)) error {
	read, err := ask[struct {
		Panels []panel
		Page   []reading
	}](b, "read()")
	if err != nil {
		return err
	}
	rep.Seen.Panels += len(read.Panels)
	if n := len(read.Panels); n < d.Panels {
		note(panelLoading, "", fmt.Sprintf("the page shows %d panels, and its JSON has %d", n, d.Panels))
	}
	for _, r := range read.Page {
		b.judgeReading(d, r, rep, note)
	}
	for _, p := range read.Panels {
		b.judgeReading(d, p.reading, rep, note)
		if p.Failed {
			note(panelError, p.Title, strings.TrimSuffix("it is in error: "+p.Error, ": "))
		}
		rep.Seen.Tables += len(p.Tables)
		for _, t := range p.Tables {
			if t.Needs <= t.Has+1 {
				continue
			}
			c := tableWide
			if v.Width < phone {
				c = tableScrolls
			}
			note(c, p.Title, fmt.Sprintf("its table needs %d pixels and has %d", t.Needs, t.Has))
		}
	}
	return b.judgeCharts(d, v, rep, note)
}

// judgeReading checks texts and links.
func (b *browser) judgeReading(d dashboard, r reading, rep *report, note func(c check, panel, what string)) {
	rep.Seen.Texts += len(r.Texts)
	for _, t := range r.Texts {
		judgeWords(d, r.Title, t.Text, note)
		if t.Cut {
			note(textCut, r.Title, quoted(t.Text)+" is cut")
		}
	}
	rep.Seen.Links += len(r.Links)
	for _, l := range r.Links {
		reason, followed := b.grafana.deadLink(b.ctx, l.Address)
		switch {
		case !followed:
			note(linkElsewhere, r.Title, l.Address)
		case reason != "":
			note(linkDead, r.Title, fmt.Sprintf("the link %s to %s leads nowhere: %s", quoted(l.Text), l.Address, reason))
		}
	}
}

func judgeWords(d dashboard, title, text string, note func(c check, panel, what string)) {
	if words := foreign(text, d.Edition); len(words) > 0 {
		language := "English"
		if d.Edition == lang.English {
			language = "Chinese"
		}
		note(wordForeign, title, fmt.Sprintf("%s has %s in %s", quoted(text), strings.Join(words, ", "), language))
	}
}

// judgeCharts checks bars, axes and tooltips.
func (b *browser) judgeCharts(d dashboard, v view, rep *report, note func(c check, panel, what string)) error {
	charts, err := ask[[]chart](b, "charts()")
	if err != nil {
		return err
	}
	for i, c := range charts {
		if c.Unread {
			note(chartUnread, c.Panel, "its plot was not found on the page")
			continue
		}
		rep.Seen.Charts++
		for _, text := range c.Axes {
			judgeWords(d, c.Panel, text, note)
		}
		if c.Canvas != "" {
			if err := c.judgeBars(rep, note); err != nil {
				return fmt.Errorf("panel %s: %w", c.Panel, err)
			}
		}
		if v.Theme != tooltipTheme {
			continue
		}
		// From outside, so that the tooltip of the last chart is gone.
		if err := chromedp.Do(b.ctx, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, 0, 0)); err != nil {
			return err
		}
		for _, at := range c.Places {
			if err := b.judgeTooltip(d, i, c, at, rep, note); err != nil {
				return fmt.Errorf("panel %s: %w", c.Panel, err)
			}
		}
	}
	return nil
}

// judgeBars checks the bars of a chart in the picture of its canvas.
func (c *chart) judgeBars(rep *report, note func(c check, panel, what string)) error {
	canvas, err := decode(c.Canvas)
	if err != nil {
		return err
	}
	for _, s := range c.Series {
		measured, what := s.thin(canvas, c.Plot)
		rep.Seen.Bars += measured
		if what != "" {
			note(barThin, c.Panel, what)
		}
		if what := s.notFromZero(); what != "" {
			note(barZero, c.Panel, what)
		}
	}
	return nil
}

// decode reads a PNG from a data URL.
func decode(dataURL string) (image.Image, error) {
	data, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(dataURL, "data:image/png;base64,"))
	if err != nil {
		return nil, fmt.Errorf("its canvas is not a PNG: %w", err)
	}
	return png.Decode(bytes.NewReader(data))
}

// judgeTooltip moves the mouse to a place of a chart and checks the tooltip.
func (b *browser) judgeTooltip(d dashboard, i int, c chart, at float64, rep *report, note func(c check, panel, what string)) error {
	over, err := ask[struct{ Left, Top, Height float64 }](b, fmt.Sprintf("over(%d)", i))
	if err != nil {
		return err
	}
	at = max(at, 1)
	move := chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, over.Left+at, over.Top+over.Height/2)
	if err := chromedp.Do(b.ctx, move); err != nil {
		return err
	}
	h, err := ask[struct {
		Reached bool
		Text    string
		Times   []int64
	}](b, fmt.Sprintf("hovered(%d, %g)", i, at))
	if err != nil {
		return err
	}
	if !h.Reached {
		note(chartUnread, c.Panel, "the mouse does not reach its plot")
		return nil
	}
	if h.Text == "" {
		return nil
	}
	rep.Seen.Tooltips++
	judgeWords(d, c.Panel, h.Text, note)
	if what := mixed(h.Text, h.Times); what != "" && c.Time && c.Drawn {
		note(tooltipMonths, c.Panel, "a tooltip mixes months: "+what)
	}
	return nil
}
