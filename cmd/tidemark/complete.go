package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// complete writes the candidates for the last of some words of a command line, a line
// each with a description after a tab. It writes nothing where files are wanted, or
// anything else that cannot be listed.
func complete(model *kong.Application, words []string, w io.Writer) {
	if len(words) == 0 {
		words = []string{""}
	}
	last := words[len(words)-1]
	if last == "=" { // bash takes --lang=zh apart
		last = ""
	}
	c := completer{node: model.Node, words: words}
	for _, word := range words[:len(words)-1] {
		c.take(word)
	}
	for _, one := range c.candidates(last) {
		if strings.HasPrefix(one.text, last) {
			_, _ = fmt.Fprintf(w, "%s\t%s\n", one.text, strings.ReplaceAll(one.says, "\n", " ")) // the shell has gone away
		}
	}
}

// candidate is a word that may stand at the end of a command line.
type candidate struct{ text, says string }

// completer follows a command line word by word.
type completer struct {
	node    *kong.Node
	words   []string
	flag    *kong.Flag // whose value comes next
	given   []string   // positional arguments so far
	noFlags bool       // after --
}

// take follows a whole word.
func (c *completer) take(word string) {
	switch {
	case word == "=" && c.flag != nil:
	case c.flag != nil:
		c.flag = nil
	case word == "--":
		c.noFlags = true
	case !c.noFlags && strings.HasPrefix(word, "--"):
		name, _, whole := strings.Cut(word[2:], "=")
		if f := c.flagCalled(name); f != nil && !whole && !f.IsBool() {
			c.flag = f
		}
	default:
		for _, child := range c.node.Children {
			if child.Name == word {
				c.node, c.given = child, nil
				return
			}
		}
		c.given = append(c.given, word)
	}
}

// flags are those that may be used at this point.
func (c *completer) flags() (all []*kong.Flag) {
	for n := c.node; n != nil; n = n.Parent {
		all = append(all, n.Flags...)
	}
	if d := c.node.DefaultCmd; d != nil {
		all = append(all, d.Flags...)
	}
	return all
}

func (c *completer) flagCalled(name string) *kong.Flag {
	for _, f := range c.flags() {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// candidates are what the last word may be.
func (c *completer) candidates(last string) (all []candidate) {
	if c.flag != nil {
		return c.values(c.flag.Value, nil)
	}
	if !c.noFlags && strings.HasPrefix(last, "-") {
		if name, _, whole := strings.Cut(last, "="); whole {
			if f := c.flagCalled(strings.TrimPrefix(name, "--")); f != nil {
				for _, v := range c.values(f.Value, nil) {
					all = append(all, candidate{name + "=" + v.text, v.says})
				}
			}
			return all
		}
		for _, f := range c.flags() {
			if !f.Hidden {
				all = append(all, candidate{"--" + f.Name, f.Help})
			}
		}
		return all
	}
	for _, child := range c.node.Children {
		if !child.Hidden && len(c.given) == 0 {
			all = append(all, candidate{child.Name, child.Help})
		}
	}
	if n := len(c.node.Positional); n > 0 {
		return append(all, c.values(c.node.Positional[min(len(c.given), n-1)], c.given)...)
	}
	return all
}

// values lists what a flag or an argument may be, after the arguments before it.
func (c *completer) values(v *kong.Value, before []string) (all []candidate) {
	if v.Enum != "" {
		for _, one := range v.EnumSlice() {
			all = append(all, candidate{one, ""})
		}
		return all
	}
	kind := v.Name
	if kind == "cell" {
		kind = [...]string{"indicator", "area", "measure", ""}[min(len(before), 3)]
	}
	switch kind {
	case "indicator":
		for _, i := range c.catalogue().Indicators {
			all = append(all, candidate{i.Code, i.Name.ZH + " " + i.Name.EN})
		}
	case "area":
		for _, a := range c.catalogue().Areas {
			all = append(all, candidate{a.Code, a.Name.ZH + " " + a.Name.EN})
		}
	case "explain":
		for _, t := range c.catalogue().Targets {
			all = append(all, candidate{t.ID, t.Name.ZH + " " + t.Name.EN})
		}
	case "measure":
		for _, m := range figure.Measures() {
			all = append(all, candidate{m.String(), ""})
		}
	}
	return all
}

// catalogue is the one that the command line or the environment names, or the built-in
// one; an empty one when it cannot be read.
func (c *completer) catalogue() *catalog.Catalog {
	name := os.Getenv("TIDEMARK_CATALOG")
	for i, word := range c.words {
		if value, ok := strings.CutPrefix(word, "--catalog="); ok {
			name = value
		} else if word == "--catalog" {
			rest := c.words[i+1:]
			if len(rest) > 1 && rest[0] == "=" {
				rest = rest[1:]
			}
			if len(rest) > 1 {
				name = rest[0]
			}
		}
	}
	cat, err := (&catalogFlag{Catalog: name}).load()
	if err != nil {
		return new(catalog.Catalog)
	}
	return cat
}
