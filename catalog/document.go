package catalog

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/unicode/norm"
)

// document reads data as one YAML document and returns its root, or nil after
// reporting why it cannot.
func (d *decoder) document(data []byte) *yaml.Node {
	if m := unreadable(data); m != nil {
		d.mistake(m)
		return nil
	}
	// Codes are compared in composed form (NFC), regardless of how they were
	// typed.
	data = norm.NFC.Bytes(data)
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	err := dec.Decode(&doc)
	switch {
	case errors.Is(err, io.EOF):
		d.errorf(&yaml.Node{}, "the catalogue is empty")
		return nil
	case err != nil:
		d.syntax(data, err)
		return nil
	}
	switch err := dec.Decode(&second); {
	case err == nil:
		d.errorf(&second, "a second document begins; a catalogue is one YAML document")
	case !errors.Is(err, io.EOF):
		d.syntax(data, err)
	}
	if len(doc.Content) == 0 {
		d.errorf(&yaml.Node{}, "the catalogue is empty")
		return nil
	}
	d.plain(doc.Content[0])
	return doc.Content[0]
}

func (d *decoder) mistake(m *mistake) {
	d.errorf(&yaml.Node{Line: m.line + 1, Column: m.column + 1}, "%s", m.text)
}

// syntax reports why data is not YAML: a common mistake at its own position if
// one is found, otherwise the library's "yaml: line 3: text".
func (d *decoder) syntax(data []byte, err error) {
	if m := findMistake(string(data)); m != nil {
		d.mistake(m)
		return
	}
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	at := &yaml.Node{}
	if rest, found := strings.CutPrefix(text, "line "); found {
		if number, reason, found := strings.Cut(rest, ": "); found {
			if line, err := strconv.Atoi(number); err == nil {
				at.Line, text = line, reason
			}
		}
	}
	d.errorf(at, "is not YAML: %s", text)
}

// plain reports anchors and tags, which would swallow the beginning of a text.
// An anchor that is referred to is reported through its alias.
func (d *decoder) plain(root *yaml.Node) {
	var nodes []*yaml.Node
	referred := map[*yaml.Node]bool{}
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		nodes = append(nodes, n)
		referred[n.Alias] = true
		for _, child := range n.Content {
			walk(child)
		}
	}
	walk(root)
	for _, n := range nodes {
		switch {
		case n.Anchor != "" && !referred[n]:
			d.errorf(n, "anchors are not allowed in a catalogue; a text that begins with & needs quotation marks around it")
		case n.Style&yaml.TaggedStyle != 0:
			d.errorf(n, "tags are not allowed in a catalogue; a text that begins with ! needs quotation marks around it")
		}
	}
}
