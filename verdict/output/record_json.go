package output

import (
	"io"
	"time"

	"github.com/tidemark-stats/tidemark/book/revision"
	"github.com/tidemark-stats/tidemark/verdict"
	"github.com/tidemark-stats/tidemark/verdict/record"
)

// The record for programs. Unknown numbers are null, durations are in seconds.
type (
	recordReport struct {
		Targets     []recordTarget     `json:"targets"`
		Together    recordTogether     `json:"together"`
		Projections []recordProjection `json:"projections"`
		Revisions   []recordRevision   `json:"revisions"`
	}
	recordTarget struct {
		ID        string         `json:"id"`
		Category  string         `json:"category"`
		NameZH    string         `json:"name_zh"`
		NameEN    string         `json:"name_en"`
		Deadline  string         `json:"deadline,omitempty"`
		Outcome   string         `json:"outcome"`
		Settled   *time.Time     `json:"settled"`
		Verdicts  map[string]int `json:"verdicts"`
		Bands     int            `json:"bands"`
		Held      int            `json:"bands_held"`
		Width     *float64       `json:"band_width_ratio"`
		Alarms    int            `json:"alarms"`
		Withdrawn int            `json:"alarms_withdrawn"`
		Slipping  *time.Time     `json:"slipping_since"`
		Warning   *float64       `json:"warning_to_deadline_seconds"`
		ToOutcome *float64       `json:"warning_to_outcome_seconds"`
		History   []recordSaid   `json:"history"`
	}
	recordSaid struct {
		At         time.Time `json:"at"`
		Verdict    string    `json:"verdict"`
		Projection *float64  `json:"projection"`
		Low        *float64  `json:"projection_low"`
		High       *float64  `json:"projection_high"`
	}
	recordTogether struct {
		Targets   map[record.Outcome]int                     `json:"targets"`
		Uncalled  int                                        `json:"missed_without_warning"`
		Verdicts  map[verdict.Verdict]map[record.Outcome]int `json:"verdicts"`
		Bands     int                                        `json:"bands"`
		Held      int                                        `json:"bands_held"`
		Width     *float64                                   `json:"band_width_ratio"`
		Alarms    int                                        `json:"alarms"`
		Withdrawn int                                        `json:"alarms_withdrawn"`
	}
	recordProjection struct {
		Indicator string   `json:"indicator"`
		Area      string   `json:"area"`
		Category  string   `json:"category"`
		Years     int      `json:"years"`
		Cases     int      `json:"cases"`
		Held      int      `json:"held"`
		Error     *float64 `json:"mean_error_ratio"`
		Width     *float64 `json:"band_width_ratio"`
	}
	recordRevision struct {
		Indicator   string  `json:"indicator"`
		Area        string  `json:"area,omitempty"` // absent: all areas together
		Measure     string  `json:"measure"`
		Relative    bool    `json:"relative"`
		Figures     int     `json:"figures"`
		Revised     int     `json:"revised"`
		TooLow      int     `json:"too_low"`
		TooHigh     int     `json:"too_high"`
		Rescaled    int     `json:"rescaled"`
		Withdrawn   int     `json:"withdrawn"`
		Filled      int     `json:"filled"`
		Cases       int     `json:"cases"`
		Median      float64 `json:"median"`
		High        float64 `json:"high"`
		Mean        float64 `json:"mean_absolute"`
		Bias        float64 `json:"bias"`
		UntilMedian float64 `json:"final_median_seconds"`
		UntilHigh   float64 `json:"final_high_seconds"`
	}
)

// RecordJSON writes the record as one object.
func RecordJSON(w io.Writer, r record.Report) error {
	s := record.Together(r.Tracks)
	out := recordReport{Targets: []recordTarget{}, Projections: []recordProjection{}, Revisions: []recordRevision{}}
	out.Together = recordTogether{Targets: s.Targets, Uncalled: s.Uncalled, Verdicts: s.Verdicts, Bands: s.Bands, Held: s.Held,
		Width: known(s.Width()), Alarms: s.Alarms, Withdrawn: s.Withdrawn}
	for _, k := range r.Tracks {
		out.Targets = append(out.Targets, targetOf(k))
	}
	for _, p := range r.Projections {
		out.Projections = append(out.Projections, recordProjection{p.Indicator.Code, p.Area, p.Category, p.Years, p.Cases, p.Held, known(p.Error()), known(p.Width())})
	}
	for i := range r.Revisions {
		out.Revisions = append(out.Revisions, revisionOf(&r.Revisions[i]))
	}
	return write(w, out)
}

func targetOf(k *record.Track) recordTarget {
	t := recordTarget{ID: k.Target.ID, Category: k.Category, NameZH: k.Target.Name.ZH, NameEN: k.Target.Name.EN, Deadline: k.Target.By.String(),
		Outcome: string(k.Outcome), Verdicts: map[string]int{}, Bands: k.Bands, Held: k.Held, Width: known(k.Width()),
		Alarms: k.Alarms, Withdrawn: k.Withdrawn, Settled: moment(k.Settled), Slipping: moment(k.Slipping), History: []recordSaid{}}
	if k.Warning.Known {
		deadline, outcome := k.Warning.ToDeadline.Seconds(), k.Warning.ToOutcome.Seconds()
		t.Warning, t.ToOutcome = &deadline, &outcome
	}
	for v, n := range k.Verdicts {
		t.Verdicts[string(v)] = n
	}
	for i := range k.Said {
		j := &k.Said[i]
		t.History = append(t.History, recordSaid{j.At, string(j.Verdict), known(j.Projection), known(j.Low), known(j.High)})
	}
	return t
}

// moment is a time, nil if there is none.
func moment(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

func revisionOf(q *revision.Quality) recordRevision {
	return recordRevision{Indicator: q.Indicator.Code, Area: q.Area, Measure: q.Measure.String(), Relative: q.Relative, Figures: q.Figures, Revised: q.Revised,
		TooLow: q.TooLow, TooHigh: q.TooHigh, Rescaled: q.Rescaled, Withdrawn: q.Withdrawn, Filled: q.Filled, Cases: q.Cases,
		Median: q.Median, High: q.High, Mean: q.MeanAbsolute, Bias: q.Bias, UntilMedian: q.UntilMedian.Seconds(), UntilHigh: q.UntilHigh.Seconds()}
}
