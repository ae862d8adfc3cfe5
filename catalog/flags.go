package catalog

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/unicode/norm"

	"github.com/tidemark-stats/tidemark/figure"
)

// LoadFlags reads a file with the meanings of a sender's marks: a mapping like
// flags of an agency. If the file has mistakes, the error is an Errors that
// lists all of them.
func LoadFlags(path string) (figure.Flags, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("flags: %w", err)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, fmt.Errorf("flags: %s is empty, write one mark per line, like p: P", path)
	}
	d := &decoder{file: path}
	var flags figure.Flags
	if root := d.document(data); root != nil {
		flags = d.flags(root, "flags")
	}
	if len(d.errs) > 0 {
		return nil, d.errs.inOrder()
	}
	return flags, nil
}

// WithFlags returns the catalogue with marks that take precedence over those
// of its agencies.
func (c *Catalog) WithFlags(flags figure.Flags) *Catalog {
	with := *c
	with.flags = make(map[*Agency]figure.Flags, len(c.Agencies))
	for _, a := range c.Agencies {
		all := maps.Clone(flags)
		for mark, flag := range a.Flags {
			if _, given := all[mark]; !given {
				all[mark] = flag
			}
		}
		with.flags[a] = all
	}
	return &with
}

// FlagsOf returns the marks in the files of an agency.
func (c *Catalog) FlagsOf(a *Agency) figure.Flags {
	if flags, given := c.flags[a]; given {
		return flags
	}
	return a.Flags
}

// flags reads a mapping of marks to statuses.
func (d *decoder) flags(n *yaml.Node, label string) figure.Flags {
	if !d.is(n, yaml.MappingNode, label) {
		return nil
	}
	flags := figure.Flags{}
	d.pairs(n, func(key, value *yaml.Node) {
		mark := strings.TrimSpace(norm.NFKC.String(key.Value))
		flag, err := figure.ParseFlag(value.Value)
		switch {
		case mark == "" || strings.ContainsFunc(mark, unicode.IsDigit):
			d.errorf(key, "%s: %q is not a mark that can be written next to a number", label, key.Value)
		case !d.is(value, yaml.ScalarNode, label+": "+mark):
		case err != nil:
			d.errorf(value, "%s: %s: %s", label, printable(mark), because(err))
		default:
			flags[mark] = flag
		}
	})
	return flags
}
