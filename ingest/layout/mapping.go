package layout

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/grid"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Map is what a sender says about the tables of a file, kept and used again next
// month.
type Map struct {
	Sheets map[string]*SheetMap `yaml:"sheets"` // by name; "*" for those that are not named, and for text
}

// SheetMap is what a sender says about one table. Empty keys leave it to the table.
type SheetMap struct {
	Indicator string            `yaml:"indicator,omitempty"` // code, where the table names none
	Area      string            `yaml:"area,omitempty"`      // code, where the table names none
	Period    string            `yaml:"period,omitempty"`    // where the table names none
	Unit      string            `yaml:"unit,omitempty"`      // where the table names none
	Columns   map[string]string `yaml:"columns,omitempty"`   // headings by letter, instead of the table's; "-" for a column to skip
	Labels    map[string]Meant  `yaml:"labels,omitempty"`    // of rows and columns
	Flags     map[string]string `yaml:"flags,omitempty"`     // cells instead of numbers, or marks of a source, with the status they mean; "" for a cell without a number
}

// Meant is what a label of a table means.
type Meant struct {
	Indicator string `yaml:"indicator,omitempty"` // code
	Area      string `yaml:"area,omitempty"`      // code
	Category  string `yaml:"category,omitempty"`  // code
	Unit      string `yaml:"unit,omitempty"`
	Skip      bool   `yaml:"skip,omitempty"` // its values are not taken
}

// anySheet is the key of the sheets that a mapping does not name.
const anySheet = "*"

// unknownKey matches what the YAML package says of a key that a mapping does not have.
var unknownKey = regexp.MustCompile(`field (\S+) not found in type layout\.\w+`)

// ParseMap reads a mapping, and checks its codes against the catalogue.
func ParseMap(text []byte, cat *catalog.Catalog) (*Map, error) {
	m := &Map{}
	in := yaml.NewDecoder(bytes.NewReader(text))
	in.KnownFields(true)
	if err := in.Decode(m); err != nil {
		text := unknownKey.ReplaceAllString(strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " "), "there is no key $1")
		return nil, fmt.Errorf("%s; tidemark map FILE writes an example", strings.TrimPrefix(text, "unmarshal errors: "))
	}
	for name, s := range m.Sheets {
		if s == nil {
			continue
		}
		if err := s.check(cat); err != nil {
			return nil, fmt.Errorf("sheet %q: %w", name, err)
		}
	}
	return m, nil
}

func (s *SheetMap) check(cat *catalog.Catalog) error {
	area := func(code string) error {
		if _, ok := cat.Area(code); code != "" && !ok {
			return fmt.Errorf("area %q is not in the catalogue", code)
		}
		return nil
	}
	if _, ok := cat.Indicator(s.Indicator); s.Indicator != "" && !ok {
		return fmt.Errorf("indicator %q is not in the catalogue", s.Indicator)
	}
	if err := area(s.Area); err != nil {
		return err
	}
	if s.Period != "" && len(readings(s.Period)) == 0 {
		return fmt.Errorf("period %q is not a period; write it like 2024-05", s.Period)
	}
	for letters := range s.Columns {
		if _, ok := columnNamed(letters); !ok {
			return fmt.Errorf("column %q is not a column; write its letter, like C", letters)
		}
	}
	for flag, status := range s.Flags {
		if _, err := figure.ParseStatus(status); status != "" && err != nil {
			return fmt.Errorf("flag %q: %w", flag, err)
		}
	}
	for label, m := range s.Labels {
		if _, ok := cat.Indicator(m.Indicator); m.Indicator != "" && !ok {
			return fmt.Errorf("label %q: indicator %q is not in the catalogue", label, m.Indicator)
		}
		if err := area(m.Area); err != nil {
			return fmt.Errorf("label %q: %w", label, err)
		}
	}
	return nil
}

// flag returns the status that a cell instead of a number means.
func (s *SheetMap) flag(cell string) (status string, ok bool) {
	if len(s.Flags) == 0 || cell == "" {
		return "", false
	}
	status, ok = s.Flags[cell]
	return status, ok
}

// columnNamed returns the column with a letter or letters, from 0.
func columnNamed(letters string) (column int, ok bool) {
	for _, c := range letters {
		if c < 'A' || c > 'Z' || column > 1<<14 {
			return 0, false
		}
		column = column*26 + int(c-'A') + 1
	}
	return column - 1, column > 0
}

// of returns what is said about a sheet; never nil.
func (m *Map) of(sheet string) *SheetMap {
	if m == nil {
		return &SheetMap{}
	}
	own, all := m.Sheets[sheet], m.Sheets[anySheet]
	switch {
	case own == nil && all == nil:
		return &SheetMap{}
	case own == nil:
		return all
	case all == nil:
		return own
	}
	both := *own
	both.Labels, both.Flags = joinedMaps(all.Labels, own.Labels), joinedMaps(all.Flags, own.Flags)
	return &both
}

func joinedMaps[V any](far, near map[string]V) map[string]V {
	both := maps.Clone(far)
	if both == nil {
		return near
	}
	maps.Copy(both, near)
	return both
}

// skipped is the reason for values that the sender does not want to send.
var skipped = lang.Text{ZH: "按映射文件不读取", EN: "not taken, as the mapping says"}

// apply puts what the sender says in the place of what the table says.
func (s *SheetMap) apply(b *block) {
	b.given, b.indicator = s, s.Indicator
	if s.Area != "" {
		b.area = s.Area
	}
	if s.Unit != "" {
		b.above.unit = s.Unit
	}
	if s.Period != "" {
		b.above.period, b.unclear = s.Period, false
	}
	for _, letters := range slices.Sorted(maps.Keys(s.Columns)) {
		c, _ := columnNamed(letters)
		heading := s.Columns[letters]
		switch {
		case heading == "": // not said yet
		case c >= len(b.columns) || b.empty(c):
			b.absent = append(b.absent, letters)
		case heading == "-":
			b.columns[c] = meaning{drop: &skipped}
		default:
			m := b.labels.read(heading)
			m.current = m.current || m.growth && !m.toDate && m.period == "" // 同比 is not left open
			b.columns[c] = m
		}
	}
	if len(s.Columns) > 0 {
		b.inherit()
	}
}

// strangers returns the sheets that the mapping names and the workbook does not have.
func (m *Map) strangers(sheets []grid.Sheet) (all []string) {
	if m == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(m.Sheets)) {
		if name != anySheet && !slices.ContainsFunc(sheets, func(s grid.Sheet) bool { return s.Name == name }) {
			all = append(all, name)
		}
	}
	return all
}

// LoadMap reads the file of a mapping. The error names it.
func LoadMap(path string, cat *catalog.Catalog) (*Map, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("mapping: %w", err)
	}
	m, err := ParseMap(text, cat)
	if err != nil {
		return nil, fmt.Errorf("mapping %s: %w", path, err)
	}
	return m, nil
}
