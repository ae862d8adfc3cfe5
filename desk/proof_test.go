package desk

import (
	"path/filepath"
	"regexp"
	"testing"

	"github.com/tidemark-stats/tidemark/ingest/receipt"
)

// submission is the ID of the submission on the page of a receipt.
func (b *browser) submission() string {
	b.t.Helper()
	m := regexp.MustCompile(`href="/submissions/([\w-]+)"`).FindStringSubmatch(b.page)
	if m == nil {
		b.t.Fatalf("no submission on the page:\n%s", b.text())
	}
	return m[1]
}

func TestTheReceiptThatIsSavedProvesWhatWasStored(t *testing.T) {
	signer, err := receipt.CreateSigner(filepath.Join(t.TempDir(), "receipts.nk"))
	if err != nil {
		t.Fatal(err)
	}
	o := newSignedOffice(t, signer)
	b := o.signedIn("wang")
	b.drop("port.csv", port)
	b.send(nil)
	b.want("All done.")
	id := b.submission()
	b.get("/submissions/" + id + "/receipt")
	document, err := receipt.Read([]byte(b.page))
	if err != nil {
		t.Fatalf("%v:\n%s", err, b.page)
	}
	verdict := receipt.Verify(document, []string{signer.Public()})
	if len(verdict.Proven) != 2 || len(verdict.Problems) > 0 {
		t.Errorf("verify says %+v", verdict)
	}
	zhou := o.signedIn("zhou")
	zhou.get("/submissions/" + id + "/receipt")
	zhou.want("There is no such submission, or some of it is of other agencies.")
}

func TestAnUnsignedReceiptIsExplained(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", port)
	b.send(nil)
	b.get("/submissions/" + b.submission() + "/receipt")
	b.want("Receipts are not signed here.")
}
