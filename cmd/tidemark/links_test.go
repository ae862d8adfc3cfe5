package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	mdLink    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading   = regexp.MustCompile(`(?m)^#+ +(.*)$`)
	notInSlug = regexp.MustCompile(`[^\p{L}\p{N}_\- ]`)
	codeSpan  = regexp.MustCompile("`[^`\n]+`")
	codeBlock = regexp.MustCompile(`(?m)^    .*$`)
	// ownPath is a path from the top of the repository: what begins with one of its
	// folders, except the rule codes figure/… and catalog/….
	ownPath   = regexp.MustCompile(`(?:^|[\s` + "`" + `(])(?:\./)?((?:\.ci|\.github|book|cmd|dashboards|deploy|docs|exporter|ingest|internal|store|verdict)/[\w./-]*\w)`)
	benchmark = regexp.MustCompile(`go test (\S+) -run '\^\$' -bench (\w+)`)
)

// pages returns the text of every Markdown page of the repository by its path from
// the top.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && (name == "testdata" || name == ".git" || name == "node_modules") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		text, err := os.ReadFile(path)
		found[strings.TrimPrefix(filepath.ToSlash(path), "../../")] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// exists reports whether a path from the top of the repository exists.
func exists(path string) bool {
	_, err := os.Stat(filepath.Join("../..", path))
	return err == nil
}

// slug is the anchor that GitHub gives a heading.
func slug(heading string) string {
	return strings.ReplaceAll(notInSlug.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}

func TestEveryLinkOfAPageLeadsToAFileAndAHeading(t *testing.T) {
	all := pages(t)
	for page, text := range all {
		for _, link := range mdLink.FindAllStringSubmatch(text, -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			path, anchor, _ := strings.Cut(link[1], "#")
			target := page
			if path != "" {
				target = filepath.ToSlash(filepath.Join(filepath.Dir(page), path))
			}
			if !exists(target) {
				t.Errorf("%s links to %s, which does not exist", page, link[1])
				continue
			}
			known := anchor == ""
			for _, h := range heading.FindAllStringSubmatch(all[target], -1) {
				known = known || slug(h[1]) == anchor
			}
			if !known {
				t.Errorf("%s links to %s, but %s has no such heading", page, link[1], target)
			}
		}
	}
}

func TestEveryPathInAPageExists(t *testing.T) {
	for page, text := range pages(t) {
		if page == "CHANGELOG.md" {
			continue // it also names what was
		}
		code := append(codeSpan.FindAllString(text, -1), codeBlock.FindAllString(text, -1)...)
		for _, part := range code {
			for _, path := range ownPath.FindAllStringSubmatch(part, -1) {
				if name := strings.TrimSuffix(path[1], "/..."); !exists(name) {
					t.Errorf("%s names %s, which does not exist, in %s", page, name, strings.TrimSpace(part))
				}
			}
		}
	}
}

func TestEveryBenchmarkInAPageExists(t *testing.T) {
	for page, text := range pages(t) {
		for _, command := range benchmark.FindAllStringSubmatch(text, -1) {
			files, err := filepath.Glob(filepath.Join("../..", command[1], "*_test.go"))
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, file := range files {
				source, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				found = found || regexp.MustCompile(`func Benchmark\w*`+command[2]).Match(source)
			}
			if !found {
				t.Errorf("%s: no benchmark of %s matches %q", page, command[1], command[2])
			}
		}
	}
}
