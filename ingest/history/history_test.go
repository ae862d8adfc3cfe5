package history_test

import (
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/history"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

func TestMain(m *testing.M) { enginetest.Main(m) }

func site(t *testing.T) *ingesttest.Site {
	t.Helper()
	return ingesttest.NewSite(t, enginetest.NATS(t).ClientURL(), enginetest.SharedInflux(t))
}

func TestAMessageWithForgedHeadersIsTakenForWhatNATSSaysOfIt(t *testing.T) {
	s := site(t)
	f := ingesttest.Container("2023-01", "280")
	msg := nats.NewMsg(f.Subject("port"))
	msg.Data = f.AppendJSON(nil)
	msg.Header.Set("Nats-Sequence", "4711")
	msg.Header.Set("Nats-Subject", f.Subject("customs"))
	msg.Header.Set("Nats-Time-Stamp", "2001-01-01T00:00:00Z")
	msg.Header.Set(ingest.HeaderSender, "mallory\x1b[2J")
	if _, err := s.JS.PublishMsg(s.Ctx, msg); err != nil {
		t.Fatal(err)
	}
	s.PublishRaw(f.Subject("port"), []byte("{"), "s-1")
	steps, err := history.Of(s.Ctx, s.JS, f.Cell)
	if err != nil || len(steps) != 2 {
		t.Fatalf("%d messages, %v", len(steps), err)
	}
	one, two := steps[0], steps[1]
	if one.Seq != 1 || one.Agency != "port" || one.Stored.Year() == 2001 || one.Sender != "mallory[2J" || one.Figure == nil || one.Outcome != "" || one.Vintage {
		t.Errorf("the first is %+v", one)
	}
	if two.Seq != 2 || two.Figure != nil || two.Submission != "s-1" {
		t.Errorf("the second is %+v", two)
	}
}

func TestWhatIsNearACellIsListedBySeries(t *testing.T) {
	s := site(t)
	for _, p := range []string{"2023-03", "2023-01", "2023-01", "2023"} {
		s.Publish(ingesttest.Container(p, "280"))
	}
	s.PublishRaw("figures.port.container_throughput.NBZS.rubbish", []byte("{}"), "")
	near, err := history.Near(s.Ctx, s.JS, figure.Cell{Indicator: "container_throughput", Area: "NBZS"})
	if err != nil || len(near) != 2 {
		t.Fatalf("%+v, %v", near, err)
	}
	for _, k := range near {
		if k.Frequency == figure.Monthly && (k.First != figure.Month(2023, 1) || k.Last != figure.Month(2023, 3) || k.Periods != 2) {
			t.Errorf("the months are %+v", k)
		}
	}
	if none, err := history.Near(s.Ctx, s.JS, figure.Cell{Indicator: "gdp", Area: "NBZS"}); err != nil || len(none) != 0 {
		t.Errorf("%+v, %v", none, err)
	}
}

func TestThereIsNothingToTellOfWhatWasNeverSent(t *testing.T) {
	s := site(t)
	if steps, err := history.Of(s.Ctx, s.JS, ingesttest.Container("2023-01", "1").Cell); err != nil || steps != nil {
		t.Errorf("%+v, %v", steps, err)
	}
	if r, err := history.ReceiptOf(s.Ctx, s.JS, "s-1"); err != nil || r != nil {
		t.Errorf("%+v, %v", r, err)
	}
	if all, err := history.Submissions(s.Ctx, s.JS, 0); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
}
