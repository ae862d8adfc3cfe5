package page

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/tidemark-stats/tidemark/docs"
)

//go:embed doc.html
var docText string

var docTemplate = template.Must(template.Must(styled.Clone()).New("doc").Parse(docText))

// markdown reads the pages of docs. The lines of a paragraph stay lines, because
// the Chinese and the English sentence are one below the other.
var markdown = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.Table),
		goldmark.WithRendererOptions(html.WithHardWraps()),
		goldmark.WithParserOptions(parser.WithAutoHeadingID(), parser.WithASTTransformers(util.Prioritized(servedLinks{}, 100))))
})

// Doc answers a request with a page of docs, by its path there without .md, and
// with 404 if there is none. The index of a folder is its README.
func Doc(w http.ResponseWriter, name string) error {
	source, err := docs.Pages.ReadFile(name + ".md")
	if err != nil {
		http.Error(w, fmt.Sprintf("没有 %[1]s 这一页 / there is no page %[1]s", path.Base(name)), http.StatusNotFound)
		return nil
	}
	var body, whole bytes.Buffer
	read := parser.NewContext()
	read.Set(folder, path.Dir(name))
	if err := markdown().Convert(source, &body, parser.WithContext(read)); err != nil {
		return err
	}
	title, _, _ := strings.Cut(strings.TrimPrefix(string(source), "# "), "\n")
	// The text is ours: goldmark leaves out HTML that is in it.
	if err := docTemplate.Execute(&whole, map[string]any{"Title": title, "Body": template.HTML(body.String())}); err != nil { //nolint:gosec // see above
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = whole.WriteTo(w) // fails only when the client has disconnected
	return nil
}

// folder is that of the page that is read, in the parser's context.
var folder = parser.NewContextKey()

// servedLinks makes links to pages that are served lead to them. Others within
// the source tree become plain text, because they would lead nowhere.
type servedLinks struct{}

// Transform changes the links of a page.
func (servedLinks) Transform(page *ast.Document, _ text.Reader, read parser.Context) {
	var dead []*ast.Link
	_ = ast.Walk(page, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if link, ok := n.(*ast.Link); ok && entering {
			to, served := servedAt(read.Get(folder).(string), string(link.Destination))
			if link.Destination = []byte(to); !served {
				dead = append(dead, link)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, link := range dead {
		for child := link.FirstChild(); child != nil; child = link.FirstChild() {
			link.Parent().InsertBefore(link.Parent(), link, child)
		}
		link.Parent().RemoveChild(link.Parent(), link)
	}
}

// servedAt is the address of what a page in a folder of docs links to, and
// whether it can be reached.
func servedAt(folder, to string) (address string, ok bool) {
	u, err := url.Parse(to)
	switch {
	case err != nil:
		return to, false
	case u.Host != "" || u.Path == "":
		return to, true // elsewhere, or on the page itself
	}
	if _, err := docs.Pages.Open(path.Join(folder, u.Path)); err != nil {
		return to, false
	}
	u.Path = strings.TrimSuffix(u.Path, ".md")
	if path.Base(u.Path) == "README" {
		u.Path = path.Dir(u.Path) + "/"
	}
	return u.String(), true
}
