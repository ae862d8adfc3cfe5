package exporter

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/tidemark-stats/tidemark/book/revision"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/verdict/record"
)

// records renders the track record and the quality of revisions for the page.
// Looking back over years can take seconds, so it is done beside the scrapes,
// after figures have changed; until it is done the page has the last record, at
// first none.
type records struct {
	keeper  record.Keeper
	changed chan struct{} // figures have changed since the record was begun
	text    atomic.Pointer[[]byte]
}

// recordEvery is how often the record is made again although nothing changed,
// because a deadline may have passed. Almost nothing is computed then.
const recordEvery = time.Hour

// look asks for a new record, unless one is asked for already.
func (r *records) look() {
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// keep makes a record of the newest view after each change, until ctx is done.
func (r *records) keep(ctx context.Context, newest func() *view, now func() time.Time) {
	again := time.NewTicker(recordEvery)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.changed:
		case <-again.C:
		}
		if v := newest(); v != nil {
			r.record(ctx, v, now())
		}
	}
}

// record makes the record of a view by what was published up to now.
func (r *records) record(ctx context.Context, v *view, now time.Time) {
	report, err := r.keeper.Report(ctx, v.catalog, v.book, now.In(v.catalog.Location()))
	if err != nil {
		return // the exporter is ending
	}
	text := writeRecord(report)
	r.text.Store(&text)
}

// page is the part of the page that was rendered last.
func (r *records) page() []byte {
	if text := r.text.Load(); text != nil {
		return *text
	}
	return nil
}

// writeRecord renders a report. Revisions are shown for each area alone, so that
// they can be added up.
func writeRecord(r record.Report) (b []byte) {
	b = appendRecords(b, metric.TargetRecords, r.Tracks)
	b = appendRecords(b, metric.ProjectionRecords, r.Projections)
	var areas []*revision.Quality
	for i := range r.Revisions {
		if r.Revisions[i].Area != "" {
			areas = append(areas, &r.Revisions[i])
		}
	}
	return appendRecords(b, metric.RevisionQualities, areas)
}

func appendRecords[R any](b []byte, families []metric.RecordFamily[R], all []*R) []byte {
	for _, f := range families {
		b = appendHead(b, f.Family)
		for _, r := range all {
			f.Each(r, func(labels metric.Labels, value float64) {
				b = appendSample(b, f.Family, appendLabels(nil, labels), value)
			})
		}
	}
	return b
}
