package ledger

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

// newStream creates DECISIONS on a NATS server for the test.
func newStream(t testing.TB) jetstream.JetStream {
	t.Helper()
	nc, err := nats.Connect(enginetest.NATS(t).ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: Stream, Subjects: []string{Subject}, AllowDirect: true}); err != nil {
		t.Fatal(err)
	}
	return js
}

func open(t testing.TB, js jetstream.JetStream) *Ledger {
	t.Helper()
	l, err := Open(t.Context(), js)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// written returns the decision that a message was written with a value.
func written(seq uint64, value float64) Decision {
	return Decision{Seq: seq, Outcome: Written, Vintage: store.Vintage{
		Cell:   figure.Cell{Indicator: "exports", Area: "330200", Category: figure.Total, Period: figure.Month(2000, 1).Add(int(seq % 1000))},
		Agency: "customs", Status: figure.Normal, Value: value, Moment: int64(seq), Seq: seq}}
}

// appended appends an entry of a kind on messages.
func appended(t testing.TB, l *Ledger, kind Kind, value float64, seqs ...uint64) (stored bool) {
	t.Helper()
	d := l.Draft(kind)
	for _, seq := range seqs {
		d.Add(written(seq, value))
	}
	last := seqs[len(seqs)-1]
	switch kind {
	case Range:
		d.Floor, d.Stored = last, int64(last)
	case Ahead:
		d.Agency, d.UpTo = "customs", last
	}
	stored, err := l.Append(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

// synced reads the ledger to its end and returns what is new, as "kind sequence".
func synced(t testing.TB, l *Ledger) string {
	t.Helper()
	var got []string
	if _, err := l.Sync(t.Context(), func(k Kind, d *Decision) { got = append(got, fmt.Sprintf("%s %d", k, d.Seq)) }, func(Rescaling) {}); err != nil {
		t.Fatal(err)
	}
	return strings.Join(got, ", ")
}

func value(t testing.TB, l *Ledger, seq uint64) float64 {
	t.Helper()
	d, err := l.Find(t.Context(), seq)
	if err != nil {
		t.Fatal(err)
	}
	return d.Vintage.Value
}

func TestOfTwoEntriesAtOnceTheFirstCounts(t *testing.T) {
	js := newStream(t)
	a, b := open(t, js), open(t, js)
	if !appended(t, a, Range, 1, 1, 2) {
		t.Fatal("the first entry is not stored")
	}
	if appended(t, b, Range, 2, 1, 2, 3) {
		t.Fatal("an entry is stored whose writer had not read the one before it")
	}
	if got := synced(t, b); got != "range 1, range 2" {
		t.Errorf("the second writer reads %q", got)
	}
	if got := value(t, b, 2); got != 1 {
		t.Errorf("message 2 is decided with %v, want 1", got)
	}
}

func TestADecisionIsFoundHoweverLongAgoItWasMade(t *testing.T) {
	js := newStream(t)
	l := open(t, js)
	const entries = 700 // more than a page, of several sizes
	seq := uint64(0)
	for i := range entries {
		var seqs []uint64
		for range 1 + i%5 {
			seq++
			seqs = append(seqs, seq)
		}
		if !appended(t, l, Range, float64(i), seqs...) {
			t.Fatal("not stored")
		}
	}
	other := open(t, js)
	synced(t, other)
	other.cache, other.cached = nil, 0
	for _, at := range []uint64{1, seq, 2, seq / 2, seq/2 + 1, seq - 1, 3} {
		if got, want := value(t, other, at), value(t, l, at); got != want {
			t.Errorf("message %d: %v, want %v", at, got, want)
		}
	}
	for at := uint64(1); at <= seq; at++ {
		if d, err := other.Find(t.Context(), at); err != nil || d.Seq != at {
			t.Fatalf("message %d: %v, %v", at, d, err)
		}
	}
}

func TestADecisionMadeAheadIsTheOneTheFloorPasses(t *testing.T) {
	js := newStream(t)
	l, other := open(t, js), open(t, js)
	appended(t, l, Range, 1, 1)
	appended(t, l, Ahead, 7, 5)
	if got := l.AheadOf("customs"); got != 5 {
		t.Errorf("customs is decided up to %d, want 5", got)
	}
	d := l.Draft(Range)
	for seq := uint64(2); seq <= 6; seq++ {
		if early := l.Early(seq); early != nil {
			d.Add(*early)
		} else {
			d.Add(written(seq, 2))
		}
	}
	d.Floor = 6
	if stored, err := l.Append(t.Context(), d); !stored || err != nil {
		t.Fatal(stored, err)
	}
	if got := value(t, l, 5); got != 7 {
		t.Errorf("message 5 is decided with %v, want 7", got)
	}
	if got := synced(t, other); got != "range 1, ahead 5, range 2, range 3, range 4, range 6" {
		t.Errorf("another reads %q", got)
	}
}

func TestAnAmendmentReplacesTheDecision(t *testing.T) {
	js := newStream(t)
	l, other := open(t, js), open(t, js)
	appended(t, l, Range, 1, 1, 2, 3)
	d := l.Draft(Amendment)
	d.Add(Decision{Seq: 2, Outcome: Refused, Problem: &figure.Problem{Code: "store/refused"}})
	if stored, err := l.Append(t.Context(), d); !stored || err != nil {
		t.Fatal(stored, err)
	}
	synced(t, other)
	for _, l := range []*Ledger{l, other} {
		got, err := l.Find(t.Context(), 2)
		if err != nil || got.Outcome != Refused {
			t.Errorf("message 2 is %+v, %v", got, err)
		}
	}
}

func TestALostAnswerLeavesAnEntryThatIsReadAsAnyOther(t *testing.T) {
	js := newStream(t)
	l := open(t, js)
	d := l.Draft(Range)
	d.Add(written(1, 1))
	d.Floor = 1
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if stored, err := l.Append(ctx, d); stored || err == nil {
		t.Fatal(stored, err) // it may still arrive
	}
	twin := open(t, js)
	if _, err := twin.Append(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	synced(t, l)
	if floor, _ := l.Floor(); floor != 1 {
		t.Errorf("the floor is %d, want 1", floor)
	}
}

func TestAnEntryThatNobodyCanReadIsAnErrorThatNamesIt(t *testing.T) {
	js := newStream(t)
	l := open(t, js)
	appended(t, l, Range, 1, 1)
	msg := nats.NewMsg(Subject)
	msg.Data = []byte("by hand")
	if _, err := js.PublishMsg(t.Context(), msg); err != nil {
		t.Fatal(err)
	}
	_, err := open(t, js).Sync(t.Context(), func(Kind, *Decision) {}, func(Rescaling) {})
	if want := `entry 2 of stream DECISIONS: kind "" is unknown to this tidemark`; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
