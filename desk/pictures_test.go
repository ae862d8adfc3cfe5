//go:build chromium

package desk

import (
	"bytes"
	"io"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/catalog/sample"
	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/store"
)

// TestPictures goes through the pages with the figures of the sample, and writes
// pictures of them into the directory that TIDEMARK_PICTURES names:
//
//	TIDEMARK_PICTURES=docs/pictures go test -tags chromium -run Pictures ./desk
func TestPictures(t *testing.T) {
	_, last := sample.Published()
	day := last.Start(catalog.Ningbo().Location()).Add(9 * time.Hour)
	o := newOffice(t, func(opts *Options) { opts.Clocks = store.Clocks{{Since: time.Now(), Shows: day}} })
	o.pushSample()
	for _, edition := range []string{"zh", "en"} {
		o.photograph(edition, 1200, 900, "")
		o.photograph(edition, 360, 740, "-phone")
	}
}

// pushSample sends the figures of the sample, and waits until the desk knows them.
func (o *office) pushSample() {
	o.T.Helper()
	var inputs []sender.Input
	for _, name := range sample.Files() {
		text, err := sample.FS.ReadFile(name)
		if err != nil {
			o.T.Fatal(err)
		}
		inputs = append(inputs, sender.Input{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }})
	}
	report, err := sender.Push(o.Ctx, sender.Options{Conn: o.Conn, Catalog: catalog.Ningbo(), Partial: true, Sender: "sample", Patience: time.Minute}, inputs)
	if err != nil {
		o.T.Fatal(err)
	}
	stored := report.Written + report.Revised + report.Superseded
	o.T.Logf("%d figures of the sample are stored, the desk knows %d", stored, o.desk.history.now.Load().book.Vintages())
	o.Await("the desk knows the sample", func() bool { return o.desk.history.now.Load().book.Vintages() >= stored })
}

// photograph goes through the pages once.
func (o *office) photograph(edition string, width, height int64, suffix string) {
	b := o.tab(edition, width, height)
	shoot := func(page string) {
		b.fits(page)
		b.accessible(page)
		b.shoot("desk-" + page + suffix + "-" + edition)
	}
	shoot("sign-in")
	b.signIn("li")
	b.await("!!document.querySelector('.dues')")
	shoot("home")
	b.open("/month")
	shoot("month")
	b.open("/form")
	b.await("!!document.querySelector('fieldset')")
	shoot("form")
	b.open("/")
	text, err := os.ReadFile("testdata/october.txt")
	if err != nil {
		o.T.Fatal(err)
	}
	b.dropFile("october.txt", string(text))
	b.await("!!document.querySelector('table.figures')")
	shoot("draft")
	b.do(chromedp.Evaluate[chromedp.Void]("void document.querySelector('[name=partial]')?.click()"))
	b.do(chromedp.Evaluate[chromedp.Void]("void document.querySelector('button[formaction$=\"/send\"]').click()"))
	b.await("location.pathname.startsWith('/sent/') && !document.querySelector('[data-refresh]')")
	shoot("receipt")
}
