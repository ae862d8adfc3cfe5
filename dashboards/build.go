package dashboards

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/tidemark-stats/tidemark/catalog"
)

// File is one generated dashboard.
type File struct {
	Edition Edition
	Path    string // relative to the folder of all dashboards: zh/overview.json
	JSON    []byte
}

//go:embed zh/*.json en/*.json
var committed embed.FS

// Committed returns the committed dashboards of the built-in catalogue, sorted
// by path within each edition.
func Committed() ([]File, error) {
	var all []File
	for _, e := range Editions() {
		paths, err := fs.Glob(committed, string(e)+"/*.json")
		if err != nil {
			return nil, err
		}
		for _, p := range paths {
			data, err := committed.ReadFile(p)
			if err != nil {
				return nil, err
			}
			all = append(all, File{e, p, data})
		}
	}
	return all, nil
}

// Build generates the dashboards of a catalogue in both editions: the
// overview, a single indicator, every topic that has indicators, revisions,
// the track record, the pipeline. The same catalogue always gives the same bytes.
func Build(cat *catalog.Catalog) ([]File, error) {
	var all []File
	for _, e := range Editions() {
		m := &maker{cat, e}
		made := []page{{overviewCode, m.overview()}, {indicatorCode, m.indicator()}}
		for _, t := range cat.Topics {
			if of := m.ofTopic(t); len(of) > 0 {
				made = append(made, page{t.Code, m.topic(t, of)})
			}
		}
		made = append(made, page{revisionsCode, m.revisions()}, page{recordCode, m.record()}, page{pipelineCode, m.pipeline()})
		for _, one := range made {
			data, err := written(one.made)
			if err != nil {
				return nil, fmt.Errorf("dashboard %s: %w", e.uid(one.code), err)
			}
			all = append(all, File{e, path.Join(string(e), one.code+".json"), data})
		}
	}
	return all, nil
}

// page is a dashboard with its code.
type page struct {
	code string
	made *board
}

// ofTopic returns the indicators of a topic.
func (m *maker) ofTopic(t *catalog.Topic) (all []*catalog.Indicator) {
	for _, i := range m.cat.Indicators {
		if i.Topic == t {
			all = append(all, i)
		}
	}
	return all
}

// written is the dashboard as JSON with one value per line, for readable
// diffs.
func written(b *board) ([]byte, error) {
	made, err := b.Build()
	if err != nil {
		return nil, err
	}
	if err := finish(&made); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(made); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// finish gives panels the ids by which links and Grafana itself identify them,
// limits tooltips to one period, and shows links and annotations on the page
// instead of in a menu, where the SDK puts them.
func finish(d *built) error {
	for i := range d.Links {
		d.Links[i].Placement = nil
	}
	for i := range d.Annotations.List {
		d.Annotations.List[i].Placement = nil
	}
	last := uint32(0)
	next := func() uint32 {
		last++
		return last
	}
	finished := func(p *dashboard.Panel) error {
		id := next()
		p.Id = &id
		return nearby(p)
	}
	for i := range d.Panels {
		p, row := d.Panels[i].Panel, d.Panels[i].RowPanel
		if p != nil {
			if err := finished(p); err != nil {
				return err
			}
			continue
		}
		row.Id = next()
		for n := range row.Panels {
			if err := finished(&row.Panels[n]); err != nil {
				return err
			}
		}
	}
	return nil
}
