package worker

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/ingest/receipt"
)

func (s *site) signer() *receipt.Signer {
	s.T.Helper()
	signer, err := receipt.CreateSigner(filepath.Join(s.T.TempDir(), "key"))
	if err != nil {
		s.T.Fatal(err)
	}
	return signer
}

func TestAReceiptOfASubmissionIsProven(t *testing.T) {
	s := newSite(t)
	w := s.startStopped()
	w.signer = s.signer()
	for _, value := range []string{"346", "0.5"} {
		f := ingesttest.Plain("2024-05", value)
		s.PublishRaw(f.Subject("port"), f.AppendJSON(nil), "s1")
	}
	s.PublishRaw("figures.port.<b>&", []byte("not a figure"), "s1")
	// A crash before the acknowledgement: the receipts are written again.
	s.AckWait(1e9)
	s.settleWithoutAck(w, 3)
	s.settleAll(w, 3)
	d, err := receipt.Collect(s.Ctx, s.JS, "s1")
	if err != nil {
		t.Fatal(err)
	}
	v := receipt.Verify(d, []string{w.signer.Public()})
	if len(v.Problems) > 0 || len(v.Proven) != 3 || len(d.Receipts) != 2 {
		t.Fatalf("it says %+v", v)
	}
	var got []string
	for _, p := range v.Proven {
		text := string(p.Outcome) + " " + p.Code
		if p.Figure != nil {
			text += " " + p.Figure.Value.String()
		}
		got = append(got, text)
	}
	ingesttest.WantLines(t, got, "written  346", "refused figure/out-of-bounds 0.5", "refused figure/not-json")
}

// Every agency may give the ID of another's submission, and any headers.
func TestForgedHeadersKeepNobodyFromTheirReceipt(t *testing.T) {
	s := newSite(t)
	w := s.startStopped()
	w.signer = s.signer()
	f := ingesttest.Plain("2024-05", "346")
	s.PublishRaw(f.Subject("port"), f.AppendJSON(nil), "s1")
	for _, forged := range []nats.Header{{"Nats-Sequence": {"many"}}, {"Nats-Time-Stamp": {"x"}}, {"Nats-Stream": {""}}, {"Nats-Sequence": {"1"}}} {
		forged.Set(ingest.HeaderSubmission, "s1")
		if _, err := s.JS.PublishMsg(s.Ctx, &nats.Msg{Subject: f.Subject("customs"), Header: forged, Data: []byte("{}")}); err != nil {
			t.Fatal(err)
		}
	}
	s.settleAll(w, 5)
	d, err := receipt.Collect(s.Ctx, s.JS, "s1")
	if err != nil {
		t.Fatal(err)
	}
	if v := receipt.Verify(d, []string{w.signer.Public()}); len(v.Problems) > 0 || len(v.Proven) != 5 || v.Proven[0].Outcome != ingest.Written {
		t.Errorf("%+v is proven, and %v", v.Proven, v.Problems)
	}
}

func TestALargeSubmissionIsSignedInStatementsThatNATSTakes(t *testing.T) {
	s := newSite(t)
	w := s.startStopped()
	w.signer = s.signer()
	const n = 600
	for i := range n {
		s.PublishRaw("figures.port."+strings.Repeat("<", 1500)+".x", []byte{byte('0' + i%10)}, "s1")
	}
	s.settleAll(w, n)
	d, err := receipt.Collect(s.Ctx, s.JS, "s1")
	if err != nil {
		t.Fatal(err)
	}
	if v := receipt.Verify(d, []string{w.signer.Public()}); len(v.Problems) > 0 || len(v.Proven) != n {
		t.Errorf("%d are proven, and %v", len(v.Proven), v.Problems)
	}
}

func TestReceiptsWithoutAKeyCannotBeProven(t *testing.T) {
	s := newSite(t)
	w := s.startStopped()
	f := ingesttest.Container("2024-05", "346")
	s.PublishRaw(f.Subject("port"), f.AppendJSON(nil), "s1")
	s.settleAll(w, 1)
	if _, err := receipt.Collect(s.Ctx, s.JS, "s1"); !errors.Is(err, receipt.ErrUnsigned) {
		t.Errorf("it says %v", err)
	}
	if _, err := receipt.Collect(s.Ctx, s.JS, "s2"); err == nil || !strings.Contains(err.Error(), "there is no receipt of submission s2") {
		t.Errorf("it says %v", err)
	}
	if got := s.Receipts("s1"); got[1] != ingest.Written {
		t.Errorf("the receipt says %v", got)
	}
}
