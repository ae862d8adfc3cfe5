package receipt

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nkeys"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Proven is a figure whose receipt is as a worker has signed it.
type Proven struct {
	Entry
	// Figure is what was sent; nil if the message is not a figure, which can only have
	// been refused.
	Figure *figure.Figure
}

// Verdict is the result of checking a document. Only what is in Proven is proven;
// if there are Problems, the document is not as it was made.
type Verdict struct {
	Submission string
	Proven     []Proven
	Problems   []lang.Text
}

func (v *Verdict) problem(zh, en string, args ...any) {
	v.Problems = append(v.Problems, lang.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)})
}

// Read reads a document. The error says that it is none.
func Read(text []byte) (*Document, error) {
	var d Document
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("is not a receipt: %w", err)
	}
	if len(d.Receipts) == 0 || d.Submission == "" {
		return nil, fmt.Errorf("is not a receipt: it has no signed statement of a submission")
	}
	return &d, nil
}

// Keys lists the public keys that the document names. They prove nothing: whoever
// makes a document up can sign it and name their own.
func (d *Document) Keys() (keys []string) {
	for _, r := range d.Receipts {
		if !slices.Contains(keys, r.Key) {
			keys = append(keys, r.Key)
		}
	}
	return keys
}

// CheckKey says what is wrong with a public key.
func CheckKey(key string) error {
	if !nkeys.IsValidPublicServerKey(key) {
		hint := "it begins with N and has 56 characters"
		if strings.HasPrefix(key, "S") {
			hint = "this may be the secret seed, which must not leave the workers; tidemark receipt-key prints the public key"
		}
		return fmt.Errorf("that is not a public key of receipts; %s", hint)
	}
	return nil
}

// Verify checks the signatures and hashes of a document, trusting the given public
// keys and nothing that the document says of itself.
func Verify(d *Document, keys []string) *Verdict {
	v := &Verdict{Submission: d.Submission}
	bodies := map[uint64][]byte{}
	for _, c := range d.Figures {
		if _, again := bodies[c.Seq]; again {
			v.problem("第 %d 号数据出现两次", "message %d is there twice", c.Seq)
			continue
		}
		bodies[c.Seq] = c.Body
	}
	said := map[uint64]Entry{}
	for i, r := range d.Receipts {
		if !signedBy(r.Statement, r.Signature, keys) {
			v.problem("第 %d 份回执的签名不符：内容被改动，或不是由所给密钥签署", "the signature of statement %d is not valid: it was changed, or signed with another key", i+1)
			continue
		}
		var s Statement
		if err := json.Unmarshal([]byte(r.Statement), &s); err != nil || s.Format != format {
			v.problem("第 %d 份回执的格式未知", "statement %d has an unknown form", i+1)
			continue
		}
		if s.Submission != d.Submission {
			v.problem("第 %d 份回执属于另一次报送 %s", "statement %d is about another submission, %s", i+1, s.Submission)
			continue
		}
		for _, e := range s.Figures {
			v.entry(&e, said, bodies)
		}
	}
	for _, c := range d.Figures {
		if _, ok := said[c.Seq]; !ok {
			v.problem("第 %d 号数据没有有效的回执", "message %d is in no valid statement", c.Seq)
		}
	}
	return v
}

// entry checks one entry of a valid statement.
func (v *Verdict) entry(e *Entry, said map[uint64]Entry, bodies map[uint64][]byte) {
	if before, again := said[e.Seq]; again {
		// After a crash a figure may be in two statements, which say the same.
		if before != *e {
			v.problem("关于第 %d 号数据的两份回执不一致", "two statements about message %d disagree", e.Seq)
		}
		return
	}
	said[e.Seq] = *e
	body, ok := bodies[e.Seq]
	switch {
	case !ok:
		v.problem("缺少第 %d 号数据的内容 (%s)", "the content of message %d is missing (%s)", e.Seq, e.Subject)
	case hash(body) != e.SHA256:
		v.problem("第 %d 号数据的内容被改动 (%s)", "the content of message %d was changed (%s)", e.Seq, e.Subject)
	default:
		p := Proven{Entry: *e}
		if f, ok := decode(body); ok {
			p.Figure = &f
		}
		v.Proven = append(v.Proven, p)
	}
}

// signedBy reports whether a text is signed by one of the keys.
func signedBy(text, signature string, keys []string) bool {
	raw, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return false
	}
	for _, key := range keys {
		if public, err := nkeys.FromPublicKey(key); err == nil && public.Verify([]byte(text), raw) == nil {
			return true
		}
	}
	return false
}
