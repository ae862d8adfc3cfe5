package grid

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/tidemark-stats/tidemark/internal/lang"
)

// sheets lists the sheets of the workbook that have cells, with their parts.
func (b *Book) sheets() (all []Sheet, err error) {
	var book struct {
		Sheets []struct {
			Name  string     `xml:"name,attr"`
			State string     `xml:"state,attr"`
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	var relations struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
			Type   string `xml:"Type,attr"`
		} `xml:"Relationship"`
	}
	if err := b.decode("xl/workbook.xml", &book); err != nil {
		return nil, err
	}
	if err := b.decode("xl/_rels/workbook.xml.rels", &relations); err != nil {
		return nil, err
	}
	parts := map[string]string{}
	for _, r := range relations.All {
		target := r.Target
		if !strings.HasPrefix(target, "/") {
			target = "xl/" + target
		}
		target = strings.ToLower(strings.TrimPrefix(path.Clean(target), "/"))
		switch kind := path.Base(r.Type); {
		case (kind == "worksheet" || kind == "sharedStrings") && b.parts[target] == nil:
			return nil, errors.New(target + " is missing")
		case kind == "worksheet": // a chart has no cells
			parts[r.ID] = target
		}
	}
	for _, s := range book.Sheets {
		for _, a := range s.Attrs {
			if part := parts[a.Value]; a.Name.Local == "id" && part != "" {
				all = append(all, Sheet{Name: s.Name, Hidden: s.State != "" && s.State != "visible", part: part})
			}
		}
	}
	return all, nil
}

// decode reads a small part of the workbook.
func (b *Book) decode(part string, to any) error {
	f := b.parts[part]
	if f == nil {
		return errors.New(part + " is missing")
	}
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // only read from
	return xml.NewDecoder(io.LimitReader(r, maxPart)).Decode(to)
}

// countTexts counts the texts that cells share, without reading them: two for one if
// their elements have a prefix.
func (b *Book) countTexts() (n int, err error) {
	f := b.parts["xl/sharedstrings.xml"]
	if f == nil {
		return math.MaxInt, nil // under another name, or unused
	}
	part, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer func() { _ = part.Close() }() // only read from
	in := bufio.NewReaderSize(io.LimitReader(part, maxPart), 64<<10)
	for {
		tag, err := in.ReadSlice('>')
		if at := max(bytes.LastIndexByte(tag, '<'), bytes.LastIndexByte(tag, ':')); at >= 0 {
			if name, _, _ := bytes.Cut(bytes.TrimRight(tag[at+1:], "/>"), []byte(" ")); string(name) == "si" {
				n++
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return n, nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return n, err
		}
	}
}

// facts are what a sheet says besides its cells.
type facts struct {
	merged  []Range
	rows    map[int]bool // hidden rows, by number
	columns []Range      // hidden columns
}

// add notes what an element outside the rows says.
func (f *facts) add(e *xml.StartElement) {
	switch e.Name.Local {
	case "col":
		a := attributes(e.Attr)
		first, err1 := strconv.Atoi(a["min"])
		last, err2 := strconv.Atoi(a["max"])
		if truth(a["hidden"]) && err1 == nil && err2 == nil {
			f.columns = append(f.columns, Range{FirstColumn: first - 1, LastColumn: last - 1})
		}
	case "mergeCell":
		if r, ok := rangeOf(attributes(e.Attr)["ref"]); ok {
			f.merged = append(f.merged, r)
		}
	}
}

func attributes(all []xml.Attr) map[string]string {
	m := make(map[string]string, len(all))
	for _, a := range all {
		m[a.Name.Local] = a.Value
	}
	return m
}

func truth(s string) bool { return s == "1" || s == "true" }

// rangeOf parses A1:C3.
func rangeOf(ref string) (Range, bool) {
	from, to, _ := strings.Cut(ref, ":")
	c1, r1, err1 := excelize.CellNameToCoordinates(from)
	c2, r2, err2 := excelize.CellNameToCoordinates(to)
	if err1 != nil || err2 != nil {
		return Range{}, false
	}
	return Range{FirstRow: min(r1, r2), LastRow: max(r1, r2), FirstColumn: min(c1, c2) - 1, LastColumn: max(c1, c2) - 1}, true
}

// say tells of hidden rows and columns that have text. They are read like others:
// who sees the sheet does not know what is in them.
func (f *facts) say(g *Grid) (said []lang.Text) {
	hidden := 0
	for i := range g.Rows {
		if f.rows[g.Rows[i].Number] {
			hidden++
		}
	}
	if hidden > 0 {
		said = append(said, lang.Text{ZH: fmt.Sprintf("隐藏行 %d 行：同样读取", hidden), EN: fmt.Sprintf("hidden rows with text: %d, read like the others", hidden)})
	}
	columns, texts := 0, g.texts()
	for _, r := range f.columns {
		for c := max(r.FirstColumn, 0); c <= r.LastColumn && c < len(texts); c++ {
			if texts[c] {
				columns++
			}
		}
	}
	if columns > 0 {
		said = append(said, lang.Text{ZH: fmt.Sprintf("隐藏列 %d 列：同样读取", columns), EN: fmt.Sprintf("hidden columns with text: %d, read like the others", columns)})
	}
	return said
}

// texts reports of each column whether it has text.
func (g *Grid) texts() []bool {
	has := make([]bool, g.Width())
	for i := range g.Rows {
		for c, text := range g.Rows[i].Cells {
			has[c] = has[c] || text != ""
		}
	}
	return has
}
