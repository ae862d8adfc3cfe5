package worker

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
)

// publishPlain publishes without a reply, as the simplest of senders does: NATS
// then takes the longest subject.
func (s *site) publishPlain(subject, body string) {
	s.T.Helper()
	before := s.Messages()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "nats://"))
	if err != nil {
		s.T.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "CONNECT {\"verbose\":false,\"headers\":true}\r\nPUB %s %d\r\n%s\r\n", subject, len(body), body)
	s.Await("the message is stored", func() bool { return s.Messages() > before })
}

func TestAMessageOnAnyStrangeSubjectHoldsNothingUp(t *testing.T) {
	t.Parallel()
	for name, subject := range map[string]string{
		"long":             "figures.port." + strings.Repeat("x", 4070),
		"many tokens":      "figures.port" + strings.Repeat(".x", 1500),
		"wildcards":        "figures.port.*.>",
		"only wildcards":   "figures.*.*",
		"delete character": "figures.port.a\x7fb",
		"not UTF-8":        "figures.port.a\xff\xfeb",
		"cut in a letter":  "figures.port." + strings.Repeat("港", 900),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.AckWait(time.Second)
			s.publishPlain(subject, "{}")
			s.Publish(ingesttest.Container("2023-01", "280"))
			s.settleWithoutAck(s.startStopped(), 2)
			s.startWorker() // and all of it once more
			s.Idle()
			ingesttest.WantLines(t, s.Values(), "2023-01 2800000")
			s.WantBalance()
		})
	}
}

func TestAReceiptOfRefusalsWithLongReasonsFitsIntoAMessage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := ingesttest.Container("2023-01", "280")
	for range 2 * maxRefusals {
		s.PublishRaw("figures."+strings.Repeat("\x01", 3900), f.AppendJSON(nil), "foreign")
	}
	s.startWorker()
	s.Idle()
	if got := s.Receipts("foreign"); len(got) != 2*maxRefusals {
		t.Errorf("%d receipts", len(got))
	}
	s.WantBalance()
}
