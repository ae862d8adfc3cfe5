package store

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

// collect returns all rows that eachTable passes, each with its header.
func collect(r io.Reader) (rows []string, err error) {
	err = eachTable(r, func(t *table) error {
		for t.next() {
			rows = append(rows, strings.Join(t.header, "|")+"\n"+strings.Join(texts(t.row), "|"))
		}
		return nil
	})
	return rows, err
}

func FuzzEachTable(f *testing.F) {
	for _, seed := range []string{
		"",
		",result,table,_value\r\n,_result,0,1\r\n,_result,0,2\r\n,_result,1,3\r\n",
		",result,table,_value\r\n,_result,0,\"a, \"\"b\"\"\r\nc\"\r\n\r\n,result,table,_value,x\r\n,_result,0,1,2\r\n",
		",error,reference\r\n,no such thing,897\r\n",
		",result,table\r\n,_result,0\r\n,error,reference\r\n,late,\r\n",
		",result,table\r\n,_result,0",
		",result\r\n,_result\r\n",
		",result,table,a\r\n,_result,0\r\n",
		"\"",
		",result,table,_time,_value,a\r\n,_result,0,t,1,x\r\n,_result,0,u,,x\r\n,_result,0,u,\"1\",x\r\n,_result,0,v,1,2,x\r\n,_result,0,w,3,y\r\n,_result,1,w,3,x\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := collect(iotest.OneByteReader(bytes.NewReader(data)))
		if err != nil {
			return
		}
		// Accepted input must be what encoding/csv reads, row for row.
		all := csv.NewReader(bytes.NewReader(data))
		all.FieldsPerRecord = -1
		var header string
		for {
			row, err := all.Read()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("encoding/csv refuses what was accepted: %v", err)
			}
			if len(row) > 2 && row[1] == "result" && row[2] == "table" {
				header = strings.Join(row, "|")
				continue
			}
			if len(got) == 0 || got[0] != header+"\n"+strings.Join(row, "|") {
				t.Fatalf("row %q was lost, next is %q", row, got)
			}
			got = got[1:]
		}
		if len(got) > 0 {
			t.Fatalf("unexpected rows: %q", got)
		}
	})
}

func TestTheRestOfATableDoesNotLeakIntoTheNext(t *testing.T) {
	const answer = ",result,table,_value\r\n,_result,0,1\r\n,_result,0,2\r\n,_result,1,3\r\n,_result,1,4\r\n"
	var first []string
	err := eachTable(strings.NewReader(answer), func(t *table) error {
		first = append(first, t.name("_value"))
		return nil
	})
	if err != nil || strings.Join(first, " ") != "1 3" {
		t.Error(first, err)
	}
}

func TestARecordLongerThanTheBufferIsRead(t *testing.T) {
	long := strings.Repeat("长", 100_000)
	rows, err := collect(strings.NewReader(",result,table,_value\r\n,_result,0," + long + "\r\n,_result,0,2\r\n"))
	if err != nil || len(rows) != 2 || !strings.HasSuffix(rows[0], "|"+long) {
		t.Error(len(rows), err)
	}
}

// setUp returns a Store whose bucket exists and is empty.
func setUp(t *testing.T) *Store {
	t.Helper()
	s, err := Open(Options(enginetest.SharedInflux(t)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if _, err := s.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAnErrorInTheMiddleOfAnAnswerIsReported(t *testing.T) {
	s := setUp(t)
	v := Vintage{Cell: figure.Cell{Indicator: "gdp", Area: "330200", Category: figure.Total, Period: figure.Year(2023)}, Agency: "port", Status: figure.Normal}
	if err := s.Write(t.Context(), []Vintage{v}); err != nil {
		t.Fatal(err)
	}
	// The first result succeeds, the second fails. Which of them InfluxDB
	// begins to send is random, and so is whether its status is 200 or 500.
	query := `data = from(bucket: ` + fluxString(s.opts.Bucket) + `) |> range(start: 2000-01-01T00:00:00Z) |> filter(fn: (r) => r._field == "value")
data |> yield(name: "a")
data |> map(fn: (r) => ({_value: int(v: "many")})) |> yield(name: "b")`
	err := s.query(t.Context(), query, func(t *table) error {
		for t.next() {
		}
		return nil
	})
	const v1, v2 = "failed to evaluate map function: strconv.ParseInt", `failed to evaluate map function: cannot convert string "many" to int`
	if err == nil || !strings.Contains(err.Error(), v1) && !strings.Contains(err.Error(), v2) {
		t.Error(err)
	}
}

func TestAnAnswerThatInfluxDBDidNotFinishIsAnError(t *testing.T) {
	const good = ",result,table,_time,_value\r\n,_result,0,t,1\r\n"
	for name, c := range map[string]struct{ answer, want string }{
		"an error table":          {",error,reference\r\n,no database,897\r\n", "InfluxDB aborted the query: no database"},
		"one after rows":          {good + "\r\n,error,reference\r\n\"no \"\"x\"\"\",\"late, too\",\r\n", "InfluxDB aborted the query: late, too"},
		"one that says nothing":   {",error,reference\r\n", "InfluxDB reported an error without a reason"},
		"an end within a row":     {good + ",_result,0,t", "unexpected EOF"},
		"an end within quotes":    {good + ",_result,0,t,\"1\n", "unexpected EOF"},
		"too few columns":         {good + ",_result,0,t\r\n", "InfluxDB's answer has a row of 4 columns but a header of 5"},
		"too many columns":        {good + ",_result,0,t,1,2\r\n", "InfluxDB's answer has a row of 6 columns but a header of 5"},
		"rows without a header":   {",_result,0,t,1\r\n", "InfluxDB's answer has a row of 5 columns but a header of 0"},
		"something else entirely": {"<html>\n", "InfluxDB's answer has a row of 1 columns but a header of 0"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := collect(strings.NewReader(c.answer)); err == nil || err.Error() != c.want {
				t.Errorf("\n got %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestTheMemoryForSeenEntriesIsBounded(t *testing.T) {
	f := (&Store{}).Follow()
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 1000 {
		at := start.Add(time.Duration(i) * time.Second)
		f.remember(map[entry]time.Time{{at.UnixNano(), "w", "gdp"}: at})
	}
	if limit := int(overlap/time.Second) + 1; len(f.seen) != limit {
		t.Errorf("%d entries are remembered and not %d", len(f.seen), limit)
	}
}

func TestOwnEntriesMoveTheMark(t *testing.T) {
	s := setUp(t)
	f := s.Follow()
	if _, err := f.load(t.Context(), func(vs iter.Seq2[*Vintage, error]) error {
		for range vs {
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	v := Vintage{Cell: figure.Cell{Indicator: "gdp", Area: "330200", Category: figure.Total, Period: figure.Year(2023)}, Agency: "port", Status: figure.Normal}
	if err := s.Write(t.Context(), []Vintage{v}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Poll(t.Context(), func(iter.Seq2[*Vintage, error]) error { return errors.New("called") }); err != nil {
		t.Fatal(err)
	}
	if f.mark.IsZero() {
		t.Error("the journal would be read from its beginning forever")
	}
}

func TestAClockThatWasSetBackIsNoticedAtOnce(t *testing.T) {
	s := setUp(t)
	v := Vintage{Cell: figure.Cell{Indicator: "gdp", Area: "330200", Category: figure.Total, Period: figure.Year(2023)}, Agency: "port", Status: figure.Normal}
	f := s.Follow()
	loads := 0
	poll := func() {
		t.Helper()
		if _, err := f.Poll(t.Context(), func(vs iter.Seq2[*Vintage, error]) error {
			loads++
			for range vs {
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Write(t.Context(), []Vintage{v}); err != nil {
		t.Fatal(err)
	}
	poll()
	// As if it had been an hour later when the entry was seen.
	ahead := time.Now().Add(time.Hour)
	line := "journal,indicator=gdp,slot=7 periods=\"2023-01-01/2023-01-01/somebody\" " + strconv.FormatInt(ahead.UnixNano(), 10)
	if err := s.writer.WriteRecord(t.Context(), line); err != nil {
		t.Fatal(err)
	}
	f.mark = ahead
	poll()
	if loads != 2 || f.mark.After(time.Now()) {
		t.Errorf("%d loads, and the mark is at %s", loads, f.mark)
	}
}

func TestASlowReaderIsNotATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		answer := &patient{ctx: ctx, cancel: cancel, limit: time.Second, body: io.NopCloser(strings.NewReader("1234"))}
		for range 4 {
			if _, err := answer.Read(make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour) // on the bubble's clock
		}
		if ctx.Err() != nil {
			t.Error(context.Cause(ctx))
		}
	})
}
