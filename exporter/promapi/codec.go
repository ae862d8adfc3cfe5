package promapi

import (
	"fmt"
	"slices"
	"sync"

	jsoniter "github.com/json-iterator/go"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/util/jsonutil"
	v1 "github.com/prometheus/prometheus/web/api/v1"
)

// heldMatrix is a matrix whose points stand until the next change: series have
// a point for each change at which they have a value, its time being the
// number of the change.
type heldMatrix struct {
	series  promql.Matrix
	changes []int // steps
	steps   steps
	buffer  *buffer // for the answer, until the query is closed
}

// buffer is what an answer is written into. An answer may have a hundred
// megabytes, which take longer to get from the system than to fill.
type buffer struct{ bytes []byte }

var buffers = sync.Pool{New: func() any { return new(buffer) }}

// Type is that of any matrix.
func (m heldMatrix) Type() parser.ValueType { return parser.ValueTypeMatrix }

// String is for logs.
func (m heldMatrix) String() string {
	return fmt.Sprintf("%d series that change at %d of %d steps", len(m.series), len(m.changes), m.steps.count)
}

// until is the step after those for which a change stands.
func (m heldMatrix) until(change int) int {
	if change+1 < len(m.changes) {
		return m.changes[change+1]
	}
	return m.steps.count
}

// points is how many the whole matrix has.
func (m heldMatrix) points() (n int) {
	for _, s := range m.series {
		for _, p := range s.Floats {
			n += m.until(int(p.T)) - m.changes[p.T]
		}
	}
	return n
}

// codec writes answers as Prometheus does, to the letter.
type codec struct{ v1.JSONCodec }

// Encode writes a held matrix point by point, anything else as Prometheus does.
func (c codec) Encode(resp *v1.Response) ([]byte, error) {
	data, ok := resp.Data.(*v1.QueryData)
	if !ok {
		return c.JSONCodec.Encode(resp)
	}
	held, ok := data.Result.(heldMatrix)
	if !ok {
		return c.JSONCodec.Encode(resp)
	}
	return held.encode(resp, data)
}

// encode writes the parts in Prometheus' order, which Grafana relies on:
// status before data, resultType before result.
func (m heldMatrix) encode(resp *v1.Response, data *v1.QueryData) ([]byte, error) {
	json := jsoniter.ConfigCompatibleWithStandardLibrary
	stream := json.BorrowStream(nil)
	defer json.ReturnStream(stream)
	times := m.times()
	stream.SetBuffer(slices.Grow(m.buffer.bytes[:0], 256*len(m.series)+m.points()*24))
	stream.WriteRaw(`{"status":"` + string(resp.Status) + `","data":{"resultType":"matrix","result":[`)
	for i := range m.series {
		if i > 0 {
			stream.WriteMore()
		}
		stream.WriteRaw(`{"metric":`)
		stream.WriteVal(m.series[i].Metric)
		stream.WriteRaw(`,"values":[`)
		stream.SetBuffer(m.appendPoints(stream.Buffer(), times, m.series[i].Floats))
		stream.WriteRaw(`]}`)
	}
	stream.WriteRaw(`]`)
	if data.Stats != nil {
		stream.WriteRaw(`,"stats":`)
		stream.WriteVal(data.Stats)
	}
	stream.WriteRaw(`}`)
	for _, said := range []struct {
		name  string
		texts []string
	}{{"warnings", resp.Warnings}, {"infos", resp.Infos}} {
		if len(said.texts) > 0 {
			stream.WriteRaw(`,"` + said.name + `":`)
			stream.WriteVal(said.texts)
		}
	}
	stream.WriteRaw(`}`)
	m.buffer.bytes = stream.Buffer()
	stream.SetBuffer(nil) // it is not the stream's to keep
	return m.buffer.bytes, stream.Error
}

// A point is written in two pieces of fixed size, of which only the beginning
// counts: copying those takes a quarter of the time of appending them, and an
// answer has millions.
type (
	timePiece struct { // ,[1700000000.123,
		text   [24]byte
		length int
	}
	valuePiece struct { // "-1.2345678901234567e+308"]
		text   [32]byte
		length int
	}
)

// slack is what has to be free behind a point that is being written.
const slack = len(timePiece{}.text) + len(valuePiece{}.text)

// times are the first pieces of every step.
func (m heldMatrix) times() []timePiece {
	stream := jsoniter.ConfigDefault.BorrowStream(nil)
	defer jsoniter.ConfigDefault.ReturnStream(stream)
	all := make([]timePiece, m.steps.count)
	for n := range all {
		stream.Reset(nil)
		stream.WriteRaw(`,[`)
		jsonutil.MarshalTimestamp(m.steps.at(n), stream)
		stream.WriteRaw(`,`)
		all[n].length = copy(all[n].text[:], stream.Buffer())
	}
	return all
}

// appendPoints writes the points of a series. A value is made once and copied
// for as long as it stands.
func (m heldMatrix) appendPoints(b []byte, times []timePiece, points []promql.FPoint) []byte {
	stream := jsoniter.ConfigDefault.BorrowStream(nil)
	defer jsoniter.ConfigDefault.ReturnStream(stream)
	start := len(b)
	for _, p := range points {
		stream.Reset(nil)
		jsonutil.MarshalFloat(p.F, stream)
		stream.WriteRaw(`]`)
		var v valuePiece
		v.length = copy(v.text[:], stream.Buffer())

		from, until := m.changes[p.T], m.until(int(p.T))
		end := len(b)
		b = slices.Grow(b, (until-from)*slack)
		b = b[:cap(b)]
		for n := from; n < until; n++ {
			t := &times[n]
			*(*[len(t.text)]byte)(b[end:]) = t.text
			end += t.length
			*(*[len(v.text)]byte)(b[end:]) = v.text
			end += v.length
		}
		b = b[:end]
	}
	if len(b) > start { // no comma before the first
		b = append(b[:start], b[start+1:]...)
	}
	return b
}
