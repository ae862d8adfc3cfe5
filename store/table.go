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

// query runs a Flux query and calls each for every table of the response, with
// the first row in place; each reads on with next.
func (s *Store) query(ctx context.Context, flux string, each func(*table) error) error {
	resp, err := s.ask(ctx, flux)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Close() }() // only read from
	return eachTable(resp, each)
}

// ask runs a Flux query and returns its response, CSV without annotations.
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

// patient reads a response for as long as data keeps arriving. It measures
// only the time spent waiting for InfluxDB, not what the caller does in
// between.
type patient struct {
	ctx    context.Context // of the request; cancelling it is the only way to end a Read
	cancel context.CancelCauseFunc
	limit  time.Duration
	body   io.ReadCloser
}

func (p *patient) Read(b []byte) (int, error) {
	timer := time.AfterFunc(p.limit, func() { p.cancel(fmt.Errorf("the answer stalled for %s", p.limit)) })
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

// table is one table of a Flux response: rows that share their tags.
type table struct {
	lines  *bufio.Reader
	header []string
	row    [][]byte // valid until the next row
	id     []byte
	at     int  // the column "table"
	first  bool // row is the table's first and next has not advanced past it
	over   bool // row is after the end of the table
	err    error

	raw  []byte // the line of row, nil if it had quotes
	long []byte // a line that is longer than the buffer

	// What the rows of a table have in common: everything except time and
	// value.
	sample, head, tail []byte
	timeAt             int
}

// name is the first row's value in the named column, interned across tables;
// empty if there is no such column.
func (t *table) name(column string) string {
	if i := slices.Index(t.header, column); i >= 0 {
		return unique.Make(string(t.row[i])).Value()
	}
	return ""
}

// columns finds required columns of the table.
func (t *table) columns(names ...string) ([]int, error) {
	at := make([]int, len(names))
	for i, name := range names {
		if at[i] = slices.Index(t.header, name); at[i] < 0 {
			return nil, fmt.Errorf("InfluxDB's answer has no column %s, only %s", name, strings.Join(t.header, " "))
		}
	}
	return at, nil
}

// next advances to the next row of the same table.
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
		t.head = nil // row is about to be overwritten
		err = t.parse(line)
	}
	if t.err = err; err != nil {
		return false
	}
	t.over = len(t.row) != len(t.header) || isHeader(t.row) || !bytes.Equal(t.row[t.at], t.id)
	return !t.over
}

// isHeader distinguishes column names from values, which begin with a result's
// name and a number.
func isHeader(row [][]byte) bool {
	return len(row) > 2 && string(row[1]) == "result" && string(row[2]) == "table"
}

// eachTable reads Flux's CSV without annotations, in which a new header
// precedes tables of a different shape.
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
			return fmt.Errorf("InfluxDB's answer has a row of %d columns but a header of %d", len(t.row), len(t.header))
		}
		t.id, t.first = append(t.id[:0], t.row[t.at]...), true
		t.compare()
		if err := each(t); err != nil {
			return err
		}
		for t.next() { // rows that each has not read
		}
	}
}

// reason reads the error that InfluxDB reports in the middle of a response
// when it cannot continue: a table with the columns error and reference.
func (t *table) reason() error {
	if err := t.read(); err != nil || len(t.row) < 2 {
		return errors.New("InfluxDB reported an error without a reason")
	}
	return fmt.Errorf("InfluxDB aborted the query: %s", bytes.TrimSpace(t.row[1]))
}

func texts(row [][]byte) []string {
	out := make([]string, len(row))
	for i, field := range row {
		out[i] = string(field)
	}
	return out
}

// compare records what a table's next rows will have in common with its first
// row.
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

// alike takes time and value from a line that otherwise equals the table's
// first one, which saves most of the parsing.
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
// long as InfluxDB does; nearly all records have no quotes and do not need it.
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

// line is the next line with its line ending, skipping the empty ones between
// tables of different shapes. A response that ends within a line was cut off.
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

// quoted reads a record that has quotes, possibly with line breaks within
// them.
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
