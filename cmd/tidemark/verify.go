package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/ingest/receipt"
)

type verifyCmd struct {
	Receipt string `arg:"" help:"File with a receipt, as push --receipt or receipts --out has written it; - is standard input."`
	// Key has an environment variable, because it is the same for every receipt.
	Key []string `help:"Public key that is trusted to sign receipts; repeat it for several." placeholder:"PUBLIC"`
}

// Help shows an example.
func (*verifyCmd) Help() string {
	return `Proves offline what became of figures: this value, with this reason, by this sender, was
stored then. Ask the operators of tidemark for their public key (tidemark receipt-key
prints it): the key that a receipt names proves nothing, because whoever makes a receipt
up can name their own. A receipt proves what is in it, not that there was nothing else.

Example:
  tidemark verify --key NALDOC6LJP3F653CBCTWFV3SDAF4KYRPN3FWZU3Q24HGM7JEFBQBISIU receipt.json`
}

// Run verifies a receipt.
func (c *verifyCmd) Run(e *env) error {
	for _, key := range c.Key {
		if err := receipt.CheckKey(key); err != nil {
			return fmt.Errorf("--key: %w", err)
		}
	}
	text, err := c.read(e)
	if err != nil {
		return err
	}
	d, err := receipt.Read(text)
	if err != nil {
		return fmt.Errorf("%s %w", c.Receipt, err)
	}
	if len(c.Key) == 0 {
		return fmt.Errorf("whose signature is to be trusted? give the public key of the operators with --key; %s names %s, which proves nothing by itself", c.Receipt, strings.Join(d.Keys(), ", "))
	}
	v := receipt.Verify(d, c.Key)
	if _, err := io.WriteString(e.stdout, v.Text()); err != nil {
		return err
	}
	if len(v.Problems) > 0 {
		return errRefused
	}
	return nil
}

// maxReceipt limits the file that is read, in bytes; a million figures take less.
const maxReceipt = 1 << 30

func (c *verifyCmd) read(e *env) ([]byte, error) {
	in := e.stdin
	if c.Receipt != "-" {
		file, err := os.Open(c.Receipt)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }() // only read from
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, maxReceipt))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", c.Receipt, err)
	}
	return text, nil
}

type keyCmd struct {
	File string `arg:"" help:"File with the secret seed; it is made if there is none."`
}

// Help shows an example.
func (*keyCmd) Help() string {
	return `Prints the public key by which the receipts of workers are verified, and makes the key if
there is none. Publish the public key where people trust it, and give the file to every
worker (tidemark ingest --receipt-key) and to nobody else.

Example:
  tidemark receipt-key receipts.nk`
}

// Run prints the public key.
func (c *keyCmd) Run(e *env) error {
	signer, err := openSigner(c.File)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(e.stdout, signer.Public())
	return err
}

// openSigner reads the key in a file, and makes it if there is none.
func openSigner(path string) (*receipt.Signer, error) {
	signer, err := receipt.ReadSigner(path)
	if errors.Is(err, os.ErrNotExist) {
		signer, err = receipt.CreateSigner(path)
	}
	return signer, err
}

// receiptFile is a flag that says where to save a receipt. It has no environment
// variable, because it belongs to one submission.
type receiptFile struct {
	Receipt string `env:"-" help:"Save the signed receipt in this new file, for tidemark verify." placeholder:"FILE"`
}

// free reports a file that is there already, before anything is done, by the name of
// the flag.
func (f *receiptFile) free(flag string) error {
	if f.Receipt == "" {
		return nil
	}
	if _, err := os.Lstat(f.Receipt); err == nil {
		return fmt.Errorf("%s: %s is there already; name another file", flag, f.Receipt)
	}
	return nil
}

// save collects and saves the receipt of a submission. Without a submission it says
// that there is none: nothing was sent, or all of it is held back.
func (f *receiptFile) save(e *env, flags *natsFlags, submission string) error {
	if f.Receipt == "" {
		return nil
	}
	if submission == "" {
		printer(e.stderr)("no receipt is saved, because nothing was published")
		return nil
	}
	return flags.withJetStream(e, "receipt", func(js jetstream.JetStream) error {
		d, err := receipt.Collect(e.ctx, js, submission)
		if err != nil {
			return err
		}
		text, err := d.Text()
		if err != nil {
			return err
		}
		return writeNew(f.Receipt, text)
	})
}

// writeNew writes a new file; fs.ErrExist if there is one of that name.
func writeNew(path string, text []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}
