package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/receipt"
	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// collected is a figure of a submission, as NATS has it.
type collected struct {
	seq     uint64
	agency  string
	sender  string
	stored  time.Time
	figure  figure.Figure
	outcome outcome
}

// collect looks a submission up: its receipts, and the figures that they are about. It
// is empty when there are no receipts.
func (d *Desk) collect(ctx context.Context, id string) ([]collected, error) {
	outcomes, err := d.receipts(ctx, id)
	if err != nil || len(outcomes) == 0 {
		return nil, err
	}
	all, sequences := make([]collected, len(outcomes)), slices.Sorted(maps.Keys(outcomes))
	return all, ingest.Each(ctx, len(all), func(ctx context.Context, i int) error {
		seq := sequences[i]
		msg, err := ingest.Direct(ctx, d.history.js.Conn(), ingest.FiguresStream, seq)
		if err != nil {
			return fmt.Errorf("look up the figure of sequence %d: %w", seq, err)
		}
		all[i] = collected{seq: seq, sender: ingest.SenderName(msg.Header.Get(ingest.HeaderSender)), stored: msg.Stored, outcome: outcomes[seq]}
		_, rest, _ := strings.Cut(msg.Subject, ".")
		all[i].agency, _, _ = strings.Cut(rest, ".")
		all[i].figure, _ = figure.Decode(msg.Body) // one that cannot be decoded was refused, and its problem says why
		return nil
	})
}

// receipts reads the receipts of a submission: what became of the figures, by their
// sequence in FIGURES.
func (d *Desk) receipts(ctx context.Context, id string) (map[uint64]outcome, error) {
	outcomes := map[uint64]outcome{}
	return outcomes, ingest.ReceiptMessages(ctx, d.history.js, id, func(msg *jetstream.RawStreamMsg) error {
		var r ingest.Receipt
		if json.Unmarshal(msg.Data, &r) != nil {
			return nil // not one of a worker
		}
		r.Each(func(seq uint64, o ingest.Outcome, p *figure.Problem) {
			if _, known := outcomes[seq]; !known {
				outcomes[seq] = outcome{o, p}
			}
		})
		return nil
	})
}

// serveSubmission shows what was submitted earlier, as far as it is of the person's own
// agencies.
func (d *Desk) serveSubmission(w http.ResponseWriter, r *http.Request) {
	id, p, l := r.PathValue("id"), visitOf(r).person, languageOf(r)
	if strings.ContainsAny(id, ".*> \t") {
		d.serveNotFound(w, r)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), lookUpWithin)
	defer cancel()
	all, err := d.collect(ctx, id)
	if err != nil {
		d.log.Error("a submission could not be looked up", "submission", id, "error", err)
		d.refuse(w, r, http.StatusServiceUnavailable, say("现在查不到，请稍后再试。", "It cannot be looked up at the moment; try again later."))
		return
	}
	all = slices.DeleteFunc(all, func(c collected) bool { return !p.Sends(c.agency) })
	if len(all) == 0 {
		d.refuse(w, r, http.StatusNotFound, say("没有这次报送，或其中没有您所在部门的数据。回执保留 400 天。", "There is no such submission, or none of it is of your agencies. Receipts are kept for 400 days."))
		return
	}
	d.show(w, r, http.StatusOK, "sent", say("回执", "Receipt"), d.submissionPage(id, all, l))
}

// lookUpWithin is how long a submission may take to be looked up.
const lookUpWithin = 20 * time.Second

// submissionPage makes the receipt of an earlier submission.
func (d *Desk) submissionPage(id string, all []collected, l lang.Language) *sentPage {
	p := &sentPage{Submission: id, Person: all[0].sender, Begun: d.time(all[0].stored), All: len(all), Settled: len(all), Over: true, Complete: true}
	var agencies []string
	counts := map[ingest.Outcome]int{}
	for i := range all {
		c := &all[i]
		if !slices.Contains(agencies, c.agency) {
			agencies = append(agencies, c.agency)
		}
		counts[c.outcome.Outcome]++
		line := sentRow{Outcome: string(c.outcome.Outcome), Words: outcomeNames[c.outcome.Outcome].In(l), Stored: d.time(c.stored)}
		line.Reason = c.figure.Reason
		read := sender.Row{Figure: c.figure}
		line.Fields = fieldsOf(&read)
		d.describe(&line.row, &read, l)
		if c.outcome.problem != nil {
			f := findingOf(&sender.Finding{Problem: *c.outcome.problem}, l)
			line.Problem = &f
		}
		p.Rows = append(p.Rows, line)
	}
	for i, code := range agencies {
		agencies[i] = d.agencyName(code, l)
	}
	p.Agencies = strings.Join(agencies, say("、", ", ").In(l))
	p.count(counts, l)
	return p
}

// serveProof answers with the signed receipt of a submission as a file, which `tidemark
// verify` checks. It has all of a submission, so all of it has to be of the person's own
// agencies.
func (d *Desk) serveProof(w http.ResponseWriter, r *http.Request) {
	id, p := r.PathValue("id"), visitOf(r).person
	ctx, cancel := context.WithTimeout(r.Context(), lookUpWithin)
	defer cancel()
	var all []collected
	var err error
	if !strings.ContainsAny(id, ".*> \t") {
		all, err = d.collect(ctx, id)
	}
	switch {
	case err != nil:
		d.away(w, r, err)
		return
	case len(all) == 0 || slices.ContainsFunc(all, func(c collected) bool { return !p.Sends(c.agency) }):
		d.refuse(w, r, http.StatusNotFound, say("没有这次报送，或其中有其他部门的数据。", "There is no such submission, or some of it is of other agencies."))
		return
	}
	document, err := receipt.Collect(ctx, d.history.js, id)
	var text []byte
	if err == nil {
		text, err = document.Text()
	}
	switch {
	case errors.Is(err, receipt.ErrUnsigned):
		d.refuse(w, r, http.StatusNotFound, say("这个系统的回执没有签名，请打印回执页面。", "Receipts are not signed here. Print the page of the receipt instead."))
		return
	case err != nil:
		d.away(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="receipt-`+id+`.json"`)
	_, _ = w.Write(text) // fails only when the client has disconnected
}
