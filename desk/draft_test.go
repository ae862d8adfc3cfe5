package desk

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestAFileBecomesAReceipt(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", port)
	b.want("port.csv", "2 figures can be sent", "container throughput", "Mar 2024", "301.5 万TEU", "new", "nothing")
	b.send(nil)
	b.want("Receipt", "All done.", "2 stored, new", "wang", "Sent by", "Submission")
	o.WantValues(t, "2024-03 3015000", "2024-04 3050000")
}

// WantValues asserts what is stored.
func (o *office) WantValues(t *testing.T, want ...string) {
	t.Helper()
	o.Idle()
	got := o.Values()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("stored %q, want %q", got, want)
	}
}

func TestPastedCellsBecomeAReceipt(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.paste("指标\t地区\t口径\t时期\t数值\t单位\ncontainer_throughput\tNBZS\t当期\t2024年3月\t301.5\t万TEU\n")
	b.want("1 figure can be sent", "Mar 2024", "301.5")
	b.send(nil)
	b.want("Receipt", "All done.")
	o.WantValues(t, "2024-03 3015000")
}

func TestWhatIsStoredStandsBesideEveryFigure(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", port)
	b.send(nil)
	b.get("/")
	b.drop("port.csv", strings.Replace(port, "305", "306", 1)+"container_throughput,NBZS,level,2024-05,310,万TEU\n")
	b.want("3 figures can be sent", "301.5 万TEU 301.5 published", "the same", "changes 305 to 306", "+1 (+0.3 %)", "310 万TEU nothing")
	b.send(nil)
	b.want("1 stored, new", "1 stored, replaces the former value", "1 the same was stored already")
}

func TestAValueThatCannotBeReadIsCorrectedInPlace(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", strings.Replace(port, "305", "about three", 1))
	b.want("1 figure can be sent", "has a problem, cannot be sent", "about three", "not a number")
	b.post(b.at, url.Values{"value:0.3": {"3 05"}, "unit:0.3": {"万TEU"}})
	b.want("Checked again with your corrections", "2 figures can be sent", "305 万TEU corrected")
	b.send(nil)
	b.want("All done.")
	o.WantValues(t, "2024-03 3015000", "2024-04 3050000")
}

func TestNothingIsSentWhileARowIsNotSettledUnlessAskedFor(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", strings.Replace(port, "305", "about three", 1))
	b.send(nil)
	b.want("Nothing was sent: some rows are not settled.")
	b.send(url.Values{"partial": {"yes"}})
	b.want("Receipt", "1 stored, new")
	o.WantValues(t, "2024-03 3015000")
}

func TestWhatWasNotSentWithTheRestIsStillADraft(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", strings.Replace(port, "305", "about three", 1))
	b.send(url.Values{"partial": {"yes"}})
	b.want("1 problem was not sent with these figures; it is kept as a draft.", "What you have sent is stored.")
	b.wantNot("All done.")
	b.get("/")
	b.want("Not sent yet port.csv")
	b.get(regexp.MustCompile(`/drafts/\w+`).FindString(b.page))
	b.want("1 with a problem", "1 left out", "about three")
	b.post(b.at, url.Values{"value:0.3": {"305"}})
	b.want("1 figure can be sent")
	b.send(nil)
	b.want("All done.", "1 stored, new")
	o.WantValues(t, "2024-03 3015000", "2024-04 3050000")
}

func TestAnImplausibleValueIsSentWithAReason(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", port)
	b.send(nil)
	b.get("/")
	b.drop("port.csv", "indicator,area,measure,period,value,unit\ncontainer_throughput,NBZS,level,2024-05,30.5,万TEU\n")
	b.want("please confirm", "If the value is right, say why:")
	b.post(b.at, url.Values{"reason:0.2": {"two ports were merged"}})
	b.want("1 figure can be sent", "your reason: two ports were merged")
	b.send(nil)
	b.want("All done.", "reason: two ports were merged")
	o.WantValues(t, "2024-03 3015000", "2024-04 3050000", "2024-05 305000")
}

func TestARowThatIsLeftOutIsNotSent(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", port)
	b.post(b.at, url.Values{"leave": {"0.3"}})
	b.want("1 figure can be sent", "1 left out", "Send it after all")
	b.send(nil)
	o.WantValues(t, "2024-03 3015000")
}

func TestARowThatWasLeftOutIsTakenBack(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", port)
	b.post(b.at, url.Values{"leave": {"0.3"}})
	b.post(b.at, url.Values{"restore": {"0.3"}})
	b.want("2 figures can be sent")
	b.wantNot("left out")
}

func TestFiguresOfAnotherAgencyAreRefusedBeforeSending(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("zhou")
	b.drop("port.csv", port)
	b.want("2 with a problem", "indicator of another agency", "belongs to port, and you send for customs")
	b.send(url.Values{"partial": {"yes"}})
	b.want("There is nothing that could be sent")
	if n := o.Messages(); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

func TestACorrectionThatNobodyHasLookedAtIsNotSent(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", port)
	b.send(url.Values{"value:0.3": {"350"}})
	b.want("Checked again with your corrections", "350 万TEU corrected")
	if n := o.Messages(); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

func TestASecondPersonSeesWhatTheFirstHasSentMeanwhile(t *testing.T) {
	o := newOffice(t)
	wang, li := o.signedIn("wang"), o.signedIn("li")
	wang.drop("port.csv", port)
	li.drop("port.csv", strings.Replace(port, "305", "306", 1))
	wang.send(nil)
	wang.want("All done.")
	li.send(nil)
	li.want("Nothing was sent: while you looked, what is stored has changed", "changes 305 to 306", "the same")
	li.send(nil)
	li.want("1 stored, replaces the former value", "1 the same was stored already")
}

func TestAFileThatIsNoTableIsExplained(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("letter.pdf", "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj")
	b.want("This cannot be read", "Nothing was sent.", "Try another file")
}

func TestADraftOfSomebodyElseIsNotShown(t *testing.T) {
	o := newOffice(t)
	wang, zhou := o.signedIn("wang"), o.signedIn("zhou")
	wang.drop("port.csv", port)
	zhou.get(wang.at)
	zhou.want("This draft is no longer here")
	if zhou.status != 404 {
		t.Errorf("status %d", zhou.status)
	}
}

func TestWhatATableDoesNotSayIsAsked(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", "指标,2024年3月,2024年4月\n集装箱吞吐量,301.5,305\n")
	b.want("Something is left open", "table with open questions", "Say what the table means")
	b.post(b.at+"/meaning", url.Values{"unit": {"万TEU"}})
	b.want("the indicator is reported for several", "answer it below")
	b.post(b.at+"/meaning", url.Values{"unit": {"万TEU"}, "area": {"NBZS"}})
	b.want("2 figures can be sent", "301.5 万TEU")
	b.wantNot("Something is left open")
	b.send(nil)
	b.want("All done.")
	o.WantValues(t, "2024-03 3015000", "2024-04 3050000")
}

func TestAMappingWithMistakesIsExplained(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", "指标,2024年3月,2024年4月\n集装箱吞吐量,301.5,305\n")
	b.post(b.at+"/meaning", url.Values{"whole": {"yes"}, "mapping": {"sheets: {port: {unti: 万TEU}}"}})
	b.want("there is no key unti")
}

func TestAnEarlierSubmissionIsShownToItsAgency(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", port)
	b.send(nil)
	b.want("Arrived")
	id := regexp.MustCompile(`href="/submissions/([^"]+)"`).FindStringSubmatch(b.page)
	if id == nil {
		t.Fatalf("no submission on the receipt:\n%s", b.text())
	}
	li := o.signedIn("li")
	li.get("/submissions/" + id[1])
	li.want("Receipt", "2 stored, new", "Sent by wang", "305 万TEU")
	zhou := o.signedIn("zhou")
	zhou.get("/submissions/" + id[1])
	zhou.want("There is no such submission, or none of it is of your agencies.")
	zhou.wantNot("305")
}

func TestTheFirstPageListsWhatWasSentForOnesAgencies(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", port)
	b.send(nil)
	o.Await("the submission is listed", func() bool { b.get("/"); return strings.Contains(b.text(), "you · 2 new") })
	zhou := o.signedIn("zhou")
	zhou.get("/")
	zhou.wantNot("2 new")
}

func TestADraftThatIsBeingReadHoldsUpNobodyElse(t *testing.T) {
	o := newOffice(t)
	wang, zhou := o.signedIn("wang"), o.signedIn("zhou")
	wang.drop("port.csv", port)
	zhou.drop("port.csv", port)
	wangs, ok := o.desk.drafts.of("wang", strings.TrimPrefix(wang.at, "/drafts/"))
	if !ok {
		t.Fatal("wang has no draft")
	}
	wangs.mu.Lock() // as while it is read and NATS does not answer
	answered := make(chan bool)
	go func() {
		wang.get("/")
		zhou.get(zhou.at)
		close(answered)
	}()
	select {
	case <-answered:
	case <-time.After(time.Minute):
		t.Error("other pages wait for the draft")
	}
	wangs.mu.Unlock()
	<-answered
}

func TestTheEndingOfAFileNameIsNotLongerThanANameMayBe(t *testing.T) {
	if got := fileName("a."+strings.Repeat("x", 5000), nil); len([]rune(got)) > 100 {
		t.Errorf("a name of %d characters is shown", len([]rune(got)))
	}
}

func TestMoreRowsThanAPageHoldsAreRefused(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", port+strings.Repeat("container_throughput,NBZS,level,2024-05,310,万TEU\n", maxRows))
	b.want("There are too many rows: at most 50000 at once. Nothing was sent")
	b.get("/")
	b.wantNot("Not sent yet")
}

func TestADraftOfTheRestDoesNotTakeThePlaceOfWhatIsSent(t *testing.T) {
	o := newOffice(t)
	b := o.signedIn("wang")
	b.drop("port.csv", strings.Replace(port, "305", "about three", 1))
	oldest, seen := b.at, b.hidden("seen")
	for range maxDrafts - 1 {
		b.get("/")
		b.drop("port.csv", port)
	}
	b.post(oldest+"/send", url.Values{"seen": {seen}, "partial": {"yes"}})
	o.Idle()
	b.get(strings.Replace(oldest, "/drafts/", "/sent/", 1))
	b.want("1 problem was not sent with these figures")
}
