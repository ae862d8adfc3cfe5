package worker

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/ingest/replay"
	"github.com/tidemark-stats/tidemark/store"
)

// storied returns a site with one settled figure of every outcome.
func storied(t testing.TB) *site {
	t.Helper()
	s := newSite(t)
	for _, f := range []figure.Figure{
		ingesttest.Container("2023-01", "280"), ingesttest.Container("2023-01", "281"), ingesttest.Container("2023-01", "281"),
		ingesttest.Container("2023-02", "270"), ingesttest.Container("2023-03", "290"),
	} {
		s.Publish(f)
	}
	archived := ingesttest.Container("2023-02", "271")
	archived.Published = "2023-03-10"
	s.Publish(archived)
	bad := ingesttest.Container("2023-04", "300")
	bad.Unit = "头"
	s.Publish(bad)
	s.settleAll(s.startStopped(), 7)
	s.WantBalance()
	return s
}

func (s *site) replay() *replay.Replayed {
	s.T.Helper()
	r, err := replay.Run(s.Ctx, s.JS, s.Store, func(time.Duration, error) {}, func(int) {})
	if err != nil {
		s.T.Fatal(err)
	}
	return r
}

func TestAnEmptyBucketIsFilledWithWhatTheOldOneHeld(t *testing.T) {
	t.Parallel()
	s := storied(t)
	want := s.Vintages()
	s.fresh()
	r := s.replay()
	if got := s.Vintages(); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if want := (replay.Replayed{Messages: 7, Points: 5, Unchanged: 1, Refused: 1, Found: 5}); *r != want {
		t.Errorf("got  %+v\nwant %+v", *r, want)
	}
}

func TestAReplayOverAFullBucketChangesNothing(t *testing.T) {
	t.Parallel()
	s := storied(t)
	want := s.Vintages()
	if r := s.replay(); !r.Whole() {
		t.Errorf("%+v", *r)
	}
	if got := s.Vintages(); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestAReplayTellsOfPointsThatNoDecisionAccountsFor(t *testing.T) {
	t.Parallel()
	s := storied(t)
	foreign := store.Vintage{Cell: ingesttest.Container("2020-01", "1").Cell, Agency: "port", Status: figure.Normal, Value: 1, Moment: 1, Seq: 3}
	if err := s.Store.Write(s.Ctx, []store.Vintage{foreign}); err != nil {
		t.Fatal(err)
	}
	if r := s.replay(); r.Whole() || r.Surplus != 1 || r.Missing != 0 {
		t.Errorf("%+v", *r)
	}
}

func TestAReplayLeavesUndecidedMessagesToTheWorkers(t *testing.T) {
	t.Parallel()
	s := storied(t)
	s.Publish(ingesttest.Container("2023-05", "300"))
	s.fresh()
	if r := s.replay(); r.Undecided != 1 || r.Found != 5 || !r.Whole() {
		t.Errorf("%+v", *r)
	}
}

// The worker that settled it does not write it again on delivery.
func TestAReplayWritesWhatWasSettledAheadOfAQueue(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.settleOneBehindAFlood(ingesttest.Container("2023-01", "280"))
	s.fresh()
	if r := s.replay(); r.Found != 1 || r.Undecided == 0 || !r.Whole() {
		t.Errorf("%+v", *r)
	}
	ingesttest.WantLines(t, s.Values(), "2023-01 2800000")
}

func TestAReplayIsNotMisledByWhatWorkersStoreMeanwhile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.startStopped()
	send := func(day, value string) {
		f := ingesttest.Container("2023-01", value)
		f.Published = day
		s.Publish(f)
		s.settleAll(w, 1)
	}
	send("2023-02-10", "280")
	send("2023-04-10", "280") // repeats it
	r, err := replay.Run(s.Ctx, s.JS, s.Store, func(time.Duration, error) {}, func(int) { send("2023-03-10", "285") })
	if err != nil {
		t.Fatal(err)
	}
	if !r.Whole() {
		t.Errorf("%+v", *r)
	}
	ingesttest.WantLines(t, s.Values(), "2023-01 2800000", "2023-01 2850000", "2023-01 2800000")
}

func TestAReplayDoesNotStoreWhatInfluxDBOnceRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.spoil(s.Influx, 1985)
	s.Publish(ingesttest.Container("1985-06", "280"))
	s.Publish(ingesttest.Container("2023-01", "280"))
	s.settleAll(s.startStopped(), 2)
	s.fresh() // a bucket that would accept it
	r := s.replay()
	ingesttest.WantLines(t, s.Values(), "2023-01 2800000")
	if r.Refused != 1 || !r.Whole() {
		t.Errorf("%+v", *r)
	}
}

func TestAReplayIntoABucketThatRefusesAPointSaysSo(t *testing.T) {
	t.Parallel()
	s := storied(t)
	s.fresh()
	s.spoil(s.Influx, 2023)
	_, err := replay.Run(s.Ctx, s.JS, s.Store, func(time.Duration, error) {}, func(int) {})
	var refused *store.RefusedError
	if !errors.As(err, &refused) {
		t.Errorf("the error is %v", err)
	}
}

// A figure that repeats another has no point until a figure arrives that was published
// between the two.
func TestAFigureThatWasUnchangedIsStoredWhenAnotherComesBetween(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, published := range []struct{ day, value string }{
		{"2023-02-10", "280"}, {"2023-04-10", "280"}, {"2023-03-10", "285"},
	} {
		f := ingesttest.Container("2023-01", published.value)
		f.Published = published.day
		s.Publish(f)
	}
	s.settleAll(s.startStopped(), 3)
	ingesttest.WantLines(t, s.Values(), "2023-01 2800000", "2023-01 2850000", "2023-01 2800000")
	s.WantBalance()
	want := s.Vintages()
	s.fresh()
	if r := s.replay(); !r.Whole() {
		t.Errorf("%+v", *r)
	}
	if got := s.Vintages(); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestALedgerThatWasLostIsMadeAnewFromWhatIsStored(t *testing.T) {
	t.Parallel()
	s := storied(t)
	f := ingesttest.Plain("2023-05", "30") // implausible now
	s.Publish(f)
	s.settleAll(s.startStopped(), 1)
	want, rejects := s.Vintages(), len(s.Rejects())
	if err := s.JS.DeleteStream(s.Ctx, "DECISIONS"); err != nil {
		t.Fatal(err)
	}
	if err := s.JS.DeleteConsumer(s.Ctx, ingest.FiguresStream, ingest.WorkerConsumer); err != nil {
		t.Fatal(err)
	}
	if _, err := ingest.Setup(s.Ctx, s.JS, 1); err != nil {
		t.Fatal(err)
	}
	s.startWorker()
	s.Idle()
	if got := s.Vintages(); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if got := len(s.Rejects()); got != rejects {
		t.Errorf("%d rejects, want %d", got, rejects)
	}
	s.WantBalance()
}

func TestALedgerOfAnotherStreamStopsTheWorker(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		figures int // that the new stream has
		want    string
	}{
		{"shorter", 1, "stream FIGURES ends at message 1 and stream DECISIONS has decisions up to 7; restore both from one backup"},
		{"as long", 7, "message 7 of stream FIGURES was stored at "},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := storied(t)
			if err := s.JS.DeleteStream(s.Ctx, ingest.FiguresStream); err != nil {
				t.Fatal(err)
			}
			if _, err := ingest.Setup(s.Ctx, s.JS, 1); err != nil {
				t.Fatal(err)
			}
			for range c.figures {
				s.Publish(ingesttest.Container("2023-01", "280"))
			}
			err := s.newWorker(s.Conn, s.Influx).Run(s.Ctx)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}
