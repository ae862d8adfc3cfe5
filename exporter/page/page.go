// Package page has the HTML pages that the exporter serves, in both languages.
package page

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

//go:embed landing.html
var landingText string

//go:embed style.html
var styleText string

// styled has the look of all pages, under the name style.
var styled = template.Must(template.New("style").Parse(styleText))

var landingTemplate = template.Must(template.Must(styled.Clone()).New("landing").Parse(landingText))

// Landing is the page at /: the number of figures, and links.
type Landing struct {
	City lang.Text
	Book *book.Book // nil until the figures are loaded
	Away bool       // InfluxDB cannot be read
	Day  figure.Day // that is shown
	Past bool       // it is shown in place of today
}

// Write answers a request with the page. If it returns an error it has written
// nothing.
func (l Landing) Write(w http.ResponseWriter) error {
	var page bytes.Buffer
	if err := landingTemplate.Execute(&page, l); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = page.WriteTo(w) // fails only when the client has disconnected
	return nil
}
