package worker

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
)

// The notes say what kind of message of the model it is.
const (
	noteGood   = "good"   // has to be written
	noteBad    = "bad"    // has to be refused
	noteEither = "either" // depends on what is known when it is judged
)

// randomFigure is a message of the model on one of a few cells, and its note.
func randomFigure(r *rand.Rand, cells int) figure.Figure {
	f := ingesttest.Container("2001-01", fmt.Sprint(200+r.IntN(100)))
	f.Period = f.Period.Add(r.IntN(cells))
	f.Note = noteGood
	switch r.IntN(12) {
	case 0:
		f.Note, f.Unit = noteBad, "头"
	case 1:
		f.Note, f.Value = noteBad, f.Value.Shift(6)
	case 2:
		f.Withheld, f.Value, f.Status = true, figure.Decimal{}, 'Q'
	case 3:
		f.Status = figure.Provisional
	case 4:
		f.Published = fmt.Sprintf("2024-01-%02d", 1+r.IntN(3))
	case 5:
		f.Published = fmt.Sprintf("2024-01-02T%02d:%02d:00+08:00", r.IntN(3), r.IntN(60))
	case 6:
		f.Note, f.Confirmed, f.Value = noteEither, false, f.Value.Shift(-1)
	}
	return f
}

// told is a message of FIGURES as the model reads it, without using any code of the
// package.
type told struct {
	Period    string  `json:"period"`
	Value     *string `json:"value"`
	Status    string  `json:"status"`
	Note      string  `json:"note"`
	Published string  `json:"published"`
}

// vintage returns what the message says, and when.
func (m *told) vintage(t testing.TB, seq uint64, stored time.Time) (what string, moment int64) {
	t.Helper()
	moment = stored.UnixMilli()
	if at, err := time.ParseInLocation("2006-01-02", m.Published, time.FixedZone("", 8*3600)); err == nil {
		moment = at.UnixMilli() + int64(seq)
	} else if at, err := time.Parse(time.RFC3339, m.Published); err == nil {
		moment = at.Truncate(time.Minute).UnixMilli() + int64(seq)
	}
	value := "withheld"
	if m.Value != nil {
		var v float64
		if _, err := fmt.Sscan(*m.Value, &v); err != nil {
			t.Fatal(err)
		}
		value = fmt.Sprintf("%.0f", v*10_000)
	}
	return value + " " + m.Status, moment
}

// said is a message among the others of its cell.
type said struct {
	what   string // value and status
	moment int64
}

// changes reports whether a message differs from the one of its cell published last
// before it, among those that arrived before it.
func (m said) changes(earlier []said) bool {
	var before *said
	for i := range earlier {
		if o := &earlier[i]; o.moment < m.moment && (before == nil || o.moment > before.moment) {
			before = o
		}
	}
	return before == nil || before.what != m.what
}

// wantAccounted asserts that every message of FIGURES is in exactly one
// place, the right one, with the right value and moment: in InfluxDB unless it
// repeats what was known, or in REJECTS; and that nothing else is there.
func (s *site) wantAccounted() {
	s.T.Helper()
	stored := map[string]int{}
	for _, v := range s.Vintages() {
		value := fmt.Sprintf("%.0f", v.Value)
		if v.Withheld {
			value = "withheld"
		}
		stored[fmt.Sprintf("%s %s %s @%d", v.Period, value, v.Status, v.Moment)]++
	}
	refused := map[uint64]bool{}
	for _, r := range s.Rejects() {
		refused[r.Seq] = true
	}
	cells, lines := map[string][]said{}, map[string]bool{}
	s.eachMessage(func(seq uint64, at time.Time, body []byte) {
		var m told
		if err := json.Unmarshal(body, &m); err != nil {
			s.T.Fatal(err)
		}
		what, moment := m.vintage(s.T, seq, at)
		line := fmt.Sprintf("%s %s @%d", m.Period, what, moment)
		written, rejected := stored[line] > 0, refused[seq]
		this := said{what, moment}
		if !rejected {
			if changes := this.changes(cells[m.Period]); changes && !written {
				s.T.Errorf("message %d (%s, %s) changes its cell and is not written", seq, line, m.Note)
			}
			cells[m.Period] = append(cells[m.Period], this)
		}
		if written && rejected || m.Note == noteGood && rejected || m.Note == noteBad && !rejected {
			s.T.Errorf("message %d (%s, %s): written %t, rejected %t", seq, line, m.Note, written, rejected)
		}
		lines[line] = true
		delete(refused, seq)
	})
	for line, n := range stored {
		if !lines[line] || n > 1 {
			s.T.Errorf("%s is stored %d times, and a message says so: %t", line, n, lines[line])
		}
	}
	s.wantCurrent(cells)
	for seq := range refused {
		s.T.Errorf("%d was refused and is no message", seq)
	}
	s.WantBalance()
}

// wantCurrent asserts that the last point of each cell says what the message
// published last says.
func (s *site) wantCurrent(cells map[string][]said) {
	s.T.Helper()
	current := map[string]string{}
	for _, v := range s.Vintages() { // in the order of their moments
		value := fmt.Sprintf("%.0f", v.Value)
		if v.Withheld {
			value = "withheld"
		}
		current[v.Period.String()] = value + " " + v.Status.String()
	}
	for period, all := range cells {
		last := slices.MaxFunc(all, func(a, b said) int { return cmp.Compare(a.moment, b.moment) })
		if current[period] != last.what {
			s.T.Errorf("%s is %s, want %s", period, current[period], last.what)
		}
	}
}

// eachMessage reads FIGURES from the beginning.
func (s *site) eachMessage(each func(seq uint64, stored time.Time, body []byte)) {
	s.T.Helper()
	n := s.Messages()
	if n == 0 {
		return
	}
	consumer, err := s.JS.OrderedConsumer(s.Ctx, ingest.FiguresStream, jetstream.OrderedConsumerConfig{})
	if err != nil {
		s.T.Fatal(err)
	}
	messages, err := consumer.Messages()
	if err != nil {
		s.T.Fatal(err)
	}
	defer messages.Stop()
	for range n {
		msg, err := messages.Next()
		if err != nil {
			s.T.Fatal(err)
		}
		meta, err := msg.Metadata()
		if err != nil {
			s.T.Fatal(err)
		}
		each(meta.Sequence.Stream, meta.Timestamp, msg.Data())
	}
}

// seeded returns random numbers whose seed is in the test's output.
func seeded(t testing.TB) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// awaitNextMillisecond keeps two messages on one cell from having the same moment. People
// take longer to revise.
func awaitNextMillisecond() {
	for now := time.Now().UnixMilli(); time.Now().UnixMilli() <= now; {
		runtime.Gosched()
	}
}

func TestOrderAndRepetitionDoNotMatter(t *testing.T) {
	for round := range 8 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			r := seeded(t)
			s := newSite(t)
			s.AckWait(200 * time.Millisecond)
			workers := make([]*worker, 1+r.IntN(3))
			for i := range workers {
				workers[i] = s.startStopped()
			}
			for range 30 {
				for range r.IntN(8) {
					s.Publish(randomFigure(r, 6))
					awaitNextMillisecond()
				}
				s.stumble(r, workers[r.IntN(len(workers))])
			}
			s.startWorker()
			s.Idle()
			s.wantAccounted()
		})
	}
}

// stumble lets a worker take some messages in any order and settle them,
// settle them and lose the acknowledgements, or forget them.
func (s *site) stumble(r *rand.Rand, w *worker) {
	s.T.Helper()
	items, err := w.take(nil, 1+r.IntN(10))
	if err != nil {
		s.T.Fatal(err)
	}
	if len(items) == 0 {
		return
	}
	r.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	p := s.stand(w)
	defer p.leave()
	switch r.IntN(4) {
	case 0: // and the acknowledgements are lost
		if err := w.settle(s.Ctx, w.decided(s.Ctx, s.T, items), p); err != nil {
			s.T.Fatal(err)
		}
	case 1:
		w.finish(s.Ctx, w.decided(s.Ctx, s.T, items), p)
	case 2: // and they are lost
		w.decided(s.Ctx, s.T, items)
	}
}
