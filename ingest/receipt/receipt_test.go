package receipt

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nkeys"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newKey(t testing.TB) *Signer {
	t.Helper()
	s, err := CreateSigner(filepath.Join(t.TempDir(), "key"))
	must(t, err)
	return s
}

// document is a signed document of two figures in two statements.
func document(t testing.TB, s *Signer) *Document {
	t.Helper()
	d := &Document{Submission: "s1"}
	for i, value := range []string{"346", "350"} {
		f := ingesttest.Container(fmt.Sprintf("2024-0%d", i+5), value)
		f.Reason, f.Note = "a terminal was counted twice", "flash"
		body := f.AppendJSON(nil)
		seq := uint64(i + 11)
		e := EntryOf(f.Subject("port"), body, "Li", 1718000000123, &ledger.Decision{Seq: seq, Outcome: ingest.Written})
		var r ingest.Receipt
		must(t, s.Sign(&r, "s1", []Entry{e}))
		d.Receipts = append(d.Receipts, *r.Signed)
		d.Figures = append(d.Figures, Content{seq, body})
	}
	return d
}

// copied is a document that went through a file.
func copied(t testing.TB, d *Document) *Document {
	t.Helper()
	text, err := json.MarshalIndent(d, "", " ")
	must(t, err)
	out, err := Read(text)
	must(t, err)
	return out
}

func TestAReceiptProvesTheValueItsReasonItsSenderAndWhenItWasStored(t *testing.T) {
	s := newKey(t)
	v := Verify(copied(t, document(t, s)), []string{newKey(t).Public(), s.Public()})
	if len(v.Problems) > 0 || len(v.Proven) != 2 {
		t.Fatalf("it says %+v", v)
	}
	p := v.Proven[0]
	got := fmt.Sprintf("%s %s %s, %s, %s, %s, %s, #%d", p.Figure.Cell, p.Figure.Value, p.Figure.Unit, p.Figure.Reason, p.Sender, p.Stored.Format("2006-01-02T15:04:05.000"), p.Outcome, p.Seq)
	want := "container_throughput NBZS level 2024-05 346 万TEU, a terminal was counted twice, Li, 2024-06-10T06:13:20.123, written, #11"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestEveryTamperingIsNamed(t *testing.T) {
	s, other := newKey(t), newKey(t)
	in := func(text, old, new string) string {
		if !strings.Contains(text, old) {
			t.Fatalf("%q is not in %s", old, text)
		}
		return strings.Replace(text, old, new, 1)
	}
	for name, c := range map[string]struct {
		change func(*Document)
		want   string // the only problem
		proven int
	}{
		"another value": {func(d *Document) { d.Figures[0].Body = []byte(in(string(d.Figures[0].Body), "346", "347")) },
			"the content of message 11 was changed (figures.port.container_throughput.NBZS._T.level.2024-05)", 1},
		"another reason": {func(d *Document) { d.Figures[0].Body = []byte(in(string(d.Figures[0].Body), "twice", "once")) },
			"the content of message 11 was changed (figures.port.container_throughput.NBZS._T.level.2024-05)", 1},
		"a value that is left out": {func(d *Document) { d.Figures = d.Figures[1:] },
			"the content of message 11 is missing (figures.port.container_throughput.NBZS._T.level.2024-05)", 1},
		"a value that was added":      {func(d *Document) { d.Figures = append(d.Figures, Content{13, []byte("{}")}) }, "message 13 is in no valid statement", 2},
		"a value that is there twice": {func(d *Document) { d.Figures = append(d.Figures, Content{11, []byte("{}")}) }, "message 11 is there twice", 2},
		"another submission": {func(d *Document) { d.Submission = "s2"; d.Receipts = d.Receipts[:1]; d.Figures = nil },
			"statement 1 is about another submission, s1", 0},
		"signed by another": {func(d *Document) {
			var r ingest.Receipt
			must(t, other.Sign(&r, "s1", []Entry{{Seq: 11}}))
			d.Receipts, d.Figures = []ingest.Signed{*r.Signed}, nil
		}, "the signature of statement 1 is not valid: it was changed, or signed with another key", 0},
		"two statements that disagree": {func(d *Document) {
			var r ingest.Receipt
			must(t, s.Sign(&r, "s1", []Entry{{Seq: 11, Outcome: ingest.Refused}}))
			d.Receipts = append(d.Receipts, *r.Signed)
		}, "two statements about message 11 disagree", 2},
		"a signature of something else": {func(d *Document) {
			signature, err := s.key.Sign([]byte("{}"))
			must(t, err)
			d.Receipts, d.Figures = []ingest.Signed{{Statement: "{}", Signature: base64.StdEncoding.EncodeToString(signature)}}, nil
		}, "statement 1 has an unknown form", 0},
	} {
		d := document(t, s)
		c.change(d)
		v := Verify(copied(t, d), []string{s.Public()})
		if len(v.Problems) != 1 || v.Problems[0].EN != c.want || v.Problems[0].ZH == "" || len(v.Proven) != c.proven {
			t.Errorf("%s: %d proven, %q", name, len(v.Proven), v.Problems)
		}
	}
	// What is signed cannot be changed at all.
	for old, new := range map[string]string{`"seq":11`: `"seq":12`, `"Li"`: `"Lu"`, "06:13:20": "06:13:21", `"written"`: `"refused"`, "port": "peer", "s1": "s2"} {
		d := document(t, s)
		d.Receipts[0].Statement = in(d.Receipts[0].Statement, old, new)
		v := Verify(copied(t, d), []string{s.Public()})
		if len(v.Problems) != 2 || !strings.HasPrefix(v.Problems[0].EN, "the signature of statement 1 is not valid") || v.Problems[1].EN != "message 11 is in no valid statement" || len(v.Proven) != 1 {
			t.Errorf("%s changed to %s: %q", old, new, v.Problems)
		}
	}
}

func TestTheKeyThatAReceiptNamesIsNotTrusted(t *testing.T) {
	d := document(t, newKey(t))
	if v := Verify(d, nil); len(v.Proven) != 0 || len(v.Problems) == 0 {
		t.Errorf("it proves %+v", v.Proven)
	}
}

// What a user's key signs, verify would not accept.
func TestAKeyOfAnotherKindSignsNoReceipts(t *testing.T) {
	user, err := nkeys.CreateUser()
	must(t, err)
	seed, err := user.Seed()
	must(t, err)
	path := filepath.Join(t.TempDir(), "key")
	must(t, os.WriteFile(path, seed, 0o600))
	if _, err := ReadSigner(path); err == nil || !strings.Contains(err.Error(), "has no seed of a key for receipts; tidemark receipt-key makes one") {
		t.Errorf("it is accepted: %v", err)
	}
}

func TestAKeyIsMadeOnceAndOnlyItsOwnerCanReadIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	s, err := CreateSigner(path)
	must(t, err)
	if _, err := CreateSigner(path); !errors.Is(err, os.ErrExist) {
		t.Errorf("it is made again: %v", err)
	}
	again, err := ReadSigner(path)
	must(t, err)
	info, err := os.Stat(path)
	must(t, err)
	if again.Public() != s.Public() || info.Mode().Perm() != 0o600 {
		t.Errorf("the key is %s and %s, with mode %s", s.Public(), again.Public(), info.Mode())
	}
	seed, err := os.ReadFile(path)
	must(t, err)
	must(t, CheckKey(s.Public()))
	if err := CheckKey(strings.TrimSpace(string(seed))); err == nil || strings.Contains(err.Error(), string(bytes.TrimSpace(seed))) || !strings.Contains(err.Error(), "secret seed") {
		t.Errorf("the seed is taken for a public key: %v", err)
	}
	must(t, os.WriteFile(path, []byte("secret"), 0o600))
	if _, err := ReadSigner(path); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("no seed: %v", err)
	}
}

func FuzzVerify(f *testing.F) {
	s := newKey(f)
	text, err := json.Marshal(document(f, s))
	must(f, err)
	f.Add(text)
	f.Add([]byte(`{"submission":"s","receipts":[{"statement":"{}","signature":"AA==","key":""}],"figures":[{"seq":1,"body":"e30="}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Read(text)
		if err != nil {
			return
		}
		for _, p := range Verify(d, []string{s.Public()}).Proven {
			if p.Figure == nil || p.Figure.Value.String() != "346" && p.Figure.Value.String() != "350" || p.Sender != "Li" {
				t.Errorf("it proves %+v", p)
			}
		}
	})
}
