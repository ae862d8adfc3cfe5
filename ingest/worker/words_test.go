package worker

import (
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/store"
)

// noted is a figure with a note.
func noted(period, value, note string) figure.Figure {
	f := ingesttest.Container(period, value)
	f.Note = note
	return f
}

// publishAs publishes a figure of the port with the name of who sends it.
func (s *site) publishAs(f figure.Figure, sender, submission string) uint64 {
	s.T.Helper()
	msg := nats.NewMsg(f.Subject("port"))
	msg.Data = f.AppendJSON(nil)
	msg.Header.Set(ingest.HeaderSender, sender)
	msg.Header.Set(ingest.HeaderSubmission, submission)
	ack, err := s.JS.PublishMsg(s.Ctx, msg)
	if err != nil {
		s.T.Fatal(err)
	}
	return ack.Sequence
}

// decisions returns all decisions in the ledger.
func (s *site) decisions() (all []ledger.Decision) {
	s.T.Helper()
	if err := ledger.Read(s.Ctx, s.JS, 1, func(e *ledger.Entry) error {
		all = append(all, e.Decisions...)
		return nil
	}); err != nil {
		s.T.Fatal(err)
	}
	return all
}

func outcomesOf(all []ledger.Decision) (out []ledger.Outcome) {
	for i := range all {
		out = append(out, all[i].Outcome)
	}
	return out
}

func TestADecisionCarriesTheWordsOfItsFigure(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := noted("2023-01", "280", "初步核算，见公报")
	f.Reason = "已与港口核对"
	s.publishAs(f, " 王芳\t(port) ", "s-1")
	s.settleAll(s.startStopped(), 1)
	v := s.decisions()[0].Vintage
	if v.Note != f.Note || v.Reason != f.Reason || v.Sender != "王芳 (port)" || !s.decisions()[0].Confirmed {
		t.Errorf("the decision is %+v", s.decisions()[0])
	}
}

func TestWhatWasUnusualAboutAConfirmedFigureIsKeptWithTheAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, p := range []string{"2023-01", "2023-02", "2023-03", "2023-04", "2023-05", "2023-06"} {
		s.Publish(ingesttest.Container(p, "280"))
	}
	f := ingesttest.Container("2023-07", "28")
	f.Reason = "台风停航一个月"
	last := s.publishAs(f, "王芳", "s-1")
	s.settleAll(s.startStopped(), 7)
	d := s.decisions()[6]
	if d.Outcome != ingest.Written || !d.Confirmed || d.Problem != nil || d.Answered == nil || d.Answered.Code != "figure/unit-slip" || d.Vintage.Reason != f.Reason {
		t.Fatalf("the decision is %+v, problem %v", d, d.Answered)
	}
	stream, err := s.JS.Stream(s.Ctx, ingest.ReceiptsStream)
	if err != nil {
		t.Fatal(err)
	}
	msg, err := stream.GetLastMsgForSubject(s.Ctx, ingest.ReceiptsPrefix+"s-1")
	if err != nil {
		t.Fatal(err)
	}
	receipt := ingesttest.DecodeReceipt(t, msg.Data)
	if len(receipt.Unusual) != 0 || len(receipt.Answered) != 1 || receipt.Answered[0].Seq != last || receipt.Answered[0].Code != d.Answered.Code {
		t.Errorf("the receipt is %+v", receipt)
	}
}

func TestAFigureWithAnotherNoteIsAVintageAndOneWithoutANoteRepeats(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, f := range []figure.Figure{
		noted("2023-01", "280", ""), noted("2023-01", "280", "快报"), noted("2023-01", "280", ""), noted("2023-01", "280", "快报"),
		noted("2023-01", "280", "定案"), noted("2023-01", "281", ""), noted("2023-01", "281", ""),
	} {
		s.Publish(f)
	}
	s.settleAll(s.startStopped(), 7)
	want := []ledger.Outcome{"written", "revised", "unchanged", "unchanged", "revised", "revised", "unchanged"}
	if got := outcomesOf(s.decisions()); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	s.WantBalance()
}

func TestARepetitionThatIsStoredAfterAllHasTheNoteOfWhatItRepeats(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	first := noted("2023-01", "280", "快报")
	first.Published = "2023-02-10"
	again, between := noted("2023-01", "280", ""), noted("2023-01", "281", "")
	again.Published, between.Published = "2023-04-10", "2023-03-10"
	for _, f := range []figure.Figure{first, again, between} {
		s.Publish(f)
	}
	s.settleAll(s.startStopped(), 3)
	d := s.decisions()[2]
	if d.Outcome != ingest.Superseded || d.Restated == nil || d.Restated.Note != "快报" {
		t.Errorf("the decision is %+v, restated %+v", d, d.Restated)
	}
}

// notes returns the notes in InfluxDB: period and text.
func (s *site) notes() (all []string) {
	s.T.Helper()
	for v, err := range s.Store.Noted(s.Ctx, store.Selection{}) {
		if err != nil {
			s.T.Fatal(err)
		}
		if v.Note != "" {
			all = append(all, v.Period.String()+" "+v.Note)
		}
	}
	slices.Sort(all)
	return all
}

func TestAReplayRestoresTheNotes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := noted("2023-01", "280", "初步核算\n第二行")
	f.Reason = "已与港口核对"
	s.publishAs(f, "王芳", "s-1")
	s.Publish(noted("2023-02", "270", ""))
	s.Publish(noted("2023-02", "270", "更正说明"))
	s.settleAll(s.startStopped(), 3)
	want := []string{"2023-01 初步核算\n第二行", "2023-02 更正说明"}
	ingesttest.WantLines(t, s.notes(), want...)
	s.fresh()
	if r := s.replay(); !r.Whole() {
		t.Errorf("%+v", *r)
	}
	ingesttest.WantLines(t, s.notes(), want...)
}

func TestALedgerThatIsRebuiltHasTheWords(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := noted("2023-01", "280", "初步核算")
	f.Reason = "已与港口核对"
	s.publishAs(f, "王芳", "s-1")
	s.AckWait(500 * time.Millisecond)
	s.settleWithoutAck(s.startStopped(), 1)
	s.restoreEntries(nil)
	s.settleAll(s.startStopped(), 1)
	d := s.decisions()[0]
	if d.Outcome != ingest.Revised && d.Outcome != ingest.Written || d.Vintage.Note != f.Note || d.Vintage.Reason != f.Reason || d.Vintage.Sender != "王芳" {
		t.Errorf("the decision is %+v", d)
	}
	s.WantBalance()
}
