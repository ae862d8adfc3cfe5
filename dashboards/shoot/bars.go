package main

import (
	"fmt"
	"image"
	"image/color"
	"slices"
)

// chart is what a plot on the page says of itself. Lengths are pixels of its
// canvas.
type chart struct {
	Panel  string    `json:"panel"`
	Unread bool      `json:"unread"` // the page holds no plot for it
	Time   bool      `json:"time"`   // its horizontal axis is time
	Axes   []string  `json:"axes"`   // what is written at the axes
	Series []series  `json:"series"`
	Places []float64 `json:"places"` // where tooltips are looked at, from the left of the plot
	Plot   box       `json:"plot"`   // the area of the plot within the canvas
	Canvas string    `json:"canvas"` // PNG as a data URL, if there are bars
	Drawn  bool      `json:"drawn"`  // it draws lines, bars or points, as a timeline does not
}

type box struct{ Left, Top, Width, Height float64 }

type series struct {
	Name   string  `json:"name"`
	Bars   bool    `json:"bars"`
	Align  int     `json:"align"` // -1: bars end at their date, 0: centred, 1: begin there
	Min    float64 `json:"min"`   // of the axis
	Max    float64 `json:"max"`
	Log    bool    `json:"log"`
	Zero   float64 `json:"zero"` // where 0 is, within the plot
	Points []point `json:"points"`
}

type point struct{ X, Y float64 }

const (
	thinnest = 3   // pixels of a bar that can be seen
	many     = 200 // bars from which on they may be thinner
	lowest   = 6   // pixels of height from which on a bar is measured
)

// thin says that the bars of a series are too thin; "" if they are not. It
// returns how many it measured too. All bars of a series are equally wide, so the
// median is what counts: a bar may be partly behind another.
func (s *series) thin(canvas image.Image, plot box) (measured int, what string) {
	if !s.Bars || len(s.Points) == 0 || len(s.Points) >= many {
		return 0, ""
	}
	var widths []int
	for _, p := range s.Points {
		if w, ok := barWidth(canvas, plot, p, s.Zero, s.Align); ok {
			widths = append(widths, w)
		}
	}
	if len(widths) == 0 {
		return 0, ""
	}
	slices.Sort(widths)
	if w := widths[len(widths)/2]; w < thinnest {
		return len(widths), fmt.Sprintf("the %d bars of %s are %d pixels wide, and %d is the least that can be seen", len(s.Points), s.Name, w, thinnest)
	}
	return len(widths), ""
}

// notFromZero says that the bars of a series do not start at 0; "" if they do.
// uPlot draws bars from 0, or from the end of the axis if the axis ends before it.
func (s *series) notFromZero() string {
	switch {
	case !s.Bars || len(s.Points) == 0:
		return ""
	case s.Log:
		return fmt.Sprintf("the axis of the bars of %s is logarithmic and has no 0", s.Name)
	case s.Min > 0:
		return fmt.Sprintf("the bars of %s start at %g", s.Name, s.Min)
	case s.Max < 0:
		return fmt.Sprintf("the bars of %s start at %g", s.Name, s.Max)
	}
	return ""
}

// barWidth counts the pixels of one bar in three rows, and takes the middle
// count: a line may cross the bar in one of them. ok is false for a bar that is
// outside the plot or too low.
func barWidth(canvas image.Image, plot box, p point, zero float64, align int) (width int, ok bool) {
	top, bottom := min(p.Y, zero), max(p.Y, zero)
	top, bottom = max(top, plot.Top), min(bottom, plot.Top+plot.Height)
	x := int(p.X) + align
	if bottom-top < lowest || float64(x) < plot.Left || float64(x) >= plot.Left+plot.Width {
		return 0, false
	}
	var counts []int
	for _, part := range []float64{0.25, 0.5, 0.75} {
		counts = append(counts, inked(canvas, x, int(top+(bottom-top)*part), plot))
	}
	slices.Sort(counts)
	return counts[1], true
}

// inked counts the pixels around x in row y that are drawn at least half as strongly
// as the strongest of x and its neighbours. The canvas is transparent where
// nothing is drawn, and the lines of the grid are faint.
func inked(canvas image.Image, x, y int, plot box) int {
	const faint = 48 // of 255
	alpha := func(x int) int {
		return int(color.NRGBAModel.Convert(canvas.At(x, y)).(color.NRGBA).A)
	}
	strongest := x
	for _, near := range []int{x - 1, x + 1} {
		if alpha(near) > alpha(strongest) {
			strongest = near
		}
	}
	least := max(alpha(strongest)/2, faint)
	if alpha(strongest) < least {
		return 0
	}
	left, right := int(plot.Left), int(plot.Left+plot.Width)
	from, to := strongest, strongest
	for from > left && alpha(from-1) >= least {
		from--
	}
	for to < right-1 && alpha(to+1) >= least {
		to++
	}
	return to - from + 1
}
