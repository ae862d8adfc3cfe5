package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/sender"
)

type rejectsCmd struct {
	List   rejectsListCmd   `cmd:"" default:"withargs" help:"List refused figures that were neither sent again nor written later."`
	Resend rejectsResendCmd `cmd:"" help:"Send refused figures again, to be judged by what is known now."`
}

// Help shows an example.
func (*rejectsCmd) Help() string {
	return "Example:\n  tidemark rejects\n  tidemark rejects resend --all"
}

type rejectsListCmd struct {
	natsFlags
	All  bool `help:"Include those that were sent again or written later."`
	JSON bool `name:"json" help:"Print one JSON object per line, with the original bytes in base64."`
}

// Help shows an example.
func (*rejectsListCmd) Help() string { return "Example:\n  tidemark rejects list" }

// Run lists rejects.
func (c *rejectsListCmd) Run(e *env) error {
	return c.withJetStream(e, "rejects", func(js jetstream.JetStream) error {
		enc := json.NewEncoder(e.stdout)
		enc.SetEscapeHTML(false)
		n := 0
		err := ingest.Rejects(e.ctx, js, c.All, func(r *ingest.Reject) error {
			n++
			if c.JSON {
				return enc.Encode(r)
			}
			var b strings.Builder
			finding := sender.Finding{Where: fmt.Sprintf("#%d %s", r.Seq, r.Subject), Cell: r.Cell, Problem: r.Problem}
			finding.WriteText(&b)
			if r.Resent != 0 {
				fmt.Fprintf(&b, "    已重发 (sent again): #%d\n", r.Resent)
			}
			if r.Written != 0 {
				fmt.Fprintf(&b, "    已由此后报送的数据写入 (written later): #%d\n", r.Written)
			}
			_, err := fmt.Fprint(e.stdout, b.String())
			return err
		})
		if err == nil && n == 0 && !c.JSON {
			_, err = fmt.Fprintln(e.stdout, "没有拒收的数据 (no figures are refused)")
		}
		return err
	})
}

type rejectsResendCmd struct {
	natsFlags
	Sequences []uint64 `arg:"" optional:"" name:"sequence" help:"Numbers shown by rejects list."`
	// All has no environment variable, which would silently extend the named ones.
	All bool `env:"-" help:"All that were not sent again or written later."`
}

// Help shows an example.
func (*rejectsResendCmd) Help() string {
	return `After the catalogue was changed, or InfluxDB was fixed, refused figures may be
accepted. Do not resend a figure that was wrong; push the right one instead.

Example:
  tidemark rejects resend 1412 1413`
}

// Run sends rejects again.
func (c *rejectsResendCmd) Run(e *env) error {
	if len(c.Sequences) == 0 && !c.All {
		return errors.New("which ones? name their numbers, or --all; tidemark rejects list shows them")
	}
	return c.withJetStream(e, "rejects", func(js jetstream.JetStream) error {
		wanted := map[uint64]bool{}
		for _, seq := range c.Sequences {
			wanted[seq] = true
		}
		err := ingest.Rejects(e.ctx, js, false, func(r *ingest.Reject) error {
			if !c.All && !wanted[r.Seq] {
				return nil
			}
			delete(wanted, r.Seq)
			seq, err := ingest.Resend(e.ctx, js, r)
			if err == nil {
				_, err = fmt.Fprintf(e.stdout, "#%d %s 已重发为 (sent again as) #%d\n", r.Seq, r.Subject, seq)
			}
			return err
		})
		if err != nil {
			return err
		}
		for seq := range wanted {
			err = errors.Join(err, fmt.Errorf("no figure with number %d is pending among the rejects", seq))
		}
		return err
	})
}
