// Render writes the pages of docs that the exporter serves as HTML, so that no
// program has to read Markdown at run time:
//
//	go run ./internal/render FOLDER
//
// in the folder docs.
package main

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: render FOLDER")
		os.Exit(2)
	}
	if err := render(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "render:", err)
		os.Exit(1)
	}
}

// pages lists the pages that are served: the runbooks and the page of rules.
func pages() []string {
	runbooks, _ := filepath.Glob("runbooks/*.md") // fails only on a wrong pattern
	return append(runbooks, "rules.md")
}

// render writes all pages anew, so that a page that was removed is removed there too.
func render(folder string) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	// The lines of a paragraph stay lines, because the Chinese and the English
	// sentence are one below the other. HTML in a page is left out.
	markdown := goldmark.New(goldmark.WithExtensions(extension.Table),
		goldmark.WithRendererOptions(html.WithHardWraps()),
		goldmark.WithParserOptions(parser.WithAutoHeadingID(), parser.WithASTTransformers(util.Prioritized(servedLinks{}, 100))))
	for _, page := range pages() {
		source, err := os.ReadFile(page)
		if err != nil {
			return err
		}
		var body bytes.Buffer
		read := parser.NewContext()
		read.Set(folderKey, path.Dir(page))
		if err := markdown.Convert(source, &body, parser.WithContext(read)); err != nil {
			return fmt.Errorf("%s: %w", page, err)
		}
		to := filepath.Join(folder, strings.TrimSuffix(page, ".md")+".html")
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, body.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// folderKey is that of the page that is read, in the parser's context.
var folderKey = parser.NewContextKey()

// servedLinks makes links to pages that are served lead to them. Others within
// the source tree become plain text, because they would lead nowhere.
type servedLinks struct{}

// Transform changes the links of a page.
func (servedLinks) Transform(page *ast.Document, _ text.Reader, read parser.Context) {
	var dead []*ast.Link
	_ = ast.Walk(page, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if link, ok := n.(*ast.Link); ok && entering {
			to, served := servedAt(read.Get(folderKey).(string), string(link.Destination))
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
	if !slices.Contains(pages(), path.Join(folder, u.Path)) {
		return to, false
	}
	u.Path = strings.TrimSuffix(u.Path, ".md")
	if path.Base(u.Path) == "README" {
		u.Path = path.Dir(u.Path) + "/"
	}
	return u.String(), true
}
