package dashboards_test

import (
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/dashboards"
	"github.com/tidemark-stats/tidemark/exporter/queryapi"
	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
	"github.com/tidemark-stats/tidemark/verdict/record/recordtest"
)

// The sample has no missed target and no projection of a past year; a city with
// nine years of monthly figures has both.
func TestTheTrackRecordShowsWhatCameOfEachTarget(t *testing.T) {
	b := booktest.Of(t, recordtest.Vintages()...)
	api := queryapi.New(queryapi.Options{Catalog: recordtest.City(), Book: func() *book.Book { return b }, Now: recordtest.Today})
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	r := dashboardstest.Reader{T: t, Now: recordtest.Today(), Sources: map[string]string{dashboards.History: server.URL}}
	files, err := dashboards.Build(recordtest.City())
	if err != nil {
		t.Fatal(err)
	}
	all := sheets(t, files)
	d := all[slices.IndexFunc(all, func(d read) bool { return d.UID == "tidemark-record-en" })]
	r.Check(d.Dashboard)
	o := r.Open(d.Dashboard, nil)
	row := func(title, field, value string) map[string]any {
		p := d.Panels[slices.IndexFunc(d.Panels, func(p dashboardstest.Panel) bool { return p.Title == title })]
		table, _, err := r.Table(p, o.Values, o)
		if err != nil {
			t.Fatal(err)
		}
		n := slices.IndexFunc(table.Rows, func(row map[string]any) bool { return row[field] == value })
		if n < 0 {
			t.Fatalf("%q has no row of %s: %v", title, value, table.Rows)
		}
		return table.Rows[n]
	}
	if missed := row("The record of each target", "target", "boxes_2022"); missed["outcome"] != "missed" || missed["Value #maybe_warning"] == nil || missed["Value #maybe_bands"] != "10" {
		t.Errorf("got %v", missed)
	}
	if slipping := row("How often verdicts came true", "verdict", "slipping"); slipping["Value #maybe_missed"] == nil || slipping["Value #maybe_part"] == nil {
		t.Errorf("got %v", slipping)
	}
	if boxes := row("By indicator", "indicator", "boxes"); boxes["Value #cases"] != "60" || boxes["Value #maybe_error"] == nil {
		t.Errorf("got %v", boxes)
	}
	if boxes := row("The quality of revisions by indicator", "indicator", "boxes"); boxes["Value #maybe_revised"] != "27" || boxes["Value #maybe_days_high"] != "31" {
		t.Errorf("got %v", boxes)
	}
}
