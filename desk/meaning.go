package desk

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/layout"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// meaning is what a person says about tables that leave something open: one answer for
// all of them, or a whole mapping.
type meaning struct {
	indicator, area, unit, period string
	mapping                       string // as tidemark map writes it
}

// asks are the problems of a file that saying what its tables mean can lift.
var asks = []string{"sheet/open", "sheet/unknown-labels", "sheet/nothing-taken"}

// read returns the mapping, nil when nothing is said. The error says what is wrong with
// it.
func (m *meaning) read(d *Desk) (*layout.Map, error) {
	if *m == (meaning{}) {
		return nil, nil
	}
	out := &layout.Map{Sheets: map[string]*layout.SheetMap{}}
	if strings.TrimSpace(m.mapping) != "" {
		var err error
		if out, err = layout.ParseMap([]byte(m.mapping), d.Catalog); err != nil {
			return nil, err
		}
		if out.Sheets == nil {
			out.Sheets = map[string]*layout.SheetMap{}
		}
	}
	const everySheet = "*"
	if out.Sheets[everySheet] == nil {
		out.Sheets[everySheet] = &layout.SheetMap{}
	}
	for name, s := range out.Sheets {
		if s == nil {
			s = &layout.SheetMap{}
			out.Sheets[name] = s
		}
		for _, f := range []struct {
			to   *string
			said string
		}{{&s.Indicator, m.indicator}, {&s.Area, m.area}, {&s.Unit, m.unit}, {&s.Period, m.period}} {
			if *f.to == "" {
				*f.to = f.said
			}
		}
	}
	return out, nil
}

// meaningForm is the part of a draft's page where people say what its tables mean.
type meaningForm struct {
	Open                          bool // the file cannot be read without it
	Indicators, Areas             []choice
	Indicator, Area, Unit, Period string
	Mapping                       string
	Wrong                         string // what is wrong with the mapping
}

// meaningForm returns the form, nil where nobody needs it. The caller holds the draft's
// lock.
func (d *Desk) meaningForm(dr *draft, p *Person, l lang.Language) *meaningForm {
	m := &dr.meaning
	f := &meaningForm{Indicator: m.indicator, Area: m.area, Unit: m.unit, Period: m.period, Mapping: m.mapping}
	file := ""
	for i := range dr.found.faults {
		if slices.Contains(asks, dr.found.faults[i].Code) {
			f.Open, file = true, dr.found.faults[i].Where
		}
	}
	if _, err := m.read(d); err != nil {
		f.Open, f.Wrong = true, err.Error()
	}
	if !f.Open && *m == (meaning{}) {
		return nil
	}
	areas := map[string]bool{}
	for _, ind := range d.Catalog.Indicators {
		if ind.Agency == nil || !p.Sends(ind.Agency.Code) {
			continue
		}
		f.Indicators = append(f.Indicators, choice{ind.Code, ind.Name.In(l)})
		for _, a := range ind.Areas {
			areas[a] = true
		}
	}
	for _, code := range slices.Sorted(maps.Keys(areas)) {
		if area, ok := d.Catalog.Area(code); ok {
			f.Areas = append(f.Areas, choice{code, area.Name.In(l)})
		}
	}
	if f.Mapping == "" {
		f.Mapping = d.mappingFor(dr, file)
	}
	return f
}

// mappingFor is a mapping for the file of a fault, to be filled in; empty if there is
// none.
func (d *Desk) mappingFor(dr *draft, where string) string {
	for _, u := range dr.files {
		if !strings.HasPrefix(where, u.name) {
			continue
		}
		file := layout.File{Name: u.name, Catalog: d.Catalog, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(u.data)), nil }}
		text, err := file.Draft()
		if err == nil {
			return text
		}
	}
	return ""
}

// serveMeaning takes what a person says about the tables of a draft.
func (d *Desk) serveMeaning(w http.ResponseWriter, r *http.Request) {
	dr, ok := d.draftOf(w, r)
	if !ok {
		return
	}
	said := meaning{indicator: r.PostFormValue("indicator"), area: r.PostFormValue("area"),
		unit: strings.TrimSpace(r.PostFormValue("unit")), period: strings.TrimSpace(r.PostFormValue("period"))}
	_, indicator := d.Catalog.Indicator(said.indicator)
	_, area := d.Catalog.Area(said.area)
	if said.indicator != "" && !indicator || said.area != "" && !area || said.period != "" && len(figure.Readings(said.period)) == 0 {
		d.refuse(w, r, http.StatusBadRequest, say("时期请写成 2024-05 或 2024年5月。没有发送任何数据。", "Write the period like 2024-05. Nothing was sent."))
		return
	}
	dr.mu.Lock()
	if text := strings.ReplaceAll(r.PostFormValue("mapping"), "\r\n", "\n"); r.PostFormValue("whole") != "" {
		said.mapping = text
	}
	if dr.sending.Load() == nil {
		dr.meaning = said
	}
	dr.mu.Unlock()
	d.check(w, r, dr, "/drafts/"+dr.id)
}
