// Package docs holds the pages that alerts and reports send people to, so that
// the exporter can serve them where there is no internet.
package docs

import (
	"embed"
	"path"
	"strings"
)

//go:generate go run ./internal/render served

//go:embed served
var served embed.FS

// Page returns a page as the HTML of its body and the text of its title, by its path
// in this folder without .md: runbooks/TidemarkIngestDown, rules. ok is false when
// there is none. The index of a folder is its README.
func Page(name string) (title, body string, ok bool) {
	text, err := served.ReadFile(path.Join("served", name+".html"))
	if err != nil {
		return "", "", false
	}
	_, title, _ = strings.Cut(string(text), "<h1")
	_, title, _ = strings.Cut(title, ">")
	title, _, _ = strings.Cut(title, "</h1>")
	return title, string(text), true
}
