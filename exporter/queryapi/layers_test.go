package queryapi

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Each of the packages lists its files in its package comment, from top to
// bottom.
func TestAFileUsesOnlyThoseAfterIt(t *testing.T) {
	for _, dir := range []string{".", "eval", "series"} {
		files, order := parse(t, dir)
		for name := range files {
			if !slices.Contains(order, name) {
				t.Errorf("%s/%s is not in the package comment", dir, name)
			}
		}
		for from, uses := range arrows(files) {
			for to := range uses {
				if slices.Index(order, to) < slices.Index(order, from) {
					t.Errorf("%s/%s uses %s of %s, which is listed before it", dir, from, uses[to], to)
				}
			}
		}
	}
}

// parse reads a package without its tests, and the order of its files.
func parse(t *testing.T, dir string) (files map[string]*ast.File, order []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]*ast.File{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(positions, path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = f
		for _, line := range regexp.MustCompile(`(?m)^\t(\w+\.go) `).FindAllStringSubmatch(f.Doc.Text(), -1) {
			order = append(order, line[1])
		}
	}
	return files, order
}

var positions = token.NewFileSet()

// arrows maps each file to the files whose declarations it uses, with one of
// those declarations. Other packages are not considered.
func arrows(files map[string]*ast.File) map[string]map[string]string {
	info := types.Info{Uses: map[*ast.Ident]types.Object{}}
	var all []*ast.File
	for _, f := range files {
		all = append(all, f)
	}
	checker := types.Config{Importer: nowhere{}, Error: func(error) {}}
	checked, _ := checker.Check("checked", positions, all, &info) // reports errors, because nothing is imported
	uses := map[string]map[string]string{}
	for ident, object := range info.Uses {
		from := filepath.Base(positions.Position(ident.Pos()).Filename)
		to := filepath.Base(positions.Position(object.Pos()).Filename)
		if object.Pkg() != checked || !object.Pos().IsValid() || from == to {
			continue
		}
		if uses[from] == nil {
			uses[from] = map[string]string{}
		}
		uses[from][to] = object.Name()
	}
	return uses
}

// nowhere imports empty packages.
type nowhere struct{}

func (nowhere) Import(path string) (*types.Package, error) {
	p := types.NewPackage(path, path[strings.LastIndex(path, "/")+1:])
	p.MarkComplete()
	return p, nil
}
