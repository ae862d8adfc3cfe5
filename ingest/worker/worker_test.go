package worker

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

func TestAFigureIsWrittenRevisedRepeatedWithheldAndComesBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	withheld := ingesttest.Container("2023-01", "0")
	withheld.Value, withheld.Withheld, withheld.Status = figure.Decimal{}, true, 'Q'
	var seqs []uint64
	for _, f := range []figure.Figure{
		ingesttest.Container("2023-01", "272.608"), ingesttest.Container("2023-01", "272.7"), ingesttest.Container("2023-01", "272.7"),
		withheld, ingesttest.Container("2023-01", "272.7"),
	} {
		seqs = append(seqs, s.PublishRaw(f.Subject("port"), f.AppendJSON(nil), "one"))
		s.Idle() // so that each has its own batch and moment
	}
	got := s.Receipts("one")
	for i, want := range []ingest.Outcome{ingest.Written, ingest.Revised, ingest.Unchanged, ingest.Revised, ingest.Revised} {
		if got[seqs[i]] != want {
			t.Errorf("figure %d: receipt says %q, want %q", i, got[seqs[i]], want)
		}
	}
	ingesttest.WantLines(t, s.Values(), "2023-01 2726080", "2023-01 2727000", "2023-01 withheld Q", "2023-01 2727000")
	s.WantBalance()
}

func TestARejectKeepsTheBytesAndTheReason(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	f := ingesttest.Plain("2023-01", "346")
	f.Unit = "头"
	body := append([]byte("\n "), f.AppendJSON(nil)...) // unlike tidemark's own encoding
	seq := s.PublishRaw(f.Subject("port"), body, "two")
	s.Idle()
	rejects := s.Rejects()
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
	if got := s.Receipts("two"); got[seq] != ingest.Refused {
		t.Errorf("receipts %v", got)
	}
	s.WantBalance()
}

func TestARejectSentAgainIsJudgedByWhatIsKnownNow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	// The months before were wrongly confirmed, so a right one looks wrong.
	for _, p := range []string{"2022-10", "2022-11", "2022-12"} {
		s.Publish(ingesttest.Container(p, "20"))
	}
	s.Idle()
	bad := s.Publish(ingesttest.Plain("2023-01", "300"))
	s.Idle()
	before := s.Rejects()
	refused := before[len(before)-1]
	if refused.Seq != bad {
		t.Fatalf("the last reject is %d, want %d", refused.Seq, bad)
	}
	for _, p := range []string{"2022-10", "2022-11", "2022-12"} {
		s.Publish(ingesttest.Container(p, "290"))
		s.Idle()
	}
	seq, err := ingest.Resend(s.Ctx, s.JS, refused)
	if err != nil {
		t.Fatal(err)
	}
	s.Idle()
	after := s.Rejects()
	if len(after) != len(before) || after[len(after)-1].Resent != seq {
		t.Errorf("%d rejects, the last resent as %d; want %d and %d", len(after), after[len(after)-1].Resent, len(before), seq)
	}
	if lines := s.Values(); lines[len(lines)-1] != "2023-01 3000000" {
		t.Errorf("the last vintage is %s", lines[len(lines)-1])
	}
	open := 0
	if err := ingest.Rejects(s.Ctx, s.JS, false, func(*ingest.Reject) error { open++; return nil }); err != nil {
		t.Fatal(err)
	}
	if open != len(before)-1 {
		t.Errorf("%d rejects are open, want %d", open, len(before)-1)
	}
	s.WantBalance()
}

func TestARejectThatWasSentAgainKeepsItsMarkWhenItIsDeliveredAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.AckWait(time.Second)
	seq := s.PublishRaw("figures.port.x", []byte("{}"), "")
	s.settleWithoutAck(s.startStopped(), 1)
	refused := s.Rejects()[0]
	resent, err := ingest.Resend(s.Ctx, s.JS, refused)
	if err != nil {
		t.Fatal(err)
	}
	s.startWorker()
	s.Idle()
	for _, r := range s.Rejects() {
		if r.Seq == seq && r.Resent != resent {
			t.Errorf("the reject says it was resent as %d, want %d", r.Resent, resent)
		}
	}
	s.WantBalance()
}

func TestARefusalOfALongTextFitsIntoReceiptAndReject(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	f := ingesttest.Plain("2023-01", "300")
	f.Note = strings.Repeat("注", 5000)
	body := f.AppendJSON(nil)
	for range maxRefusals {
		s.PublishRaw(f.Subject("port"), body, "long")
	}
	s.Idle()
	rejects := s.Rejects()
	if len(rejects) != maxRefusals || !bytes.Equal(rejects[0].Body, body) {
		t.Fatalf("%d rejects, the first of %d bytes", len(rejects), len(rejects[0].Body))
	}
	want := "figure/too-long: note \"" + strings.Repeat("注", 80) + "…\" has 5000 characters, more than 4096; shorten it"
	if got := rejects[0].Problem.Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := s.Receipts("long"); len(got) != maxRefusals {
		t.Errorf("%d receipts", len(got))
	}
}

func TestMessagesThatAreNotFiguresAreRejectedWhateverTheyAre(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	good := ingesttest.Plain("2023-01", "300")
	for _, m := range []struct{ subject, body string }{
		{"figures.a", ""},
		{"figures.port.container_throughput.NBZS._T.level.2023-01", "\xff\xfe"},
		{"figures.指标.一", "null"},
		{"figures.x.y.z.a.b.c.d.e.f.g", "[]"},
		{"figures.$weird.>x.*y", `{"indicator":"` + strings.Repeat("a", figure.MaxBody) + `"}`},
		{good.Subject("customs"), string(good.AppendJSON(nil))},
	} {
		s.PublishRaw(m.subject, []byte(m.body), "no such.submission>")
	}
	s.Idle()
	var codes []string
	for _, r := range s.Rejects() {
		codes = append(codes, r.Problem.Code)
	}
	ingesttest.WantLines(t, codes, "figure/not-json", "figure/not-json", "figure/not-json", "figure/not-json", "figure/not-json", "figure/foreign-agency")
	s.WantBalance()
}

func TestAnOlderRedeliveredMessageDoesNotBringTheOldValueBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.AckWait(time.Second)
	s.Publish(ingesttest.Container("2023-01", "280"))
	// A worker takes the old value and then disappears.
	consumer, err := s.JS.Consumer(s.Ctx, ingest.FiguresStream, ingest.WorkerConsumer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := consumer.Next(); err != nil {
		t.Fatal(err)
	}
	s.Publish(ingesttest.Container("2023-01", "290"))
	s.startWorker()
	s.Idle()
	ingesttest.WantLines(t, s.Values(), "2023-01 2800000", "2023-01 2900000")
	s.WantBalance()
}

func TestAnArchiveKeepsTheOrderOfItsPublications(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startWorker()
	for _, published := range []struct{ day, value string }{
		{"2023-03-20", "283"}, {"2023-02-10", "281"}, {"2023-03-20", "284"}, {"2023-03-20T09:30:00+08:00", "282"},
	} {
		f := ingesttest.Container("2023-01", published.value)
		f.Published = published.day
		s.Publish(f)
	}
	s.Publish(ingesttest.Container("2023-01", "285"))
	s.Idle()
	ingesttest.WantLines(t, s.Values(), "2023-01 2810000", "2023-01 2830000", "2023-01 2840000", "2023-01 2820000", "2023-01 2850000")
	s.WantBalance()
}

func TestTwoFiguresOfACellThatAreStoredInOneMillisecondAreTwoVintages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.AckWait(500 * time.Millisecond)
	w := s.startStopped()
	for _, value := range []string{"281", "282", "283"} {
		s.Publish(ingesttest.Container("2023-01", value))
	}
	items := s.take(w, 3)
	for _, it := range items {
		it.Stored = items[0].Stored
	}
	p := s.stand(w)
	defer p.leave()
	w.finish(s.Ctx, w.decided(s.Ctx, t, items), p)
	ingesttest.WantLines(t, s.Values(), "2023-01 2810000", "2023-01 2820000", "2023-01 2830000")
}

func TestTheReceiptOfAManyFiguresIsWhole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 3000 {
		f := ingesttest.Container("2000-01", "280")
		f.Period = f.Period.Add(i % 240)
		s.PublishRaw(f.Subject("port"), f.AppendJSON(nil), "many")
	}
	s.startWorker()
	s.Idle()
	got := s.Receipts("many")
	if len(got) != 3000 {
		t.Errorf("receipts speak of %d figures, want 3000", len(got))
	}
}

func TestTwoWorkersShareTheMessages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	nc, _ := s.Connect()
	a, b := s.startWorker(), s.startWorkerOn(nc, s.Influx)
	<-a.Ready()
	<-b.Ready()
	sent := uint64(0)
	s.Await("both workers have settled some", func() bool {
		f := ingesttest.Container("2000-01", "280")
		f.Period = f.Period.Add(int(sent % 240))
		sent = s.Publish(f)
		return counted(t, a, "tidemark_ingest_figures_total") > 0 && counted(t, b, "tidemark_ingest_figures_total") > 0
	})
	s.Idle()
	s.Await("every figure is counted once", func() bool { // after it is acknowledged
		return counted(t, a, "tidemark_ingest_figures_total")+counted(t, b, "tidemark_ingest_figures_total") == float64(sent)
	})
	s.WantBalance()
}

func TestAWorkerThatIsToldToStopFinishesItsBatch(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 5000 {
		f := ingesttest.Container("2000-01", "280")
		f.Period = f.Period.Add(i % 240)
		f.Note = "so that no two are the same"
		msg := &nats.Msg{Subject: f.Subject("port"), Data: f.AppendJSON(nil)}
		// More than the client by default allows to wait for an answer.
		if _, err := s.JS.PublishMsgAsync(msg, jetstream.WithStallWait(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	<-s.JS.PublishAsyncComplete()
	w := s.startWorker()
	s.Await("something is written", func() bool { return counted(t, w, "tidemark_ingest_figures_total") > 0 })
	w.stop()
	consumer, err := s.JS.Consumer(s.Ctx, ingest.FiguresStream, ingest.WorkerConsumer)
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
	if err := s.JS.DeleteConsumer(s.Ctx, ingest.FiguresStream, ingest.WorkerConsumer); err != nil {
		t.Fatal(err)
	}
	err := s.newWorker(s.Conn, s.Influx).Run(t.Context())
	want := "consumer ingest of stream FIGURES: nats: API error: code=404 err_code=10014 description=consumer not found; run tidemark init first"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestAReceiptIsReadableByOtherPrograms(t *testing.T) {
	r := ingest.Receipt{}
	r.Add(&ledger.Decision{Seq: 1, Outcome: ingest.Written})
	r.Add(&ledger.Decision{Seq: 2, Outcome: ingest.Refused, Problem: &figure.Problem{Code: "figure/unit", Reason: "is none"}})
	body, err := json.Marshal(&r)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"written":[1],"refused":[{"seq":2,"code":"figure/unit","reason":"is none"}]}`
	if string(body) != want {
		t.Errorf("got %s, want %s", body, want)
	}
}
