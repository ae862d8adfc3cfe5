// Schemagen writes the JSON Schema of a figure to the file it is given.
package main

import (
	"log"
	"os"

	"github.com/tidemark-stats/tidemark/figure"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: schemagen FILE")
	}
	if err := os.WriteFile(os.Args[1], figure.Schema(), 0o644); err != nil {
		log.Fatal(err)
	}
}
