package store_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

func TestAVintageIsReadBackAsItWasWritten(t *testing.T) {
	opts := empty(t)
	s := open(t, opts)
	rapid.Check(t, func(r *rapid.T) {
		v := vintages().Draw(r, "vintage")
		// Every draw has an indicator of its own, so that draws do not
		// interfere.
		v.Indicator += "/" + rapid.StringMatching(`[a-z]{12}`).Draw(r, "draw")
		if err := s.Write(t.Context(), []store.Vintage{v}); err != nil {
			r.Fatal(err)
		}
		var got []string
		for back, err := range s.Vintages(t.Context(), store.Selection{}.Including(v.Indicator, v.Period)) {
			if err != nil {
				r.Fatal(err)
			}
			got = append(got, describe(*back))
		}
		if len(got) != 1 || got[0] != describe(v) {
			r.Fatalf("\n got %q\nwant %q", got, describe(v))
		}
	})
}

func TestThePointOfAVintageIsWhatTheDocumentationSays(t *testing.T) {
	opts := empty(t)
	v := vintage("container_throughput", figure.Quarter(2023, 2), 9270000)
	v.Measure, v.Status, v.Category, v.Submission, v.Seq, v.Moment = figure.YTD, figure.Provisional, "outer", "abc", 42, 1_700_000_000_123
	write(t, open(t, opts), v)
	got := influxQL(t, opts, "SELECT * FROM figure")
	// 2023-04-01 is 1680307200 s after 1970.
	want := `{"results":[{"statement_id":0,"series":[{"name":"figure",` +
		`"columns":["time","agency","area","category","freq","indicator","measure","seq","status","submission","value"],` +
		`"values":[[1680308900000000123,"port","330200","outer","Q","container_throughput","ytd",42,"P","abc",9270000]]}]}]}` + "\n"
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestTheWordsOfAVintageAreFieldsOfItsPoint(t *testing.T) {
	opts := empty(t)
	v := vintage("gdp", figure.Year(2023), 1)
	v.Note, v.Reason, v.Sender = "初步核算 \"flash\"", "已核对", "王芳"
	write(t, open(t, opts), v, vintage("gdp", figure.Year(2024), 2))
	got := influxQL(t, opts, "SELECT note, reason, sender FROM figure")
	if want := `"columns":["time","note","reason","sender"],"values":[[1672532900000000000,"初步核算 \"flash\"","已核对","王芳"]]`; !strings.Contains(got, want) {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestNotesAreReadBackAfterTheVintages(t *testing.T) {
	s := open(t, empty(t))
	rapid.Check(t, func(r *rapid.T) {
		v := vintages().Draw(r, "vintage")
		v.Indicator += "/" + rapid.StringMatching(`[a-z]{12}`).Draw(r, "draw")
		v.Note = rapid.OneOf(rapid.SampledFrom([]string{"", " ", `"`, "a,b", "two\nlines", "end\n", "\ttab", `back\slash\`, `C:\new`, "line\r\nbreak", "${x}", "error", ",result,table"}),
			rapid.StringN(0, 60, -1)).Draw(r, "note")
		if err := s.Write(t.Context(), []store.Vintage{v}); err != nil {
			r.Fatal(err)
		}
		var got []store.Vintage
		for back, err := range s.Noted(t.Context(), store.Selection{}.Including(v.Indicator, v.Period)) {
			if err != nil {
				r.Fatal(err)
			}
			got = append(got, *back)
		}
		want := 2
		if v.Note == "" {
			want = 1
		}
		if len(got) != want || describe(got[0]) != describe(v) || got[0].Note != "" {
			r.Fatalf("got %+v", got)
		}
		if said := got[want-1]; v.Note != "" && (said.Note != v.Note || said.Cell != v.Cell || said.Moment != v.Moment || said.Value != 0 || said.Withheld) {
			r.Fatalf("got %+v, want the note %q of %+v", said, v.Note, v)
		}
	})
}

func TestSequencesTellWhichMessagesAreStored(t *testing.T) {
	s := open(t, empty(t))
	one, two := vintage("gdp", figure.Year(2022), 1), vintage("gdp", figure.Year(2023), 2)
	one.Seq, two.Seq = 7, 9
	write(t, s, one, two)
	got := map[uint64]int64{}
	for v, err := range s.Sequences(t.Context(), store.Selection{}.Including("gdp", figure.Year(2022))) {
		if err != nil {
			t.Fatal(err)
		}
		got[v.Seq] = v.Moment
	}
	if len(got) != 1 || got[7] != one.Moment {
		t.Errorf("got %v, want sequence 7 at %d", got, one.Moment)
	}
}

func TestAWithheldVintageHasTheFieldMissingInPlaceOfAValue(t *testing.T) {
	opts := empty(t)
	v := vintage("gdp", figure.Year(2023), 0)
	v.Withheld, v.Status = true, figure.Suppressed
	write(t, open(t, opts), v)
	got := influxQL(t, opts, "SELECT missing, value FROM figure")
	if !strings.Contains(got, `"columns":["time","missing","value"],"values":[[1672532900000000000,1,null]]`) {
		t.Error(got)
	}
}

func TestWritingAVintageTwiceChangesNothing(t *testing.T) {
	s := open(t, empty(t))
	v := vintage("gdp", figure.Year(2023), 16452.8e8)
	write(t, s, v)
	write(t, s, v, v)
	check(t, read(t, s, store.Selection{}), v)
}

func TestAllVintagesOfACellAreReadBackWhateverTheirStatus(t *testing.T) {
	s := open(t, empty(t))
	estimate := vintage("gdp", figure.Year(2023), 16e11)
	estimate.Status, estimate.Moment = figure.Estimated, 1_700_000_000_000
	published := vintage("gdp", figure.Year(2023), 16452.8e8)
	published.Moment = 1_710_000_000_000
	withheld := vintage("gdp", figure.Year(2023), 0)
	withheld.Status, withheld.Withheld, withheld.Moment = figure.Suppressed, true, 1_720_000_000_000
	write(t, s, withheld, estimate, published)
	check(t, read(t, s, store.Selection{}), estimate, published, withheld)
}

func TestASelectionHasItsFirstAndItsLastPeriod(t *testing.T) {
	s := open(t, empty(t))
	var months []store.Vintage
	for m := range 6 {
		v := vintage("cargo", figure.Month(2023, 1+m), float64(m))
		v.Moment = time.Now().UnixMilli()
		months = append(months, v)
	}
	write(t, s, append(months, vintage("gdp", figure.Quarter(2023, 1), 1))...)
	day := func(month time.Month, d int) time.Time { return time.Date(2023, month, d, 0, 0, 0, 0, time.UTC) }
	for name, c := range map[string]struct {
		sel  store.Selection
		want []store.Vintage
	}{
		"one period":                  {store.Selection{}.Including("cargo", figure.Month(2023, 3)), months[2:3]},
		"two periods and all between": {store.Selection{}.Including("cargo", figure.Month(2023, 5)).Including("cargo", figure.Month(2023, 2)), months[1:5]},
		"an open end":                 {store.Selection{Indicator: "cargo", From: day(5, 1)}, months[4:]},
		"an open beginning":           {store.Selection{Indicator: "cargo", To: day(2, 1)}, months[:2]},
		"bounds within months":        {store.Selection{Indicator: "cargo", From: day(1, 31), To: day(4, 30).Add(23 * time.Hour)}, months[1:4]},
		"bounds just after a start":   {store.Selection{Indicator: "cargo", From: day(2, 1).Add(1), To: day(3, 1).Add(1)}, months[2:3]},
		"bounds of another zone":      {store.Selection{Indicator: "cargo", From: day(2, 1).In(time.FixedZone("", -7*3600)), To: day(2, 1).In(time.FixedZone("", 8*3600))}, months[1:2]},
		"no period at all":            {store.Selection{Indicator: "cargo", From: day(4, 1), To: day(3, 1)}, nil},
		"nothing of the name":         {store.Selection{Indicator: "carg"}, nil},
	} {
		t.Run(name, func(t *testing.T) { check(t, read(t, s, c.sel), append([]store.Vintage(nil), c.want...)...) })
	}
}

func TestNoNameOfAnIndicatorCanBreakAQuery(t *testing.T) {
	s := open(t, empty(t))
	for _, name := range []string{`a"b`, `a\b`, `${r}`, `$${a}`, `a$`, `") |> drop(columns: ["_time"]) //`, "不间断 空格", "a'b", "\u00a0", `\x24`} {
		t.Run(name, func(t *testing.T) {
			v := vintage(name, figure.Month(2023, 1), 1)
			write(t, s, v, vintage("other", figure.Month(2023, 1), 2))
			check(t, read(t, s, store.Selection{Indicator: name}), v)
		})
	}
}

// On 1.8, because 2.x does not allow quotation marks.
func TestNoNameOfABucketCanBreakAQuery(t *testing.T) {
	opts := store.Options(enginetest.SharedDatabase(t))
	for _, name := range []string{`a"b`, `${r}`, `") |> drop(columns: ["_time"])`, "城市", "a'b", "a&b=c"} {
		t.Run(name, func(t *testing.T) {
			opts := opts
			opts.Bucket += name
			s := open(t, opts)
			for range 2 {
				if _, err := s.Setup(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			v := vintage("gdp", figure.Month(2023, 1), 1)
			write(t, s, v)
			check(t, read(t, s, store.Selection{}), v)
		})
	}
}

func TestAReaderMayStopBeforeTheEnd(t *testing.T) {
	s := open(t, empty(t))
	write(t, s, vintage("a", figure.Year(2001), 1), vintage("a", figure.Year(2002), 2), vintage("b", figure.Year(2003), 3))
	n := 0
	for _, err := range s.Vintages(t.Context(), store.Selection{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d vintages after the first", n-1)
	}
}

func TestNothingToWriteIsNoRequest(t *testing.T) {
	s := open(t, store.Options{URL: "http://127.0.0.1:1", Bucket: "b"})
	if err := s.Write(t.Context(), nil); err != nil {
		t.Error(err)
	}
}
