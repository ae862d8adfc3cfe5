package receipt

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nkeys"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

// format names the form of a statement, so that a signature under it is never taken
// for one under something else.
const format = "tidemark receipt 1"

// Statement is what a worker says about some figures of a submission. The signature
// is over its JSON, exactly as it was written.
type Statement struct {
	Format     string  `json:"format"`
	Submission string  `json:"submission"`
	Figures    []Entry `json:"figures"`
}

// Entry is what is said about one figure. The value, the note and the reason are in
// the message whose hash it has.
type Entry struct {
	Seq     uint64         `json:"seq"`     // in FIGURES
	Subject string         `json:"subject"` // on which it was sent
	SHA256  string         `json:"sha256"`  // of the body, in base64
	Sender  string         `json:"sender,omitempty"`
	Stored  time.Time      `json:"stored"` // in FIGURES, by the clock of NATS
	Outcome ingest.Outcome `json:"outcome"`
	Code    string         `json:"code,omitempty"` // of the rule by which it was refused or called unusual, or would have been if the sender did not stand by it
}

// EntryOf is the entry of a message of FIGURES, stored at a time in milliseconds
// since 1970.
func EntryOf(subject string, body []byte, sender string, stored int64, d *ledger.Decision) Entry {
	e := Entry{Seq: d.Seq, Subject: subject, SHA256: hash(body), Sender: sender, Stored: time.UnixMilli(stored).UTC(), Outcome: d.Outcome}
	if p := cmp.Or(d.Problem, d.Answered); p != nil {
		e.Code = p.Code
	}
	return e
}

func hash(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Size is about how many bytes the entry adds to a receipt.
func (e *Entry) Size() int { return 2*(len(e.Subject)+len(e.Sender)+len(e.Code)) + 250 }

// Signer signs statements (Ed25519, as an nkey of NATS). It can be used
// concurrently.
type Signer struct {
	key    nkeys.KeyPair
	public string
}

// ReadSigner reads the seed of a key from a file. The error does not quote it.
func ReadSigner(path string) (*Signer, error) {
	seed, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("key of receipts: %w", err)
	}
	s, err := newSigner(bytes.TrimSpace(seed))
	if err != nil {
		return nil, fmt.Errorf("key of receipts: %s has no seed of a key for receipts; tidemark receipt-key makes one", path)
	}
	return s, nil
}

func newSigner(seed []byte) (*Signer, error) {
	key, err := nkeys.FromSeed(seed)
	if err != nil {
		return nil, err
	}
	public, err := key.PublicKey()
	if err != nil {
		return nil, err
	}
	if err := CheckKey(public); err != nil {
		return nil, err // of a user of NATS: nobody could verify what it signs
	}
	return &Signer{key, public}, nil
}

// CreateSigner makes a key and writes its seed into a new file that only its owner
// can read.
func CreateSigner(path string) (s *Signer, err error) {
	key, err := nkeys.CreateServer()
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	seed, err := key.Seed()
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = file.Write(append(seed, '\n'))
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	return newSigner(seed)
}

// Public is the public key, by which signatures are verified. It begins with N.
func (s *Signer) Public() string { return s.public }

// Sign adds a signed statement about some figures of a submission to a receipt.
func (s *Signer) Sign(r *ingest.Receipt, submission string, figures []Entry) error {
	text, err := json.Marshal(Statement{format, submission, figures})
	if err != nil {
		return fmt.Errorf("encode a statement: %w", err)
	}
	signature, err := s.key.Sign(text)
	if err != nil {
		return fmt.Errorf("sign a receipt: %w", err)
	}
	r.Signed = &ingest.Signed{Statement: string(text), Signature: base64.StdEncoding.EncodeToString(signature), Key: s.public}
	return nil
}

// decode decodes a message of FIGURES for people; ok is false if it is none.
func decode(body []byte) (f figure.Figure, ok bool) {
	f, err := figure.Decode(body)
	return f, err == nil
}
