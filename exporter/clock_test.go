package exporter

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

// pastDay is nine in the morning of a day that is shown in place of today.
var pastDay = time.Date(2024, 2, 20, 9, 0, 0, 0, time.FixedZone("", 8*3600))

// showPastDay makes readers of the writer's bucket show the past day from now on.
func showPastDay(t *testing.T, writer *store.Store) store.Clock {
	t.Helper()
	clock := store.Clock{Since: time.Now().Truncate(time.Millisecond), Shows: pastDay}
	if err := writer.SetClock(t.Context(), clock); err != nil {
		t.Fatal(err)
	}
	return clock
}

func TestAPastDayIsShownAsItWas(t *testing.T) {
	opts, writer := bucket(t)
	write(t, writer, published("boxes", "2024-01", 100, "2024-02-10"), published("boxes", "2024-01", 200, "2024-03-10"), published("boxes", "2024-02", 300, "2024-03-10"))
	_, address := run(t, open(t, opts), new(bytes.Buffer))
	await(t, address+"/metrics", "tidemark_exporter_book_vintages 3\n", patience)
	showPastDay(t, writer)
	page := await(t, address+"/metrics", "tidemark_exporter_book_vintages 1\n", patience)
	if !strings.Contains(page, `indicator="boxes",measure="level",unit="TEU"} 100`+"\n") {
		t.Errorf("the page is\n%s", tidemarks(page))
	}
	await(t, address+"/metrics", "\ntidemark_now_timestamp_seconds 17083908", patience)
	for path, says := range map[string]string{
		"/":          "as it was on 2024-02-20, not today",
		"/-/healthy": "2024-02-20 is shown, not today\n",
		"/api/v1/query?query=tidemark_now_timestamp_seconds": `"17083908`,
	} {
		if _, body := enginetest.Get(t, address+path); !strings.Contains(body, says) {
			t.Errorf("%s lacks %q: %s", path, says, body)
		}
	}
}

func TestAFigurePushedWhileAPastDayIsShownIsPublishedThatDay(t *testing.T) {
	opts, writer := bucket(t)
	showPastDay(t, writer)
	_, address := run(t, open(t, opts), new(bytes.Buffer))
	pushed := published("boxes", "2024-01", 100, "2024-02-10")
	pushed.Moment = time.Now().UnixMilli()
	write(t, writer, pushed)
	page := await(t, address+"/metrics", "tidemark_figure_published_timestamp_seconds{", patience)
	if !strings.Contains(page, `tidemark_figure_published_timestamp_seconds{area="H1",category="_T",freq="M",indicator="boxes",measure="level",unit="TEU"} 17083908`) {
		t.Errorf("the page is\n%s", tidemarks(page))
	}
	// A client sends its own time, which is not that of the day shown.
	query := "/api/v1/query?query=tidemark_figure&time=" + time.Now().UTC().Format(time.RFC3339)
	if _, body := enginetest.Get(t, address+query); !strings.Contains(body, `"100"`) {
		t.Errorf("the query gives %s", body)
	}
}

func TestTheRealTimeComesBackWithAllFigures(t *testing.T) {
	opts, writer := bucket(t)
	write(t, writer, published("boxes", "2024-02", 300, "2024-03-10"))
	clock := showPastDay(t, writer)
	_, address := run(t, open(t, opts), new(bytes.Buffer))
	await(t, address+"/metrics", "\ntidemark_now_timestamp_seconds 17083908", patience)
	now := clock.Since.Add(time.Millisecond)
	if err := writer.SetClock(t.Context(), store.Clock{Since: now, Shows: now}); err != nil {
		t.Fatal(err)
	}
	await(t, address+"/metrics", "tidemark_exporter_book_vintages 1\n", patience)
	if _, body := enginetest.Get(t, address+"/"); strings.Contains(body, "not today") {
		t.Errorf("the page says %s", body)
	}
}
