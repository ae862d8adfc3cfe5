// Command generate writes the Grafana dashboards of a catalogue. By default it
// writes those of the built-in one to where go generate needs them.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/dashboards"
)

func main() { os.Exit(run()) }

func run() int {
	file := flag.String("catalog", "", "catalogue `file` (default: the built-in one)")
	out := flag.String("out", ".", "`directory` to write zh/*.json and en/*.json to")
	flag.Parse()
	if err := write(*file, *out); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		return 2
	}
	return 0
}

func write(file, out string) error {
	cat := catalog.Ningbo()
	if file != "" {
		var err error
		if cat, err = catalog.Load(file); err != nil {
			return err
		}
	}
	all, err := dashboards.Build(cat)
	if err != nil {
		return err
	}
	for _, d := range all {
		to := filepath.Join(out, filepath.FromSlash(d.Path))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, d.JSON, 0o644); err != nil {
			return err
		}
	}
	return nil
}
