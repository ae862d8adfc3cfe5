//go:build chromium

package desk

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestInABrowserADroppedFileBecomesAReceipt(t *testing.T) {
	o := newOffice(t)
	b := o.tab("en", 1200, 900)
	b.accessible("sign-in")
	b.signIn("wang")
	b.accessible("home")
	b.dropFile("port.csv", port)
	b.says("2 figures can be sent")
	b.accessible("draft")
	b.press("Send 2 figures")
	b.says("All done.")
	b.accessible("receipt")
	o.WantValues(t, "2024-03 3015000", "2024-04 3050000")
}

func TestInABrowserAChosenFileBecomesAReceipt(t *testing.T) {
	o := newOffice(t)
	b := o.tab("zh", 1200, 900)
	b.signIn("wang")
	b.do(chromedp.SetUploadFiles("#file", []string{b.write("港口.csv", port)}))
	b.press("读取并核对")
	b.says("2 个可以报送")
	b.press("报送 2 个数据")
	b.says("全部完成。")
	o.WantValues(t, "2024-03 3015000", "2024-04 3050000")
}

func TestInABrowserPastingWorksWithTheKeyboardAlone(t *testing.T) {
	o := newOffice(t)
	b := o.tab("en", 1200, 900)
	b.tabTo("#name")
	b.keys("wang")
	b.tabTo("#password")
	b.keys(password + kb.Enter)
	b.says("Send figures")
	b.tabTo("#cells")
	// The tabulator key leaves the field, so the cells are pasted, as people do.
	eval[bool](b, `(() => { const t = document.activeElement; t.setRangeText("indicator\tarea\tmeasure\tperiod\tvalue\tunit\ncontainer_throughput\tNBZS\tlevel\t2024-03\tabout 301\t万TEU\n"); return true; })()`)
	b.keys(kb.Tab)
	b.keys(kb.Enter)
	b.says("has a problem, cannot be sent")
	b.tabTo("input[name^='value:']")
	b.do(chromedp.Evaluate[chromedp.Void]("document.activeElement.select()"))
	b.keys("301" + kb.Enter)
	b.says("1 figure can be sent")
	b.tabTo("button.main[formaction$='/send']")
	b.keys(kb.Enter)
	b.says("All done.")
	o.WantValues(t, "2024-03 3010000")
}

func TestInABrowserAWrongFileIsExplained(t *testing.T) {
	o := newOffice(t)
	b := o.tab("en", 1200, 900)
	b.signIn("wang")
	b.dropFile("holiday.csv", "Dear colleagues,\nthe office is closed on Monday.\n")
	b.says("This cannot be read")
	b.says("Nothing was sent.")
	b.accessible("wrong file")
}

func TestInABrowserAnExpiredSessionLosesNothing(t *testing.T) {
	o := newOffice(t)
	b := o.tab("en", 1200, 900)
	b.signIn("wang")
	o.endSessions()
	b.dropFile("port.csv", port)
	b.says("What you have just entered is kept")
	b.accessible("expired session")
	b.do(chromedp.SendKeys("#password", password+kb.Enter))
	b.says("2 figures can be sent")
}

func TestInABrowserTwoPeopleSeeWhatTheOtherHasSent(t *testing.T) {
	o := newOffice(t)
	wang, li := o.tab("en", 1200, 900), o.tab("en", 1200, 900)
	wang.signIn("wang")
	li.signIn("li")
	wang.dropFile("port.csv", port)
	wang.says("2 figures can be sent")
	li.dropFile("port.csv", strings.Replace(port, "305", "306", 1))
	li.says("2 figures can be sent")
	wang.press("Send 2 figures")
	wang.says("All done.")
	li.press("Send 2 figures")
	li.says("what is stored has changed")
	li.says("changes 305 to 306")
	li.press("Send 2 figures")
	li.says("replaces the former value")
}

func TestInABrowserEveryPageFitsAPhone(t *testing.T) {
	o := newOffice(t)
	b := o.tab("zh", 360, 740)
	b.fits("sign-in")
	b.signIn("li")
	b.fits("home")
	b.dropFile("港口吞吐量月报表-2024年第一季度-修订稿.csv", strings.Replace(port, "305", "大约三百万", 1))
	b.says("1 个可以报送")
	b.fits("draft")
	b.accessible("draft on a phone")
	b.open("/month")
	b.fits("month")
	b.open("/form")
	b.fits("form")
}

func TestInABrowserReviewAndEmbargoOutliveARestart(t *testing.T) {
	cat := reviewed(t)
	withReview := func(opts *Options) { opts.Catalog = cat }
	o := newOffice(t, withReview)
	stopReleaser := o.startReleaser(cat)
	wang := o.tab("en", 1200, 900)
	wang.signIn("wang")
	wang.dropFile("port.csv", port)
	wang.says("2 figures can be sent")
	wang.press("Send 2 figures")
	wang.says("another person has to approve them")
	wang.open("/")
	wang.dropFile("may.csv", "indicator,area,measure,period,value,unit\ncontainer_throughput,NBZS,level,2024-05,310,万TEU\n")
	wang.says("1 figure can be sent")
	moment := time.Now().Add(48 * time.Hour).In(cat.Location()).Format("2006-01-02T15:04")
	wang.do(chromedp.SetValue("#release", moment))
	wang.press("Send 1 figure")
	wang.says("another person has to approve them")

	stopReleaser()
	o.stop()
	o.start(withReview)
	o.liReviews()
	o.startReleaser(cat)
	li := o.tab("en", 1200, 900)
	li.signIn("li")
	for _, file := range []string{"port.csv", "may.csv"} {
		li.open("/")
		li.press(file)
		li.says("waits for review")
		li.accessible("review")
		li.press("Approve")
		li.says("approved")
	}
	li.says("approved, waits for release") // the second, until its moment
	li.accessible("embargo")
	o.Await("the first is released", func() bool { return o.Messages() == 2 })
	o.WantValues(t, "2024-03 3015000", "2024-04 3050000")
	zhou := o.tab("en", 1200, 900)
	zhou.signIn("zhou")
	zhou.open("/waiting")
	zhou.says("Nothing waits for review or release.")
}
