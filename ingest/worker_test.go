package ingest

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

func TestAFigureIsWrittenRevisedRepeatedWithheldAndComesBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	withheld := container("2023-01", "0")
	withheld.Value, withheld.Withheld, withheld.Status = figure.Decimal{}, true, 'Q'
	var seqs []uint64
	for _, f := range []figure.Figure{
		container("2023-01", "272.608"), container("2023-01", "272.7"), container("2023-01", "272.7"),
		withheld, container("2023-01", "272.7"),
	} {
		seqs = append(seqs, s.publishRaw(f.Subject("port"), f.AppendJSON(nil), "one"))
		s.idle() // so that each is a batch, and a moment, of its own
	}
	got := s.receipts("one")
	for i, want := range []Outcome{Written, Revised, Unchanged, Revised, Revised} {
		if got[seqs[i]] != want {
			t.Errorf("figure %d: receipt says %q, want %q", i, got[seqs[i]], want)
		}
	}
	wantLines(t, s.values(), "2023-01 2726080", "2023-01 2727000", "2023-01 withheld Q", "2023-01 2727000")
	s.wantBalance()
}

func TestARejectKeepsTheBytesAndTheReason(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	f := plain("2023-01", "346")
	f.Unit = "头"
	body := append([]byte("\n "), f.AppendJSON(nil)...) // not as tidemark itself would write it
	seq := s.publishRaw(f.Subject("port"), body, "two")
	s.idle()
	rejects := s.rejects()
	if len(rejects) != 1 {
		t.Fatalf("%d rejects, want 1", len(rejects))
	}
	r := rejects[0]
	if !bytes.Equal(r.Body, body) {
		t.Errorf("body %q, want %q", r.Body, body)
	}
	if r.Seq != seq || r.Subject != f.Subject("port") || r.Submission != "two" || r.Resent != 0 {
		t.Errorf("reject says %+v", r)
	}
	if r.Stored.IsZero() || time.Since(r.Stored) > time.Minute {
		t.Errorf("stored %s", r.Stored)
	}
	if r.Problem.Code != "figure/unit" || r.Problem.Field != "unit" || r.Problem.Text != "头" ||
		r.Problem.Reason == "" || !strings.Contains(r.Problem.Hint, "万TEU") {
		t.Errorf("problem %+v", r.Problem)
	}
	if got := s.receipts("two"); got[seq] != Refused {
		t.Errorf("receipts %v", got)
	}
	s.wantBalance()
}

func TestARejectSentAgainIsJudgedByWhatIsKnownNow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	// The months before were confirmed in error, so a right one looks wrong.
	for _, p := range []string{"2022-10", "2022-11", "2022-12"} {
		s.publish(container(p, "20"))
	}
	s.idle()
	bad := s.publish(plain("2023-01", "300"))
	s.idle()
	before := s.rejects()
	refused := before[len(before)-1]
	if refused.Seq != bad {
		t.Fatalf("the last reject is %d, want %d", refused.Seq, bad)
	}
	for _, p := range []string{"2022-10", "2022-11", "2022-12"} {
		s.publish(container(p, "290"))
		s.idle()
	}
	seq, err := Resend(s.ctx, s.js, refused)
	if err != nil {
		t.Fatal(err)
	}
	s.idle()
	after := s.rejects()
	if len(after) != len(before) || after[len(after)-1].Resent != seq {
		t.Errorf("%d rejects, the last resent as %d; want %d and %d", len(after), after[len(after)-1].Resent, len(before), seq)
	}
	if lines := s.values(); lines[len(lines)-1] != "2023-01 3000000" {
		t.Errorf("the last vintage is %s", lines[len(lines)-1])
	}
	open := 0
	if err := Rejects(s.ctx, s.js, false, func(*Reject) error { open++; return nil }); err != nil {
		t.Fatal(err)
	}
	if open != len(before)-1 {
		t.Errorf("%d rejects are open, want %d", open, len(before)-1)
	}
	s.wantBalance()
}

func TestARejectThatWasSentAgainKeepsItsMarkWhenItIsDeliveredAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ackWait(time.Second)
	seq := s.publishRaw("figures.port.x", []byte("{}"), "")
	s.settleWithoutAck(s.startStopped(), 1)
	refused := s.rejects()[0]
	resent, err := Resend(s.ctx, s.js, refused)
	if err != nil {
		t.Fatal(err)
	}
	s.startWorker()
	s.idle()
	for _, r := range s.rejects() {
		if r.Seq == seq && r.Resent != resent {
			t.Errorf("the reject says it was resent as %d, want %d", r.Resent, resent)
		}
	}
	s.wantBalance()
}

func TestARefusalOfALongTextFitsIntoReceiptAndReject(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	f := plain("2023-01", "300")
	f.Note = strings.Repeat("注", 5000)
	body := f.AppendJSON(nil)
	for range maxRefusals {
		s.publishRaw(f.Subject("port"), body, "long")
	}
	s.idle()
	rejects := s.rejects()
	if len(rejects) != maxRefusals || !bytes.Equal(rejects[0].Body, body) {
		t.Fatalf("%d rejects, the first of %d bytes", len(rejects), len(rejects[0].Body))
	}
	want := "figure/too-long: note \"" + strings.Repeat("注", 80) + "…\" has 5000 characters, more than 4096; shorten it"
	if got := rejects[0].Problem.Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := s.receipts("long"); len(got) != maxRefusals {
		t.Errorf("%d receipts", len(got))
	}
}

func TestMessagesThatAreNotFiguresAreRejectedWhateverTheyAre(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	good := plain("2023-01", "300")
	for _, m := range []struct{ subject, body string }{
		{"figures.a", ""},
		{"figures.port.container_throughput.NBZS._T.level.2023-01", "\xff\xfe"},
		{"figures.指标.一", "null"},
		{"figures.x.y.z.a.b.c.d.e.f.g", "[]"},
		{"figures.$weird.>x.*y", `{"indicator":"` + strings.Repeat("a", figure.MaxBody) + `"}`},
		{good.Subject("customs"), string(good.AppendJSON(nil))},
	} {
		s.publishRaw(m.subject, []byte(m.body), "no such.submission>")
	}
	s.idle()
	var codes []string
	for _, r := range s.rejects() {
		codes = append(codes, r.Problem.Code)
	}
	wantLines(t, codes, "figure/not-json", "figure/not-json", "figure/not-json", "figure/not-json", "figure/not-json", "figure/foreign-agency")
	s.wantBalance()
}

func TestAnOlderRedeliveredMessageDoesNotBringTheOldValueBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ackWait(time.Second)
	s.publish(container("2023-01", "280"))
	// A worker takes the old value and is lost with it.
	consumer, err := s.js.Consumer(s.ctx, FiguresStream, WorkerConsumer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := consumer.Next(); err != nil {
		t.Fatal(err)
	}
	s.publish(container("2023-01", "290"))
	s.startWorker()
	s.idle()
	wantLines(t, s.values(), "2023-01 2800000", "2023-01 2900000")
	s.wantBalance()
}

func TestAnArchiveKeepsTheOrderOfItsPublications(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	for _, published := range []struct{ day, value string }{
		{"2023-03-20", "283"}, {"2023-02-10", "281"}, {"2023-03-20", "284"}, {"2023-03-20T09:30:00+08:00", "282"},
	} {
		f := container("2023-01", published.value)
		f.Published = published.day
		s.publish(f)
	}
	s.publish(container("2023-01", "285"))
	s.idle()
	wantLines(t, s.values(), "2023-01 2810000", "2023-01 2830000", "2023-01 2840000", "2023-01 2820000", "2023-01 2850000")
	s.wantBalance()
}

func TestTwoFiguresOfACellThatAreStoredInOneMillisecondAreTwoVintages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ackWait(500 * time.Millisecond)
	w := s.startStopped()
	for _, value := range []string{"281", "282", "283"} {
		s.publish(container("2023-01", value))
	}
	items := s.take(w, 3)
	for _, it := range items {
		it.stored = items[0].stored
	}
	p := s.stand(w)
	defer p.leave()
	w.finish(s.ctx, w.decided(s.ctx, t, items), p)
	wantLines(t, s.values(), "2023-01 2810000", "2023-01 2820000", "2023-01 2830000")
}

func TestTheReceiptOfAManyFiguresIsWhole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 3000 {
		f := container("2000-01", "280")
		f.Period = f.Period.Add(i % 240)
		s.publishRaw(f.Subject("port"), f.AppendJSON(nil), "many")
	}
	s.startWorker()
	s.idle()
	got := s.receipts("many")
	if len(got) != 3000 {
		t.Errorf("receipts speak of %d figures, want 3000", len(got))
	}
}

func TestTwoWorkersShareTheMessages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	nc, _ := s.connect()
	a, b := s.startWorker(), s.startWorkerOn(nc, s.influx)
	<-a.Ready()
	<-b.Ready()
	sent := uint64(0)
	s.await("both workers have settled some", func() bool {
		f := container("2000-01", "280")
		f.Period = f.Period.Add(int(sent % 240))
		sent = s.publish(f)
		return counted(t, a, "tidemark_ingest_figures_total") > 0 && counted(t, b, "tidemark_ingest_figures_total") > 0
	})
	s.idle()
	s.await("every figure is counted once", func() bool { // after it is acknowledged
		return counted(t, a, "tidemark_ingest_figures_total")+counted(t, b, "tidemark_ingest_figures_total") == float64(sent)
	})
	s.wantBalance()
}

func TestAWorkerThatIsToldToStopFinishesItsBatch(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 5000 {
		f := container("2000-01", "280")
		f.Period = f.Period.Add(i % 240)
		f.Note = "so that no two are the same"
		msg := &nats.Msg{Subject: f.Subject("port"), Data: f.AppendJSON(nil)}
		// More than the client lets wait for an answer by itself.
		if _, err := s.js.PublishMsgAsync(msg, jetstream.WithStallWait(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	<-s.js.PublishAsyncComplete()
	w := s.startWorker()
	s.await("something is written", func() bool { return counted(t, w, "tidemark_ingest_figures_total") > 0 })
	w.stop()
	consumer, err := s.js.Consumer(s.ctx, FiguresStream, WorkerConsumer)
	if err != nil {
		t.Fatal(err)
	}
	if n := consumer.CachedInfo().NumAckPending; n != 0 {
		t.Errorf("%d messages are left without acknowledgement", n)
	}
}

func TestAWorkerWithoutStreamsSaysWhatToDo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if err := s.js.DeleteConsumer(s.ctx, FiguresStream, WorkerConsumer); err != nil {
		t.Fatal(err)
	}
	err := s.newWorker(s.nc, s.influx).Run(t.Context())
	want := "consumer ingest of stream FIGURES: nats: API error: code=404 err_code=10014 description=consumer not found; run tidemark init first"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestAReceiptIsReadableByOtherPrograms(t *testing.T) {
	r := Receipt{}
	r.add(&ledger.Decision{Seq: 1, Outcome: Written})
	r.add(&ledger.Decision{Seq: 2, Outcome: Refused, Problem: &figure.Problem{Code: "figure/unit", Reason: "is none"}})
	body, err := json.Marshal(&r)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"written":[1],"refused":[{"seq":2,"code":"figure/unit","reason":"is none"}]}`
	if string(body) != want {
		t.Errorf("got %s, want %s", body, want)
	}
}
