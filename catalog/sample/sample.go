// Package sample holds Ningbo's published figures from 2006 to 2025 in
// tidemark's own CSV format: the data that the demo pushes, and an example of
// the format. README.md says where the figures come from and how gaps were
// filled.
package sample

import (
	"embed"
	"io/fs"
)

// FS holds the CSV files. No cell appears twice in one file, so each can be
// pushed by itself; a cell that appears in two files has two publications.
//
//go:embed *.csv
var FS embed.FS

// Files lists the names of the CSV files in FS, sorted.
func Files() []string {
	names, err := fs.Glob(FS, "*.csv")
	if err != nil {
		panic("sample: " + err.Error()) // the pattern is malformed: cannot happen
	}
	return names // fs.Glob reads a directory, whose entries are sorted
}
