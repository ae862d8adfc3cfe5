package ledger

import (
	"encoding/base64"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

func texts() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom([]string{"", "port", "330200", "_T", "集装箱"}), rapid.String())
}

func drawVintage(t *rapid.T) store.Vintage {
	v := store.Vintage{
		Cell: figure.Cell{Indicator: texts().Draw(t, "indicator"), Area: texts().Draw(t, "area"), Category: texts().Draw(t, "category"),
			Measure: rapid.SampledFrom(figure.Measures()).Draw(t, "measure"), Period: figure.Month(1800, 1).Add(rapid.IntRange(0, 4799).Draw(t, "month"))},
		Agency: texts().Draw(t, "agency"), Status: rapid.SampledFrom(figure.Statuses()).Draw(t, "status"),
		Withheld: rapid.Bool().Draw(t, "withheld"), Moment: rapid.Int64Range(0, store.MaxMoment).Draw(t, "moment"),
		Submission: texts().Draw(t, "submission"), Seq: rapid.Uint64().Draw(t, "seq"),
	}
	if rapid.Bool().Draw(t, "words") {
		v.Note, v.Reason, v.Sender = texts().Draw(t, "note"), texts().Draw(t, "reason"), texts().Draw(t, "sender")
	}
	switch rapid.IntRange(0, 2).Draw(t, "frequency") {
	case 0:
		v.Period = figure.Year(v.Period.Year())
	case 1:
		v.Period = figure.Quarter(v.Period.Year(), 1+v.Period.Number()%4)
	}
	if !v.Withheld {
		v.Value = rapid.Float64().Draw(t, "value")
	}
	return v
}

func drawDecision(t *rapid.T, seq uint64) Decision {
	d := Decision{Seq: seq, Outcome: rapid.SampledFrom(outcomes[:]).Draw(t, "outcome"), Confirmed: rapid.Bool().Draw(t, "confirmed")}
	if d.Outcome == Refused || rapid.Bool().Draw(t, "unusual") {
		d.Problem = &figure.Problem{Code: texts().Draw(t, "code"), Field: texts().Draw(t, "field"), Text: texts().Draw(t, "text"),
			Reason: texts().Draw(t, "reason"), Hint: texts().Draw(t, "hint"), Factor: rapid.Float64().Draw(t, "factor")}
	}
	if rapid.Bool().Draw(t, "answered") {
		d.Answered = &figure.Problem{Code: texts().Draw(t, "code"), Reason: texts().Draw(t, "reason"), Factor: rapid.Float64().Draw(t, "factor")}
	}
	if d.Outcome != Refused || rapid.Bool().Draw(t, "amends") {
		d.Vintage = drawVintage(t)
	}
	if rapid.Bool().Draw(t, "again") {
		again := drawVintage(t)
		d.Restated = &again
	}
	return d
}

func TestDecisionsComeBackAsTheyWereWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []Decision
		enc, seq := newEncoder(), uint64(0)
		for range rapid.IntRange(0, 20).Draw(t, "decisions") {
			seq += rapid.Uint64Range(1, 1<<40).Draw(t, "gap")
			d := drawDecision(t, seq)
			want = append(want, d)
			enc.decision(&d)
		}
		got, err := decode(enc.buf)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %+v\nwant %+v", got, want)
		}
	})
}

func TestAnEntryOfTheFirstVersionIsRead(t *testing.T) {
	body := []byte{1, 7, 4, 0, 11}
	body = append(body, "figure/unit\x00\x00\x00\x00\x00\x07is none\x02"...)
	got, err := decode(body)
	want := []Decision{{Seq: 7, Outcome: Refused, Problem: &figure.Problem{Code: "figure/unit", Reason: "is none"}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %+v, %v\nwant %+v", got, err, want)
	}
}

func TestAnEntryOfTheSecondVersionIsRead(t *testing.T) {
	// Written by the code of version 2.
	body, err := base64.StdEncoding.DecodeString("AgMoABBmaWd1cmUvb2ZmLXRyZW5kAAV2YWx1ZQACMTIAC2lzIHVubGlrZWx5AAAAAAAAAAAAAAAHZXhwb3J0cwAGMzMwMjAwAAJfVAAHY3VzdG9tcwBNQecPAQAAAAAAAPg/mJLjsYExAANzLTEDARkGBwgJgU1R5w8BmJLjsYExCgQGBwgJAE1B5w8BAAAAAAAA+D+YkuOxgTEKAw==")
	if err != nil {
		t.Fatal(err)
	}
	first := store.Vintage{Cell: figure.Cell{Indicator: "exports", Area: "330200", Category: figure.Total, Period: figure.Month(2023, 1)},
		Agency: "customs", Status: 'A', Value: 1.5, Moment: 1_684_000_000_280, Submission: "s-1", Seq: 3}
	second := first
	second.Withheld, second.Value, second.Status, second.Seq, second.Measure = true, 0, 'Q', 4, figure.YTD
	want := []Decision{
		{Seq: 3, Outcome: Written, Vintage: first, Problem: &figure.Problem{Code: "figure/off-trend", Field: "value", Text: "12", Reason: "is unlikely"}},
		{Seq: 4, Outcome: Revised, Vintage: second, Restated: &first},
	}
	got, err := decode(body)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %+v, %v\nwant %+v", got, err, want)
	}
}

func TestAnEntryThatWasCutIsAnError(t *testing.T) {
	enc := newEncoder()
	enc.decision(&Decision{Seq: 7, Outcome: Refused, Problem: &figure.Problem{Code: "figure/unit", Reason: "is none"}})
	for n := 2; n < len(enc.buf); n++ {
		if _, err := decode(enc.buf[:n]); err == nil {
			t.Errorf("%d of %d bytes are read without an error", n, len(enc.buf))
		}
	}
}

func FuzzDecode(f *testing.F) {
	enc := newEncoder()
	v := store.Vintage{Cell: figure.Cell{Indicator: "exports", Area: "330200", Category: figure.Total, Period: figure.Month(2023, 1)}, Status: 'A', Value: 1.5, Seq: 3}
	enc.decision(&Decision{Seq: 3, Outcome: Written, Vintage: v, Restated: &v})
	enc.decision(&Decision{Seq: 9, Outcome: Refused, Problem: &figure.Problem{Code: "figure/unit"}})
	v.Note, v.Reason, v.Sender = "快报", "受台风影响", "王芳"
	enc.decision(&Decision{Seq: 11, Outcome: Revised, Vintage: v, Confirmed: true, Answered: &figure.Problem{Code: "figure/off-trend"}})
	f.Add(enc.buf)
	f.Add(append([]byte{2}, enc.buf[1:]...))
	f.Add([]byte{version})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, body []byte) {
		decisions, err := decode(body)
		if err != nil {
			return
		}
		again := newEncoder()
		for i := range decisions {
			again.decision(&decisions[i])
		}
		twice, err := decode(again.buf)
		if err != nil || len(twice) != len(decisions) {
			t.Errorf("%d decisions come back as %d: %v", len(decisions), len(twice), err)
		}
	})
}
