package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/internal/table"
)

type rejectsCmd struct {
	List   rejectsListCmd   `cmd:"" default:"withargs" help:"List refused figures that are open: neither sent again nor written later nor dropped."`
	Show   rejectsShowCmd   `cmd:"" help:"Show a refused figure with its original bytes, and what was done about it."`
	Resend rejectsResendCmd `cmd:"" help:"Send refused figures again, to be judged by what is known now."`
	Drop   rejectsDropCmd   `cmd:"" help:"Leave refused figures as they are, with the reason; they are kept, and no longer open."`
}

// Help shows an example.
func (*rejectsCmd) Help() string {
	return "Example:\n  tidemark rejects\n  tidemark rejects show 1412\n  tidemark rejects resend --all\n  tidemark rejects drop 1413 --why \"sent by mistake, see 1414\""
}

type rejectsListCmd struct {
	natsFlags
	All  bool `help:"Include those that were sent again, written later or dropped."`
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
			writeReject(&b, r)
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
	All bool `env:"-" help:"All that are open."`
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
		return eachOpen(e.ctx, js, c.Sequences, c.All, func(r *ingest.Reject) error {
			seq, err := ingest.Resend(e.ctx, js, r)
			if err == nil {
				_, err = fmt.Fprintf(e.stdout, "#%d %s 已重发为 (sent again as) #%d\n", r.Seq, r.Subject, seq)
			}
			return err
		})
	})
}

// eachOpen calls do for the named rejects that are open, or for all that are. The error
// also says which of the named ones are not.
func eachOpen(ctx context.Context, js jetstream.JetStream, named []uint64, all bool, do func(*ingest.Reject) error) error {
	wanted := map[uint64]bool{}
	for _, seq := range named {
		wanted[seq] = true
	}
	err := ingest.Rejects(ctx, js, false, func(r *ingest.Reject) error {
		if !all && !wanted[r.Seq] {
			return nil
		}
		delete(wanted, r.Seq)
		return do(r)
	})
	if err != nil {
		return err
	}
	for _, seq := range slices.Sorted(maps.Keys(wanted)) {
		err = errors.Join(err, fmt.Errorf("no figure with number %d is pending among the rejects", seq))
	}
	return err
}

// writeReject says what was refused and why, and what was done about it.
func writeReject(b *strings.Builder, r *ingest.Reject) {
	finding := sender.Finding{Where: fmt.Sprintf("#%d %s", r.Seq, r.Subject), Cell: r.Cell, Problem: r.Problem}
	finding.WriteText(b)
	if r.Resent != 0 {
		fmt.Fprintf(b, "    已重发 (sent again): #%d\n", r.Resent)
	}
	if r.Written != 0 {
		fmt.Fprintf(b, "    已由此后报送的数据写入 (written later): #%d\n", r.Written)
	}
	if d := r.Dropped; d != nil {
		by := d.At.UTC().Format("2006-01-02 15:04Z")
		if d.Who != "" {
			by += ", " + d.Who
		}
		fmt.Fprintf(b, "    不再处理 (dropped, %s): %s\n", by, table.Printable(d.Why))
	}
}

type rejectsShowCmd struct {
	natsFlags
	Sequence uint64 `arg:"" name:"sequence" help:"Number shown by rejects list."`
	JSON     bool   `name:"json" help:"Print one JSON object, with the original bytes in base64."`
}

// Help shows an example.
func (*rejectsShowCmd) Help() string {
	return `Shows what was refused and why, who sent it and when, the original bytes, and whether
it was sent again, written later or dropped.

Example:
  tidemark rejects show 1412`
}

// Run shows a reject.
func (c *rejectsShowCmd) Run(e *env) error {
	return c.withJetStream(e, "rejects", func(js jetstream.JetStream) error {
		var found *ingest.Reject
		err := ingest.Rejects(e.ctx, js, true, func(r *ingest.Reject) error {
			if r.Seq == c.Sequence {
				found = r
			}
			return nil
		})
		switch {
		case err != nil:
			return err
		case found == nil:
			return fmt.Errorf("no figure with number %d was refused; tidemark rejects list --all shows all that were", c.Sequence)
		case c.JSON:
			return eachJSON(e.stdout, []*ingest.Reject{found})
		}
		_, err = io.WriteString(e.stdout, shownReject(found))
		return err
	})
}

// shownReject is everything about a reject.
func shownReject(r *ingest.Reject) string {
	var b strings.Builder
	writeReject(&b, r)
	if r.Open() {
		b.WriteString("    待处理 (open)\n")
	}
	var t table.Table
	t.Row("    收到 (received)", r.Stored.UTC().Format("2006-01-02 15:04:05Z"))
	if r.Sender != "" {
		t.Row("    报送人 (sender)", r.Sender)
	}
	if r.Submission != "" {
		t.Row("    提交 (submission)", table.Printable(r.Submission))
	}
	t.Row("    原文 (bytes)", strconv.Itoa(len(r.Body)))
	_ = t.Write(&b) // a Builder does not fail
	b.WriteString("    " + table.Printable(string(r.Body)) + "\n")
	return b.String()
}

type rejectsDropCmd struct {
	natsFlags
	Sequences []uint64 `arg:"" name:"sequence" help:"Numbers shown by rejects list."`
	// Why has no environment variable: it is about these figures and no others.
	Why    string `env:"-" required:"" help:"Why nothing will be done about them." placeholder:"TEXT"`
	Sender string `help:"Who decides that: a name, kept with the reason." placeholder:"NAME"`
}

// Help shows an example.
func (*rejectsDropCmd) Help() string {
	return `Marks refused figures as ones about which nothing will be done: they are no longer
listed, and resend --all leaves them out. Their bytes, the problem and the reason are
kept; rejects list --all and rejects show have them.

Example:
  tidemark rejects drop 1413 --why "sent by mistake, see 1414"`
}

// Run drops rejects.
func (c *rejectsDropCmd) Run(e *env) error {
	why := strings.TrimSpace(c.Why)
	if why == "" {
		return errors.New("--why is empty; say why nothing will be done about the figures")
	}
	return c.withJetStream(e, "rejects", func(js jetstream.JetStream) error {
		drop := ingest.Drop{Why: why, Who: ingest.SenderName(c.Sender), At: time.Now().UTC().Truncate(time.Second)}
		return eachOpen(e.ctx, js, c.Sequences, false, func(r *ingest.Reject) error {
			if err := ingest.DropReject(e.ctx, js, r, drop); err != nil {
				return err
			}
			_, err := fmt.Fprintf(e.stdout, "#%d %s 不再处理 (dropped)\n", r.Seq, r.Subject)
			return err
		})
	})
}
