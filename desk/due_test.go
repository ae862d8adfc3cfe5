package desk

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/store"
)

// onDay is an option that makes the desk show a day.
func onDay(t *testing.T, day string) func(*Options) {
	t.Helper()
	at, err := time.ParseInLocation(time.DateOnly, day, catalog.Ningbo().Location())
	if err != nil {
		t.Fatal(err)
	}
	return func(o *Options) { o.Clocks = store.Clocks{{Since: time.Now(), Shows: at.Add(10 * time.Hour)}} }
}

// published is a file of figures that were published on time, and one that was late.
const published = "indicator,area,measure,period,value,unit,published,note\n" +
	"container_throughput,NBZS,level,2024-01,300,万TEU,2024-02-10,a note\n" +
	"container_throughput,NBZS,level,2024-02,290,万TEU,2024-03-10,\n" +
	"container_throughput,NBZS,level,2024-03,301.5,万TEU,2024-04-14,\n"

func (o *office) loadPublished(b *browser) {
	o.T.Helper()
	b.drop("published.csv", published)
	b.send(nil)
	b.want("All done.")
	o.Await("the desk knows what was published", func() bool { return o.desk.history.now.Load().book.Figures() >= 3 })
}

func TestTheFirstPageSaysWhatIsDueAndWhatWasLate(t *testing.T) {
	o := newOffice(t, onDay(t, "2024-05-13"))
	b := o.signedIn("wang")
	o.loadPublished(b)
	b.get("/")
	b.want("Overdue", "container throughput Ningbo-Zhoushan port · Apr 2024 missing for 3 days (since 2024-05-10)",
		"Late in the last three months container throughput Ningbo-Zhoushan port · Mar 2024 4 days late")
	zhou := o.signedIn("zhou")
	zhou.want("Nothing is due in the next three weeks, and nothing is overdue.")
}

func TestTheMonthSaysForEveryAgencyWhatCameWhen(t *testing.T) {
	o := newOffice(t, onDay(t, "2024-05-13"))
	b := o.signedIn("wang")
	o.loadPublished(b)
	for _, c := range []struct{ month, want string }{
		{"2024-03", "on time"}, {"2024-04", "4 days late"}, {"2024-05", "missing for 3 days (since 2024-05-10)"}, {"2024-06", "due on 2024-06-10"},
		{"2024-02", "Nothing was due in this month."}, // the first figure of all is not expected
	} {
		b.get("/month?month=" + c.month)
		b.want(c.want)
	}
}

func TestTheFormAsksForWhatIsDueAndItsFiguresAreChecked(t *testing.T) {
	o := newOffice(t, onDay(t, "2024-05-13"))
	b := o.signedIn("wang")
	o.loadPublished(b)
	o.Await("the form shows what is stored", func() bool { b.get("/form"); return strings.Contains(b.text(), "Mar 2024: 301.5") })
	b.want("container throughput Ningbo-Zhoushan port · Apr 2024", "missing for 3 days", "the period alone", "万TEU")
	b.post("/form", url.Values{"value:figures.port.container_throughput.NBZS._T.level.2024-04": {" 3 05.5 "}})
	b.want("1 figure can be sent", "Apr 2024 305.5 万TEU nothing")
	b.send(nil)
	b.want("All done.")
	o.WantValues(t, "2024-01 3000000", "2024-02 2900000", "2024-03 3015000", "2024-04 3055000")
}

func TestWhatIsPushedWhileAPastDayIsShownCameOnThatDay(t *testing.T) {
	o := newOffice(t, onDay(t, "2024-05-13"))
	b := o.signedIn("wang")
	o.loadPublished(b)
	b.drop("april.csv", "indicator,area,measure,period,value,unit\ncontainer_throughput,NBZS,level,2024-04,305.5,万TEU\n")
	b.send(nil)
	o.Await("the desk knows it", func() bool { return o.desk.history.now.Load().book.Figures() == 4 })
	b.get("/month?month=2024-05")
	b.want("Apr 2024 3 days late")
}

func TestAnEmptyFormIsExplained(t *testing.T) {
	o := newOffice(t, onDay(t, "2024-05-13"))
	b := o.signedIn("wang")
	b.get("/form")
	b.want("Nothing is due at the moment.")
	b.post("/form", url.Values{})
	b.want("No value was filled in.")
}
