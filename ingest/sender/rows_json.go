package sender

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/spool"
)

// MarshalJSON writes the row with its figure as the message that it would be, and
// values as texts, because they are exact decimals.
func (r *Row) MarshalJSON() ([]byte, error) {
	type stored struct {
		Value     *string   `json:"value"` // null when it is withheld
		Unit      string    `json:"unit"`
		Status    string    `json:"status"`
		Note      string    `json:"note,omitempty"`
		Published time.Time `json:"published,omitzero"`
		Seq       uint64    `json:"seq,omitempty"`
	}
	type difference struct {
		Absolute string   `json:"absolute"`
		Percent  *float64 `json:"percent,omitempty"`
	}
	out := struct {
		File       string         `json:"file"`
		Where      string         `json:"where"`
		Figure     *figure.Figure `json:"figure,omitempty"`
		Agency     string         `json:"agency,omitempty"`
		Repeats    int            `json:"repeats,omitempty"`
		Change     Change         `json:"change"`
		Was        *stored        `json:"was,omitempty"`
		Difference *difference    `json:"difference,omitempty"`
		Findings   []Finding      `json:"findings,omitempty"`
		Unusual    []Finding      `json:"unusual,omitempty"`
		Answered   []Finding      `json:"answered,omitempty"`
	}{File: r.File, Where: r.Where, Agency: r.Agency, Repeats: r.Repeats, Change: r.Change, Findings: r.Findings, Unusual: r.Unusual, Answered: r.Answered}
	if r.Read {
		out.Figure = &r.Figure
	}
	if w := r.Was; w != nil {
		out.Was = &stored{Unit: w.Unit, Status: w.Status.String(), Note: w.Note, Published: w.Published, Seq: w.Seq}
		if !w.Withheld {
			value := w.Value.String()
			out.Was.Value = &value
		}
	}
	if d := r.Difference; d != nil {
		out.Difference = &difference{d.Absolute.String(), d.Percent}
	}
	return json.Marshal(&out)
}

// Rows keeps rows for a report in JSON, as many as there are; they are in a temporary
// file when they are many. Its method Add is for Inspection.Row.
type Rows struct {
	text spool.Spool
	some bool
}

// Add adds a row. The error is from the temporary file.
func (r *Rows) Add(row *Row) error {
	var line bytes.Buffer
	if r.some {
		line.WriteString(",\n")
	}
	r.some = true
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(row); err != nil {
		return err
	}
	line.Truncate(line.Len() - 1) // the end of the line
	_, err := r.text.Write(line.Bytes())
	return err
}

// Close removes the temporary file.
func (r *Rows) Close() error { return r.text.Close() }

// WriteJSON writes a report as one JSON object that has the rows too, as comparison.
func (r *Rows) WriteJSON(w io.Writer, report *Report) (err error) {
	var head bytes.Buffer
	if err := report.WriteJSON(&head); err != nil {
		return err
	}
	head.Truncate(head.Len() - len("}\n")) // the object goes on
	text, err := r.text.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, text.Close()) }()
	_, err = io.Copy(w, io.MultiReader(&head, strings.NewReader(`,"comparison":[`), text, strings.NewReader("]}\n")))
	return err
}
