package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/tidemark-stats/tidemark/ingest/layout"
)

type mapCmd struct {
	File string `arg:"" help:"The file whose tables are to be mapped."`
	catalogFlag
	Sheet string `env:"-" help:"The only sheet of a workbook to map; all that have a table if omitted." placeholder:"NAME"`
	Out   string `env:"-" help:"Where to write the mapping; - is standard output. The file's name with .map.yaml if omitted." placeholder:"FILE"`
}

// Help shows an example.
func (*mapCmd) Help() string {
	return `Writes what was understood of a file's tables into a short YAML file: the period,
area and unit, what each column is, and the labels that name no indicator of the
catalogue. Fill in what is empty and keep the file for the next month.

Example:
  tidemark map port.xlsx
  tidemark check --map port.map.yaml port.xlsx`
}

// Run writes the mapping.
func (c *mapCmd) Run(e *env) error {
	cat, err := c.load()
	if err != nil {
		return err
	}
	file := layout.File{Name: c.File, Open: func() (io.ReadCloser, error) { return os.Open(c.File) }, Catalog: cat, Sheet: c.Sheet}
	text, err := file.Draft()
	if err != nil {
		return err
	}
	if c.Out == "-" {
		_, err := io.WriteString(e.stdout, text)
		return err
	}
	out := c.Out
	if out == "" {
		out = strings.TrimSuffix(c.File, filepath.Ext(c.File)) + ".map.yaml"
	}
	err = writeNew(out, []byte(text))
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists already; remove it, or name another file with --out", out)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(e.stdout, out)
	return err
}
