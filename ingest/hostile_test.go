package ingest

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// publishPlain publishes without a reply, as the simplest of senders does: NATS
// then takes the longest subject.
func (s *site) publishPlain(subject, body string) {
	s.t.Helper()
	before := s.messages()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "nats://"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "CONNECT {\"verbose\":false,\"headers\":true}\r\nPUB %s %d\r\n%s\r\n", subject, len(body), body)
	s.await("the message is stored", func() bool { return s.messages() > before })
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
			s.ackWait(time.Second)
			s.publishPlain(subject, "{}")
			s.publish(container("2023-01", "280"))
			s.settleWithoutAck(s.startStopped(), 2)
			s.startWorker() // and all of it once more
			s.idle()
			wantLines(t, s.values(), "2023-01 2800000")
			s.wantBalance()
		})
	}
}

func TestAReceiptOfRefusalsWithLongReasonsFitsIntoAMessage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := container("2023-01", "280")
	for range 2 * maxRefusals {
		s.publishRaw("figures."+strings.Repeat("\x01", 3900), f.AppendJSON(nil), "foreign")
	}
	s.startWorker()
	s.idle()
	if got := s.receipts("foreign"); len(got) != 2*maxRefusals {
		t.Errorf("%d receipts", len(got))
	}
	s.wantBalance()
}
