package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/history"
	"github.com/tidemark-stats/tidemark/ingest/history/output"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

type receiptsCmd struct {
	Submission string `arg:"" optional:"" help:"The submission to show; a list of the newest ones if omitted."`
	natsFlags
	catalogFlag
	Limit int    `help:"How many submissions to list, 0 for all." default:"20" placeholder:"N"`
	Out   string `env:"-" help:"Save the signed receipt of the submission in this new file, for tidemark verify." placeholder:"FILE"`
	JSON  bool   `name:"json" help:"Print one JSON object per submission, with all figures of the one that is named."`
	Lang  string `help:"Language: zh or en." default:"zh" enum:"zh,en" placeholder:"LANG"`
}

// Help shows an example.
func (*receiptsCmd) Help() string {
	return `Lists the submissions that have receipts, the newest first: when they were sent and by
whom, and what became of their figures. For one submission it shows every figure with
its outcome, the reason for a refusal, and what was unusual. NATS keeps receipts for 400
days. It needs the rights of an operator.

Example:
  tidemark receipts
  tidemark receipts 20240618T013000Z-ABCDEFGHIJ
  tidemark receipts 20240618T013000Z-ABCDEFGHIJ --out receipt.json`
}

// Run lists the receipts or shows one.
func (c *receiptsCmd) Run(e *env) error {
	cat, err := c.load()
	if err != nil {
		return err
	}
	if c.Limit < 0 {
		return errors.New("--limit must not be negative; 0 lists all submissions")
	}
	id := strings.TrimPrefix(c.Submission, "receipts.")
	if c.Submission != "" && !figure.IsCode(id) {
		return fmt.Errorf("%q is not a submission; tidemark receipts lists them", c.Submission)
	}
	if c.Out != "" {
		if id == "" {
			return errors.New("--out saves the receipt of one submission: name it; tidemark receipts lists them")
		}
		file := receiptFile{c.Out}
		if err := file.free("--out"); err != nil {
			return err
		}
		return file.save(e, &c.natsFlags, id)
	}
	p := output.Printer{Lang: lang.Language(c.Lang), Catalog: cat}
	return c.withJetStream(e, "receipts", func(js jetstream.JetStream) error {
		if id == "" {
			return c.list(e, p, js)
		}
		r, err := history.ReceiptOf(e.ctx, js, id)
		switch {
		case err != nil:
			return err
		case r == nil:
			return c.none(e, js, id)
		case c.JSON:
			return json.NewEncoder(e.stdout).Encode(r)
		}
		_, err = fmt.Fprint(e.stdout, p.Receipt(r))
		return err
	})
}

func (c *receiptsCmd) list(e *env, p output.Printer, js jetstream.JetStream) error {
	all, err := history.Submissions(e.ctx, js, c.Limit)
	if err != nil {
		return err
	}
	if c.JSON {
		return eachJSON(e.stdout, all)
	}
	_, err = fmt.Fprint(e.stdout, p.Submissions(all))
	return err
}

// none says that a submission has no receipt, and which one may be meant.
func (c *receiptsCmd) none(e *env, js jetstream.JetStream, id string) error {
	all, err := history.Submissions(e.ctx, js, 0)
	if err != nil {
		return err
	}
	var ids []string
	for _, s := range all {
		ids = append(ids, s.ID)
	}
	hint := "it may wait for a worker, or be older than 400 days; tidemark receipts lists the newest ones"
	if near, ok := figure.Nearest(id, ids); ok {
		hint = fmt.Sprintf("did you mean %s?", near)
	}
	return fmt.Errorf("no receipt of the submission %s; %s", id, hint)
}
