package store

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unique"
)

// query runs a Flux query and calls each for every table of the answer, with
// the first row in place; each reads on with next.
func (s *Store) query(ctx context.Context, flux string, each func(*table) error) error {
	resp, err := s.ask(ctx, flux)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Close() }() // only read from
	return eachTable(resp, each)
}

// ask runs a Flux query and gives its answer, CSV without annotations.
func (s *Store) ask(ctx context.Context, flux string) (io.ReadCloser, error) {
	body, err := json.Marshal(map[string]any{
		"query": flux, "type": "flux",
		"dialect": map[string]any{"header": true, "annotations": []string{}},
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	answer := &patient{ctx: ctx, cancel: cancel, limit: s.opts.Timeout}
	address := s.service.ServerAPIURL() + "query?" + url.Values{"org": {s.opts.Org}}.Encode()
	failed := s.service.DoPostRequest(ctx, address, bytes.NewReader(body), func(req *http.Request) {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept", "application/csv")
	}, func(resp *http.Response) error {
		answer.body = resp.Body
		return nil
	})
	if failed != nil { // a nil *Error is not a nil error
		cancel(nil)
		return nil, failed
	}
	return answer, nil
}

// patient reads an answer for as long as it keeps coming. It measures only
// the time spent on waiting for InfluxDB, not what the caller does between.
type patient struct {
	ctx    context.Context // of the request, which is the only way to end a Read
	cancel context.CancelCauseFunc
	limit  time.Duration
	body   io.ReadCloser
}

func (p *patient) Read(b []byte) (int, error) {
	timer := time.AfterFunc(p.limit, func() { p.cancel(fmt.Errorf("no more of its answer for %s", p.limit)) })
	n, err := p.body.Read(b)
	timer.Stop()
	if err != nil && err != io.EOF && p.ctx.Err() != nil {
		err = context.Cause(p.ctx)
	}
	return n, err
}

func (p *patient) Close() error {
	p.cancel(nil)
	return p.body.Close()
}

// table is one table of a Flux answer: rows that share their tags.
type table struct {
	lines  *bufio.Reader
	header []string
	row    [][]byte // valid until the next row
	id     []byte
	at     int  // the column "table"
	first  bool // row is the table's first and next has not passed it yet
	over   bool // row is what comes after the table
	err    error

	raw  []byte // the line of row, nil when it had quotes
	long []byte // a line that is longer than the buffer

	// What rows of a table have in common: all but time and value.
	sample, head, tail []byte
	timeAt             int
}

// name is what the first row has in the named column: one string however
// many tables have it. It is empty where there is no such column.
func (t *table) name(column string) string {
	if i := slices.Index(t.header, column); i >= 0 {
		return unique.Make(string(t.row[i])).Value()
	}
	return ""
}

// columns finds columns that the table must have.
func (t *table) columns(names ...string) ([]int, error) {
	at := make([]int, len(names))
	for i, name := range names {
		if at[i] = slices.Index(t.header, name); at[i] < 0 {
			return nil, fmt.Errorf("InfluxDB's answer has no column %s, only %s", name, strings.Join(t.header, " "))
		}
	}
	return at, nil
}

// next goes to the next row of the same table.
func (t *table) next() bool {
	if t.first {
		t.first = false
		return true
	}
	if t.over || t.err != nil {
		return false
	}
	line, err := t.line()
	if err == nil && t.alike(line) {
		return true
	}
	if err == nil {
		t.head = nil // row will not be the first row's any more
		err = t.parse(line)
	}
	if t.err = err; err != nil {
		return false
	}
	t.over = len(t.row) != len(t.header) || isHeader(t.row) || !bytes.Equal(t.row[t.at], t.id)
	return !t.over
}

// isHeader tells column names from values, which begin with a result's name
// and a number.
func isHeader(row [][]byte) bool {
	return len(row) > 2 && string(row[1]) == "result" && string(row[2]) == "table"
}

// eachTable reads Flux's CSV without annotations, in which a new header stands
// before tables of another shape.
func eachTable(r io.Reader, each func(*table) error) error {
	t := &table{lines: bufio.NewReaderSize(r, 64<<10), at: -1}
	for {
		if !t.over && t.err == nil {
			t.err = t.read()
		}
		t.over = false
		switch {
		case t.err == io.EOF:
			return nil
		case t.err != nil:
			return t.err
		case isHeader(t.row):
			t.header, t.at = texts(t.row), 2
			continue
		case len(t.row) > 1 && string(t.row[1]) == "error":
			return t.reason()
		case t.at < 0 || len(t.row) != len(t.header):
			return fmt.Errorf("InfluxDB's answer has a row of %d columns under a header of %d", len(t.row), len(t.header))
		}
		t.id, t.first = append(t.id[:0], t.row[t.at]...), true
		t.compare()
		if err := each(t); err != nil {
			return err
		}
		for t.next() { // what each has left of the table
		}
	}
}

// reason reads what InfluxDB says in the midst of an answer when it cannot
// go on: a table of its own, with the columns error and reference.
func (t *table) reason() error {
	if err := t.read(); err != nil || len(t.row) < 2 {
		return errors.New("InfluxDB reports an error and does not say which")
	}
	return fmt.Errorf("InfluxDB gave up: %s", bytes.TrimSpace(t.row[1]))
}

func texts(row [][]byte) []string {
	out := make([]string, len(row))
	for i, field := range row {
		out[i] = string(field)
	}
	return out
}

// compare learns from a table's first row what the next ones will have in
// common with it.
func (t *table) compare() {
	t.head, t.tail = nil, nil
	timeAt := slices.Index(t.header, "_time")
	if t.raw == nil || timeAt < 0 || timeAt+1 == len(t.header) || t.header[timeAt+1] != "_value" {
		return
	}
	// The line is overwritten by the next one.
	t.sample = append(t.sample[:0], t.raw...)
	t.split(t.sample)
	before := timeAt // commas
	for _, field := range t.row[:timeAt] {
		before += len(field)
	}
	t.head = t.sample[:before]
	t.tail = t.sample[before+len(t.row[timeAt])+1+len(t.row[timeAt+1]):]
	t.timeAt = timeAt
}

// alike takes time and value of a line that is like the table's first one in
// all else, which spares most of the reading.
func (t *table) alike(line []byte) bool {
	if t.head == nil {
		return false
	}
	rest, ok := bytes.CutPrefix(line, t.head)
	if !ok {
		return false
	}
	rest, ok = bytes.CutSuffix(rest, t.tail)
	at, value, found := bytes.Cut(rest, []byte{','})
	if !ok || !found || bytes.IndexByte(rest, '"') >= 0 || bytes.IndexByte(value, ',') >= 0 {
		return false
	}
	t.row[t.timeAt], t.row[t.timeAt+1] = at, value
	return true
}

// read reads the next record into row.
func (t *table) read() error {
	line, err := t.line()
	if err != nil {
		return err
	}
	return t.parse(line)
}

// parse reads the record that begins with line. encoding/csv would take as
// long as InfluxDB does; records without quotes, nearly all, need none of
// its care.
func (t *table) parse(line []byte) error {
	if bytes.IndexByte(line, '"') >= 0 {
		t.raw = nil
		return t.quoted(line)
	}
	t.raw = line
	t.split(line)
	return nil
}

func (t *table) split(line []byte) {
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte{'\n'}), []byte{'\r'})
	t.row = t.row[:0]
	for {
		comma := bytes.IndexByte(line, ',')
		if comma < 0 {
			t.row = append(t.row, line)
			return
		}
		t.row = append(t.row, line[:comma])
		line = line[comma+1:]
	}
}

// line is the next line with its end, without the empty ones that stand
// between tables of different shapes. An answer that ends within a line was
// cut off.
func (t *table) line() ([]byte, error) {
	for {
		line, err := t.anyLine()
		if err != nil || line[0] != '\n' && string(line) != "\r\n" {
			return line, err
		}
	}
}

func (t *table) anyLine() ([]byte, error) {
	line, err := t.lines.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		t.long = append(t.long[:0], line...)
		for err == bufio.ErrBufferFull {
			line, err = t.lines.ReadSlice('\n')
			t.long = append(t.long, line...)
		}
		line = t.long
	}
	if err == io.EOF && len(line) > 0 {
		err = io.ErrUnexpectedEOF
	}
	return line, err
}

// quoted reads a record that has quotes, and line ends within them.
func (t *table) quoted(line []byte) error {
	record := bytes.Clone(line)
	for bytes.Count(record, []byte{'"'})%2 != 0 {
		line, err := t.anyLine()
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		record = append(record, line...)
	}
	fields, err := csv.NewReader(bytes.NewReader(record)).Read()
	if err != nil {
		return err
	}
	t.row = t.row[:0]
	for _, field := range fields {
		t.row = append(t.row, []byte(field))
	}
	return nil
}
