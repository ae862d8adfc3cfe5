package desk

import (
	"net/http"
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// homePage is the page at /.
type homePage struct {
	Drafts              []draftLine
	MaxSize             string
	Missing, Next, Late []dueLine
	Months              int
	Submissions         []submissionLine
	ToReview            []waitingLine // what the person may approve
	Day                 string
}

// draftLine is a draft that has not been sent.
type draftLine struct {
	ID, Made string
	Files    []string
}

// submissionLine is a submission of one's own agencies.
type submissionLine struct {
	ID, At, Sender string
	Own            bool
	Counts         []sentCount
}

// submissionsShown is how many submissions the first page lists.
const submissionsShown = 12

func (d *Desk) serveHome(w http.ResponseWriter, r *http.Request) {
	p, l := visitOf(r).person, languageOf(r)
	body := homePage{MaxSize: bytesOf(int(d.MaxUpload)), Months: monthsBack, Day: d.today().Format(time.DateOnly),
		Submissions: d.submissionsOf(p, l, submissionsShown)}
	if p.Reviewer {
		lines, err := d.waiting(r.Context(), p, l)
		if err != nil {
			d.log.Warn("what waits for review cannot be read", "error", err)
		}
		body.ToReview = slices.DeleteFunc(lines, func(w waitingLine) bool { return !w.MayApprove })
	}
	body.Missing, body.Next, body.Late = d.dues(p, l)
	for _, dr := range d.drafts.open(p.Name) {
		line := draftLine{ID: dr.id, Made: d.time(dr.made)}
		for _, f := range dr.files {
			line.Files = append(line.Files, f.name)
		}
		body.Drafts = append(body.Drafts, line)
	}
	d.show(w, r, http.StatusOK, "home", say("报送数据", "Send figures"), body)
}

// submissionsOf lists the newest submissions for a person's agencies.
func (d *Desk) submissionsOf(p *Person, l lang.Language, n int) (lines []submissionLine) {
	for _, s := range d.history.now.Load().submissions {
		if len(lines) == n {
			break
		}
		if !slices.ContainsFunc(s.Agencies, p.Sends) {
			continue
		}
		line := submissionLine{ID: s.ID, Sender: s.Sender, Own: s.Sender == p.Name, At: s.ID}
		if at := ingest.SubmissionBegun(s.ID); !at.IsZero() {
			line.At = d.time(at)
		}
		for _, o := range ledger.Outcomes() {
			if s.Counts[o] > 0 && o != ingest.Refused {
				line.Counts = append(line.Counts, sentCount{o, shortOutcomes[o].In(l), s.Counts[o]})
			}
		}
		lines = append(lines, line)
	}
	return lines
}
