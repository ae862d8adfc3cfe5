package exporter

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/verdict/record/recordtest"
)

// The record is not made during a scrape, neither the first one nor one after a
// change: until it is made, the page has the last one.
func TestAScrapeDoesNotWaitForTheRecord(t *testing.T) {
	e := loaded(t, bookOf(t, sample()...))
	if page := content(t, scrape(t, e, http.MethodGet).Body); strings.Contains(page, "_record_") {
		t.Error("a scrape has made the record")
	}
	e.records.record(t.Context(), e.view.Load(), recordtest.Today())
	before := content(t, scrape(t, e, http.MethodGet).Body)
	if !strings.Contains(before, "tidemark_target_record_outcome{") {
		t.Error("the record is not on the page once it is made")
	}
	e.view.Store(newView(bookOf(t, published("boxes", "2023-01", 1, "2023-02-10"), published("boxes", "2023-01", 2, "2023-03-10")), e.catalog))
	const revised = "tidemark_indicator_revision_revised_figures"
	if got, want := samples([]byte(content(t, scrape(t, e, http.MethodGet).Body)), revised), samples([]byte(before), revised); got != want {
		t.Errorf("after a change the page has\n%s\nwant the last record\n%s", got, want)
	}
}

func TestTheRecordIsMadeAgainAfterAChange(t *testing.T) {
	opts, writer := bucket(t)
	write(t, writer, published("boxes", "2023-01", 1, "2023-02-10"))
	_, served := run(t, open(t, opts), io.Discard)
	const revised = `tidemark_indicator_revision_revised_figures{area="H1",indicator="boxes",measure="level"} `
	await(t, served+"/metrics", revised+"0\n", patience)
	write(t, writer, published("boxes", "2023-01", 2, "2023-03-10"))
	page := await(t, served+"/metrics", revised+"1\n", patience)
	if want := `tidemark_indicator_revision_size_ratio{area="H1",indicator="boxes",measure="level",statistic="bias"} 0.5`; !strings.Contains(page, want) {
		t.Errorf("%s is not on the page", want)
	}
}

func TestTheRecordOnThePageIsThatOfTheTargets(t *testing.T) {
	var r records
	r.record(t.Context(), newView(booktest.Of(t, recordtest.Vintages()...), recordtest.City()), recordtest.Today())
	page := r.page()
	for name, want := range map[string]string{
		"tidemark_target_record_outcome":            `{area="H1",category="_T",indicator="boxes",outcome="missed",target="boxes_2022"} 1`,
		"tidemark_target_record_bands":              `{area="H1",category="_T",indicator="boxes",target="boxes_2021"} 10`,
		"tidemark_indicator_revision_figures":       `{area="H1",indicator="boxes",measure="ytd"} 104`,
		"tidemark_indicator_revision_final_seconds": `{area="H1",indicator="boxes",measure="ytd",statistic="high"} 2678400`,
	} {
		if got := samples(page, name); !strings.Contains(got, want) {
			t.Errorf("%s has\n%s\nwithout %s", name, got, want)
		}
	}
	problems, err := promlint.New(bytes.NewReader(page)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v, %v", problems, err)
	}
	if warning := samples(page, "tidemark_target_record_warning_seconds"); strings.Count(warning, "\n") > 0 || !strings.Contains(warning, `target="boxes_2022"`) {
		t.Errorf("warnings are\n%s", warning)
	}
}

func TestAnExporterThatEndsLeavesTheRecordAsItIs(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var r records
	r.record(ctx, newView(booktest.Of(t, recordtest.Vintages()...), recordtest.City()), recordtest.Today())
	if page := r.page(); page != nil {
		t.Errorf("got\n%s", page)
	}
}
