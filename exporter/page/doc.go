package page

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"path"

	"github.com/tidemark-stats/tidemark/docs"
)

//go:embed doc.html
var docText string

var docTemplate = template.Must(template.Must(styled.Clone()).New("doc").Parse(docText))

// Doc answers a request with a page of docs, by its path there, and with 404 if there
// is none.
func Doc(w http.ResponseWriter, name string) error {
	title, body, ok := docs.Page(name)
	if !ok {
		http.Error(w, fmt.Sprintf("没有 %[1]s 这一页 / there is no page %[1]s", path.Base(name)), http.StatusNotFound)
		return nil
	}
	var whole bytes.Buffer
	if err := docTemplate.Execute(&whole, map[string]any{"Title": template.HTML(title), "Body": template.HTML(body)}); err != nil { //nolint:gosec // written by us
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = whole.WriteTo(w) // fails only when the client has disconnected
	return nil
}
