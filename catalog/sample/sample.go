// Package sample holds Ningbo's published figures from 2019 to 2025 in
// tidemark's own CSV: what the demo pushes, and an example of the format.
// README.md says where the figures come from and how gaps were filled.
package sample

import (
	"embed"
	"io/fs"
)

// FS holds the CSV files. No cell stands twice in one file, so that each can
// be pushed by itself; a cell that stands in two has two publications.
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
