// Command shoot looks at tidemark's dashboards in a running Grafana as people
// do: every dashboard of both editions, light and dark, on a screen of 1366
// pixels, one of 1920 and a phone of 390. It writes a picture of each, report.md
// and report.json, and fails if anything on them is wrong:
//
//	go run ./dashboards/shoot --grafana http://localhost:3000
//
// It needs Chromium. The user is GRAFANA_USER with GRAFANA_PASSWORD; without them
// Grafana must let everybody view. Exit codes are 0 if nothing was found, 1 if
// something was, 2 if it could not look.
//
// # How it looks
//
// A page is ready when every place in Grafana's grid holds a panel with content,
// no panel shows a loading bar, no request to Grafana's API is open, and nothing
// has changed for some frames. Panels below the fold load when they come into
// view, so each empty place is scrolled to. Then the window is made as high as
// the page, so that the picture shows all of it. Chromium asks for the language of
// the edition.
//
// # What it can know
//
// Texts, links, tables and errors are in the document. Grafana draws charts on a
// canvas with uPlot, and the component that holds the plot hangs on the element
// as React's fibre, in every version from 10 on: from there come the scales, the
// points, the draw style and what is written at the axes. The widths of bars are
// counted in the pixels of the canvas. A tooltip is what the document shows after
// the mouse has moved; the points that the cursor chose say from which months its
// numbers are, which the text does not always.
//
// What it cannot know:
//   - Texts that a panel draws on a canvas, apart from those at the axes: the
//     words in a state timeline are read only in its tooltips.
//   - Rows of a table that have to be scrolled to: Grafana does not make them.
//   - Tooltips between the places at which it looked: the first, middle and last
//     points, and a little to the right of each; in the light theme only, because a
//     theme does not change what they say.
//   - Links in a menu that opens on a click, apart from the dashboards that the
//     dashboard's JSON names. Links to other hosts are listed and not followed.
//   - Bars lower than six pixels, which are not measured.
//
// A chart whose plot cannot be found is a fault of its own (chart/unread), so
// that a Grafana that keeps it elsewhere does not pass unseen.
package main
