package worker

import (
	"bytes"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
)

// disguises are headers with which a sender could pretend to be NATS.
var disguises = map[string]nats.Header{
	"a sequence that does not exist": {"Nats-Sequence": {"77"}},
	"no number as the sequence":      {"Nats-Sequence": {"x"}},
	"another agency's subject":       {"Nats-Subject": {"figures.customs.exports.330200._T.level.2023-01"}},
	"another time":                   {"Nats-Time-Stamp": {"2020-01-01T00:00:00Z"}},
	"no time":                        {"Nats-Time-Stamp": {"x"}},
	"another message before":         {"Nats-Last-Sequence": {"5"}},
	"the end of the stream":          {"Status": {"204"}, "Description": {"EOB"}},
	"no message":                     {"Status": {"404"}},
}

func TestWhatASenderWritesIntoItsHeadersIsNotTakenForNATS(t *testing.T) {
	t.Parallel()
	for name, headers := range disguises {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			f := ingesttest.Container("2023-01", "280")
			for range 3 {
				msg := nats.NewMsg(f.Subject("port"))
				msg.Header = headers
				if _, err := s.JS.PublishMsg(s.Ctx, msg); err != nil {
					t.Fatal(err)
				}
			}
			s.wantRead(f.Subject("port"), 3)
		})
	}
}

func TestAMessageWithUnreadableHeadersHoldsNothingUp(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := ingesttest.Container("2023-01", "280")
	s.Publish(f)
	s.publishMalformed(f.Subject("port"), "NATS/1.0\r\nno header\r\n\r\n")
	s.publishMalformed(f.Subject("port"), "NATS/1.0 2\r\n\r\n")
	s.Publish(f)
	s.wantRead(f.Subject("port"), 4)
	s.startWorker()
	s.Idle()
	s.WantBalance()
}

// wantRead asserts that a worker reads that many messages of the subject as
// they are, whether it reads all or those of the agency.
func (s *site) wantRead(subject string, n int) {
	s.T.Helper()
	w := s.startStopped()
	for _, filter := range []string{"", agencySubject("port")} {
		var got []string
		for from := uint64(1); from <= uint64(n); from = uint64(len(got)) + 1 {
			page, err := w.messages(s.Ctx, from, uint64(n), 10, filter)
			if err != nil || len(page) == 0 {
				s.T.Fatalf("%v %v, after %v", page, err, got)
			}
			for _, m := range page {
				single, err := w.message(s.Ctx, m.Seq, "")
				if err != nil {
					s.T.Fatal(err)
				}
				if single.Stored != m.Stored || single.Seq != m.Seq || single.Subject != m.Subject || !bytes.Equal(single.Body, m.Body) {
					s.T.Errorf("read alone it is %+v, among others %+v", single, m)
				}
				got = append(got, fmt.Sprint(m.Seq, m.Subject))
			}
		}
		var want []string
		for seq := range n {
			want = append(want, fmt.Sprint(seq+1, subject))
		}
		if !slices.Equal(got, want) {
			s.T.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// publishMalformed sends a message with headers that no client would send.
func (s *site) publishMalformed(subject, headers string) {
	s.T.Helper()
	before := s.Messages()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "nats://"))
	if err != nil {
		s.T.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "CONNECT {\"verbose\":false,\"headers\":true}\r\nHPUB %s %d %d\r\n%s\r\n", subject, len(headers), len(headers), headers)
	s.Await("the message is stored", func() bool { return s.Messages() > before })
}
