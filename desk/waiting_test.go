package desk

import (
	"log/slog"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/ingest/pending"
)

// reviewed is the catalogue with an agency whose figures another person approves.
func reviewed(t *testing.T) *catalog.Catalog {
	t.Helper()
	text, err := os.ReadFile("../catalog/ningbo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalog.Parse("reviewed.yaml", []byte(strings.Replace(string(text), "{code: port, ", "{code: port, review: true, ", 1)))
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// newReviewedOffice is an office in which li may approve what wang sends.
func newReviewedOffice(t *testing.T) *office {
	t.Helper()
	cat := reviewed(t)
	o := newOffice(t, func(opts *Options) { opts.Catalog = cat })
	o.startReleaser(cat)
	o.liReviews()
	return o
}

// liReviews makes li a reviewer.
func (o *office) liReviews() {
	o.T.Helper()
	text, err := os.ReadFile(o.people)
	if err != nil {
		o.T.Fatal(err)
	}
	text = regexp.MustCompile(`(?m)^(li:.*)$`).ReplaceAll(text, []byte("$1:reviewer"))
	if err := os.WriteFile(o.people, text, 0o600); err != nil {
		o.T.Fatal(err)
	}
	o.Await("li is a reviewer", func() bool { p, ok := o.desk.People.Find("li"); return ok && p.Reviewer })
}

// startReleaser starts what publishes approved figures.
func (o *office) startReleaser(cat *catalog.Catalog) (stop func()) {
	o.T.Helper()
	r, err := pending.NewReleaser(pending.Config{JS: o.JS, Review: cat.Reviewed, Logger: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry()})
	if err != nil {
		o.T.Fatal(err)
	}
	return o.background(r.Run)
}

// heldAt is the address of what the page says is held back.
func (b *browser) heldAt() string {
	b.t.Helper()
	m := regexp.MustCompile(`href="(/waiting/[^"]+)"`).FindStringSubmatch(b.page)
	if m == nil {
		b.t.Fatalf("nothing is held back:\n%s", b.text())
	}
	return m[1]
}

func TestReviewedFiguresAreStoredOnlyOnceAnotherPersonHasApprovedThem(t *testing.T) {
	o := newReviewedOffice(t)
	wang, li := o.signedIn("wang"), o.signedIn("li")
	wang.drop("port.csv", port)
	wang.send(nil)
	wang.want("2 figures are held back: another person has to approve them.", "held back, not published yet")
	if n := o.Messages(); n != 0 {
		t.Fatalf("%d messages are in FIGURES", n)
	}
	at := wang.heldAt()
	wang.get(at)
	wang.want("You have sent this yourself: another person has to approve it.", "305 万TEU nothing")
	wang.post(at+"/approve", url.Values{})
	wang.want("You may not do that")
	li.get("/")
	li.want("Waits for your approval")
	li.get("/waiting")
	li.want("waits for review", "2 figures", "sent by wang", "port.csv")
	li.get(at)
	li.post(at+"/approve", url.Values{"comment": {"checked with the harbour office"}})
	li.want("approved", "checked with the harbour office")
	o.Await("it is released", func() bool { li.get(at); return strings.Contains(li.text(), "See the receipt") })
	o.WantValues(t, "2024-03 3015000", "2024-04 3050000")
}

func TestWhatIsReturnedSaysWhy(t *testing.T) {
	o := newReviewedOffice(t)
	wang, li := o.signedIn("wang"), o.signedIn("li")
	wang.drop("port.csv", port)
	wang.send(nil)
	at := wang.heldAt()
	li.get(at)
	li.post(at+"/return", url.Values{})
	li.want("Say why it is returned")
	li.get(at)
	li.post(at+"/return", url.Values{"comment": {"April is missing a part"}})
	wang.get(at)
	wang.want("returned", "li — April is missing a part")
	wang.post(at+"/withdraw", url.Values{})
	wang.want("withdrawn")
	li.get("/waiting")
	li.want("Nothing waits for review or release.")
}

func TestSomebodyOfAnotherAgencySeesNothingOfWhatWaits(t *testing.T) {
	o := newReviewedOffice(t)
	wang, zhou := o.signedIn("wang"), o.signedIn("zhou")
	wang.drop("port.csv", port)
	wang.send(nil)
	at := wang.heldAt()
	zhou.get("/waiting")
	zhou.want("Nothing waits for review or release.")
	zhou.get(at)
	zhou.want("There is no such submission, or it is not of your agencies.")
	zhou.wantNot("305")
	zhou.get("/")
	zhou.post(at+"/withdraw", url.Values{})
	zhou.want("There is no such submission, or it is not of your agencies.")
}

func TestFiguresAreHeldBackUntilTheirMoment(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", port)
	b.send(url.Values{"release": {time.Now().Add(48 * time.Hour).Format("2006-01-02T15:04")}})
	b.want("2 figures are held back: they are published by themselves.", "not before")
	at := b.heldAt()
	b.get(at)
	b.want("waits for release", "305 万TEU")
	if n := o.Messages(); n != 0 {
		t.Errorf("%d messages are in FIGURES", n)
	}
}

func TestAMomentThatIsPastSendsNothing(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", port)
	b.send(url.Values{"release": {"2020-01-01T09:00"}})
	b.want("Nothing was sent: the moment of the release cannot be read, or is past.")
	if n := o.Messages(); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}
