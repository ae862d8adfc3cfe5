package worker

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/store"
)

func TestWhatWasSettledBeforeThereWasALedgerStaysSoWhenTheWorkerThatBeginsItDies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.AckWait(500 * time.Millisecond)
	var seqs []uint64
	for _, p := range []string{"2023-01", "2023-02", "2023-03"} {
		seqs = append(seqs, s.Publish(ingesttest.Container(p, "280")))
	}
	earlier := s.startStopped()
	last, err := earlier.message(s.Ctx, seqs[2], "")
	if err != nil {
		t.Fatal(err)
	}
	refused := rejected(&last, &figure.Problem{Code: "figure/jump", Reason: "was implausible then"})
	if err := storeRejects(s.Ctx, s.JS, []*ingest.Reject{refused}); err != nil {
		t.Fatal(err)
	}
	first := s.startStopped()
	first.decided(s.Ctx, t, s.take(first, 1)) // and dies
	s.startWorker()
	s.Idle()
	ingesttest.WantLines(t, s.Values(), "2023-01 2800000", "2023-02 2800000")
	if rejects := s.Rejects(); len(rejects) != 1 || rejects[0].Seq != seqs[2] {
		t.Errorf("%d rejects", len(rejects))
	}
	s.WantBalance()
}

func TestAWrittenFigureWhoseUnitTheCatalogueNoLongerHasStaysAsItIsWhenTheLedgerIsLost(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := ingesttest.Container("2023-01", "28")
	f.Unit = "ten thousand boxes"
	seq := s.Publish(f)
	v := store.Vintage{Cell: f.Cell, Agency: "port", Status: f.Status, Value: 280_000, Moment: time.Now().UnixMilli(), Seq: seq}
	if err := s.Store.Write(s.Ctx, []store.Vintage{v}); err != nil {
		t.Fatal(err)
	}
	s.settleAll(s.startStopped(), 1)
	ingesttest.WantLines(t, s.Values(), "2023-01 280000")
	if n := len(s.Rejects()); n != 0 {
		t.Errorf("%d rejects", n)
	}
}

func TestWhatWasSettledEarlierIsForgottenWhenItIsDecided(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Publish(ingesttest.Container("2023-01", "280"))
	s.Publish(ingesttest.Container("2023-02", "280"))
	w, other := s.startStopped(), s.startStopped()
	s.settleAll(w, 2)
	if _, err := other.sync(s.Ctx); err != nil {
		t.Fatal(err)
	}
	if w.earlier != nil || other.earlier != nil {
		t.Error("it is still there")
	}
}

// Behind a restored ledger a figure that InfluxDB had refused would be known as
// written, and nobody could send it again.
func TestMessagesThatWereSettledBehindARestoredLedgerStayAsTheyWere(t *testing.T) {
	t.Parallel()
	s, proxy := newProxiedSite(t)
	proxy.RespondTo(`submission="refused"`, http.StatusUnprocessableEntity, http.Header{"X-Influxdb-Version": {"2"}})
	s.Publish(ingesttest.Container("2023-01", "280"))
	s.settleAll(s.startStopped(), 1)
	backup := s.entries()
	s.publishFor("refused", ingesttest.Container("1985-06", "280"))
	s.Publish(ingesttest.Container("2023-02", "280"))
	s.settleAll(s.startStopped(), 2)
	want := s.Values()
	s.restoreEntries(backup)
	w := s.startWorker()
	<-w.Ready()
	s.Publish(ingesttest.Container("2023-03", "280"))
	s.Idle()
	ingesttest.WantLines(t, s.Values(), append(want, "2023-03 2800000")...)
	w.stop()
	if known := w.known.Vintages(ingesttest.Container("1985-06", "280").Cell); len(known) > 0 {
		t.Errorf("the refused figure is known as %v", known)
	}
	s.WantBalance()
}

func TestALedgerOfWhichEntriesWereRemovedStopsTheWorker(t *testing.T) {
	t.Parallel()
	s := storied(t)
	stream, err := s.JS.Stream(s.Ctx, ledger.Stream)
	if err != nil {
		t.Fatal(err)
	}
	config := stream.CachedInfo().Config
	config.MaxMsgs = 1 // as an operator may do to save space
	if _, err := s.JS.UpdateStream(s.Ctx, config); err != nil {
		t.Fatal(err)
	}
	if _, err := s.JS.Publish(s.Ctx, ledger.Subject, nil); err != nil {
		t.Fatal(err)
	}
	err = s.newWorker(s.Conn, s.Influx).Run(s.Ctx)
	want := "stream DECISIONS has lost 2 of its 3 entries, without which nothing can be decided on stream FIGURES; " + remake
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// entries are the messages of DECISIONS.
func (s *site) entries() (all []*nats.Msg) {
	s.T.Helper()
	stream, err := s.JS.Stream(s.Ctx, ledger.Stream)
	if err != nil {
		s.T.Fatal(err)
	}
	for seq := range stream.CachedInfo().State.LastSeq {
		raw, err := stream.GetMsg(s.Ctx, seq+1)
		if err != nil {
			s.T.Fatal(err)
		}
		all = append(all, &nats.Msg{Subject: raw.Subject, Header: raw.Header, Data: raw.Data})
	}
	return all
}

// restoreEntries recreates DECISIONS with these entries.
func (s *site) restoreEntries(entries []*nats.Msg) {
	s.T.Helper()
	if err := s.JS.DeleteStream(s.Ctx, ledger.Stream); err != nil {
		s.T.Fatal(err)
	}
	if _, err := ingest.Setup(s.Ctx, s.JS, 1); err != nil {
		s.T.Fatal(err)
	}
	for _, msg := range entries {
		for name := range msg.Header { // NATS' own, of the message that it was
			if strings.HasPrefix(name, "Nats-") {
				msg.Header.Del(name)
			}
		}
		if _, err := s.JS.PublishMsg(s.Ctx, msg); err != nil {
			s.T.Fatal(err)
		}
	}
}
