package queryapi

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/util/stats"

	"github.com/tidemark-stats/tidemark/exporter/queryapi/eval"
)

// Answers equal Prometheus' byte for byte. Its encoder (json-iterator) differs
// from Go's in what it escapes and how it writes floats.

// result is the answer to a query.
type result struct {
	value parser.Value
	stats *stats.BuiltinStats // nil: not requested
}

// object is an object with members in a fixed order.
type object []member

type member struct {
	name  string
	value any
}

// appendValue writes a value of any type that answers contain.
func appendValue(b []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		return appendFloat(b, v)
	case string:
		return appendString(b, v)
	case object:
		return appendObject(b, v)
	case []string:
		return appendArray(b, v, appendString)
	case []any:
		return appendArray(b, v, appendValue)
	case []labels.Labels:
		return appendArray(b, v, appendLabels)
	case result:
		return appendResult(b, v)
	}
	panic("queryapi: an answer has a value of an unsupported type")
}

func appendArray[T any](b []byte, all []T, one func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, v := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(b, v)
	}
	return append(b, ']')
}

func appendObject(b []byte, o object) []byte {
	b = append(b, '{')
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, m.name), ':')
		b = appendValue(b, m.value)
	}
	return append(b, '}')
}

// appendFloat writes a number, which must be finite.
func appendFloat(b []byte, v float64) []byte {
	format := byte('f')
	if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, v, format, -1, 64)
}

const hex = "0123456789abcdef"

// appendString writes a text, escaped in case a browser takes it for HTML or
// JavaScript.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			b = append(b, `\ufffd`...)
		case c == '\u2028' || c == '\u2029':
			b = append(b, `\u202`...)
			b = append(b, hex[c&0xf])
		case c == '<' || c == '>' || c == '&':
			b = appendEscaped(b, s[i])
		case c < utf8.RuneSelf:
			b = appendByte(b, s[i])
		default:
			b = append(b, s[i:i+size]...)
		}
		i += size
	}
	return append(b, '"')
}

// appendLabel writes the name of a label or its value.
func appendLabel(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			b = appendByte(append(b, s[start:i]...), c)
			start = i + 1
		}
	}
	return append(append(b, s[start:]...), '"')
}

// appendByte writes one ASCII byte of a text.
func appendByte(b []byte, c byte) []byte {
	switch {
	case c == '\\' || c == '"':
		return append(b, '\\', c)
	case c == '\n':
		return append(b, '\\', 'n')
	case c == '\r':
		return append(b, '\\', 'r')
	case c == '\t':
		return append(b, '\\', 't')
	case c < ' ':
		return appendEscaped(b, c)
	}
	return append(b, c)
}

func appendEscaped(b []byte, c byte) []byte {
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
}

// appendLabels writes the labels of a series.
func appendLabels(b []byte, l labels.Labels) []byte {
	b = append(b, '{')
	first := true
	l.Range(func(one labels.Label) {
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(appendLabel(b, one.Name), ':')
		b = appendLabel(b, one.Value)
	})
	return append(b, '}')
}

// appendResult writes the answer to a query.
func appendResult(b []byte, r result) []byte {
	b = append(b, `{"resultType":"`+string(r.value.Type())+`","result":`...)
	switch v := r.value.(type) {
	case promql.Vector:
		b = appendArray(b, v, appendSample)
	case promql.Matrix:
		b = appendArray(b, v, appendSeries)
	case *eval.Held:
		b = appendHeld(b, v)
	case json.Marshaler: // a scalar or a string
		text, err := v.MarshalJSON()
		if err != nil {
			panic("queryapi: " + err.Error())
		}
		b = append(b, text...)
	}
	if r.stats != nil {
		b = append(b, `,"stats":`...)
		b = appendStats(b, r.stats)
	}
	return append(b, '}')
}

func appendStats(b []byte, s *stats.BuiltinStats) []byte {
	t := s.Timings
	all := object{{"timings", object{{"evalTotalTime", t.EvalTotalTime}, {"resultSortTime", t.ResultSortTime}, {"queryPreparationTime", t.QueryPreparationTime},
		{"innerEvalTime", t.InnerEvalTime}, {"execQueueTime", t.ExecQueueTime}, {"execTotalTime", t.ExecTotalTime}}}}
	if n := s.Samples; n != nil {
		all = append(all, member{"samples", object{{"totalQueryableSamples", n.TotalQueryableSamples}, {"samplesRead", n.SamplesRead}, {"peakSamples", int64(n.PeakSamples)}}})
	}
	return appendObject(b, all)
}

func appendSample(b []byte, s promql.Sample) []byte {
	b = append(appendLabels(append(b, `{"metric":`...), s.Metric), `,"value":`...)
	return append(appendPoint(b, promql.FPoint{T: s.T, F: s.F}), '}')
}

func appendSeries(b []byte, s promql.Series) []byte {
	b = appendLabels(append(b, `{"metric":`...), s.Metric)
	if len(s.Floats) > 0 {
		b = appendArray(append(b, `,"values":`...), s.Floats, appendPoint)
	}
	return append(b, '}')
}

func appendPoint(b []byte, p promql.FPoint) []byte {
	b = append(appendTime(append(b, '['), p.T), ',', '"')
	return append(appendFloat(b, p.F), '"', ']')
}

// appendTime writes milliseconds as seconds.
func appendTime(b []byte, ms int64) []byte {
	if ms < 0 {
		b, ms = append(b, '-'), -ms
	}
	b = strconv.AppendInt(b, ms/1000, 10)
	if fraction := ms % 1000; fraction != 0 {
		b = append(b, '.', '0'+byte(fraction/100), '0'+byte(fraction/10%10), '0'+byte(fraction%10))
	}
	return b
}

// A point is written in two pieces of fixed size, of which only the beginning
// counts: copying them takes a quarter of the time of appending them, and an
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

// slack is the space that must be free behind a point being written.
const slack = len(timePiece{}.text) + len(valuePiece{}.text)

// appendHeld writes every point of a Held matrix.
func appendHeld(b []byte, h *eval.Held) []byte {
	b = slices.Grow(b, 256*len(h.Series)+h.Points()*24)
	times := make([]timePiece, h.Steps()) // the time piece of every step
	for n := range times {
		text := append(appendTime([]byte(",["), h.At(n)), ',')
		times[n].length = copy(times[n].text[:], text)
	}
	b = append(b, '[')
	for i := range h.Series {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendLabels(append(b, `{"metric":`...), h.Series[i].Metric), `,"values":[`...)
		b = append(appendHeldPoints(b, h, times, h.Series[i].Floats), ']', '}')
	}
	return append(b, ']')
}

// appendHeldPoints writes the points of a series. Each value is formatted once
// and copied for as long as it holds.
func appendHeldPoints(b []byte, h *eval.Held, times []timePiece, points []promql.FPoint) []byte {
	start := len(b)
	for _, p := range points {
		var v valuePiece
		v.length = len(append(appendFloat(append(v.text[:0], '"'), p.F), '"', ']'))

		from, until := h.Stands(int(p.T))
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
	if len(b) > start { // remove the comma before the first point
		b = append(b[:start], b[start+1:]...)
	}
	return b
}
