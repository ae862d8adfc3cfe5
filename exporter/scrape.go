package exporter

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/prometheus/common/expfmt"
)

// serveMetrics writes the cached page of figures, then the current targets, the
// track record and the exporter's own health.
func (e *Exporter) serveMetrics(w http.ResponseWriter, r *http.Request) {
	format := expfmt.NegotiateAccept(r.Header, formats...)
	own, err := e.ownHealth(format)
	if err != nil {
		e.log.Error("own metrics could not be gathered", "error", err)
		http.Error(w, "the exporter's own metrics could not be gathered; the log says why", http.StatusInternalServerError)
		return
	}
	// The view is loaded last, so that figures which the health reports as not
	// shown are no longer on the page.
	v := e.view.Load()
	if v != nil {
		own = slices.Concat(e.targets.pageFor(v), e.records.page(), own) // the page is shared by all scrapes
	}
	header := w.Header()
	header.Set("Content-Type", string(format))
	header.Set("Vary", "Accept, Accept-Encoding")
	if acceptsGzip(r.Header) {
		header.Set("Content-Encoding", "gzip")
		var figures deflated
		if v != nil {
			figures = v.packed()
		}
		_ = figures.writeGzip(w, own) // fails only when the client has disconnected
		return
	}
	var figures []byte
	if v != nil {
		figures = v.page()
	}
	header.Set("Content-Length", strconv.Itoa(len(figures)+len(own)))
	_, err = w.Write(figures)
	if err == nil {
		_, _ = w.Write(own)
	}
}

// formats are those a client can negotiate; the first is the default. Protocol
// buffers are not among them: only native histograms need them, Prometheus
// always accepts text too, and the cached page is text.
var formats = []expfmt.Format{
	expfmt.NewFormat(expfmt.TypeTextPlain),
	openMetrics(expfmt.OpenMetricsVersion_1_0_0),
	openMetrics(expfmt.OpenMetricsVersion_0_0_1),
}

func openMetrics(version string) expfmt.Format {
	f, err := expfmt.NewOpenMetricsFormat(version)
	if err != nil {
		panic("exporter: " + err.Error())
	}
	return f
}

// ownHealth is the end of the page.
func (e *Exporter) ownHealth(format expfmt.Format) ([]byte, error) {
	families, err := e.registry.Gather()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	encoder := expfmt.NewEncoder(&b, format)
	for _, f := range families {
		if err := encoder.Encode(f); err != nil {
			return nil, err
		}
	}
	if end, ok := encoder.(expfmt.Closer); ok { // OpenMetrics: # EOF
		if err := end.Close(); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// acceptsGzip reads Accept-Encoding (RFC 9110, section 12.5.3).
func acceptsGzip(h http.Header) bool {
	for _, item := range strings.Split(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		coding, parameters, _ := strings.Cut(item, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		q, found := strings.CutPrefix(strings.ToLower(strings.TrimSpace(parameters)), "q=")
		weight, err := strconv.ParseFloat(q, 64)
		return !found || err != nil || weight > 0
	}
	return false
}

// deflated is the beginning of a gzip file: compressed blocks that end on a
// byte boundary so that others can be appended, and what the checksum at the
// end needs to know about them. Two concatenated gzip files would also be
// valid, but browsers show only the first.
type deflated struct {
	blocks []byte
	crc    uint32
	size   uint32
}

// compressors are pooled because one takes a megabyte.
var compressors = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, flate.BestSpeed)
	if err != nil {
		panic("exporter: invalid flate level: " + err.Error())
	}
	return w
}}

func deflate(text []byte) deflated {
	var b bytes.Buffer
	w := compressors.Get().(*flate.Writer)
	defer compressors.Put(w)
	w.Reset(&b)
	_, err := w.Write(text)
	if err = errors.Join(err, w.Flush()); err != nil {
		panic("exporter: writing to memory failed: " + err.Error())
	}
	return deflated{bytes.Clone(b.Bytes()), crc32.ChecksumIEEE(text), uint32(len(text))}
}

// writeGzip writes the whole gzip file; tail is the uncompressed last part (RFC
// 1952; blocks by RFC 1951).
func (d deflated) writeGzip(w io.Writer, tail []byte) error {
	const deflateMethod, unknownSystem = 8, 255
	if _, err := w.Write([]byte{0x1f, 0x8b, deflateMethod, 0, 0, 0, 0, 0, 0, unknownSystem}); err != nil {
		return err
	}
	if _, err := w.Write(d.blocks); err != nil {
		return err
	}
	c := compressors.Get().(*flate.Writer)
	defer compressors.Put(c)
	c.Reset(w)
	if _, err := c.Write(tail); err != nil {
		return err
	}
	if err := c.Close(); err != nil {
		return err
	}
	trailer := binary.LittleEndian.AppendUint32(nil, crc32.Update(d.crc, crc32.IEEETable, tail))
	trailer = binary.LittleEndian.AppendUint32(trailer, d.size+uint32(len(tail)))
	_, err := w.Write(trailer)
	return err
}
