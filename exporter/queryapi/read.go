package queryapi

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"

	"github.com/golang/snappy"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/prompb"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/tidemark-stats/tidemark/exporter/queryapi/eval"
)

// maxReads is how many queries a remote read may have.
const maxReads = 10

// read answers a remote read, with samples or with a stream of chunks.
func (a *api) read(w http.ResponseWriter, r *http.Request) {
	asked, refused := readRequest(r)
	if refused != nil {
		refused.write(w)
		return
	}
	form, err := formOf(asked.AcceptedResponseTypes)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if form == prompb.ReadRequest_STREAMED_XOR_CHUNKS {
		err = a.readChunks(r.Context(), w, asked.Queries)
	} else {
		err = a.readSamples(r.Context(), w, asked.Queries)
	}
	switch {
	case errors.Is(err, errLeft):
	case errors.As(err, new(tooManyRead)):
		http.Error(w, err.Error(), http.StatusBadRequest)
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// readRequest reads the body of a remote read, within the limits.
func readRequest(r *http.Request) (*prompb.ReadRequest, *failure) {
	packed, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, unread(err)
	}
	size, err := snappy.DecodedLen(packed)
	if err != nil {
		return nil, unread(err)
	}
	if size > maxForm {
		return nil, &failure{tooLarge, fmt.Errorf("the request is larger than %d bytes when uncompressed; use several requests", maxForm)}
	}
	unpacked, err := snappy.Decode(nil, packed)
	if err != nil {
		return nil, unread(err)
	}
	var asked prompb.ReadRequest
	if err := asked.Unmarshal(unpacked); err != nil {
		return nil, unread(err)
	}
	if len(asked.Queries) > maxReads {
		return nil, &failure{badData, fmt.Errorf("%d queries are too many: a remote read may have %d; use several requests", len(asked.Queries), maxReads)}
	}
	var seen eval.Words
	for _, query := range asked.Queries {
		if err := seen.AddMatchers(query.Matchers); err != nil {
			return nil, &failure{badData, err}
		}
	}
	return &asked, nil
}

// formOf is the first accepted form of answer that is known.
func formOf(accepted []prompb.ReadRequest_ResponseType) (prompb.ReadRequest_ResponseType, error) {
	known := map[prompb.ReadRequest_ResponseType]struct{}{prompb.ReadRequest_SAMPLES: {}, prompb.ReadRequest_STREAMED_XOR_CHUNKS: {}}
	for _, form := range accepted {
		if _, ok := known[form]; ok {
			return form, nil
		}
	}
	if len(accepted) > 0 {
		return 0, fmt.Errorf("server does not support any of the requested response types: %v; supported: %v", accepted, known)
	}
	return prompb.ReadRequest_SAMPLES, nil
}

// tooManyRead is the limit of samples in one answer that is not streamed.
type tooManyRead int

func (n tooManyRead) Error() string { return fmt.Sprintf("exceeded sample limit (%d)", int(n)) }

// readSamples answers in one piece.
func (a *api) readSamples(ctx context.Context, w http.ResponseWriter, queries []*prompb.Query) error {
	w.Header().Set("Content-Type", "application/x-protobuf")
	w.Header().Set("Content-Encoding", "snappy")
	var answer prompb.ReadResponse
	for _, query := range queries {
		set, err := a.selected(ctx, query)
		if err != nil {
			return err
		}
		result, read := &prompb.QueryResult{}, 0
		for set.Next() {
			one := set.At()
			to := &prompb.TimeSeries{Labels: prompb.FromLabels(one.Labels(), nil)}
			for it := one.Iterator(nil); it.Next() != chunkenc.ValNone; {
				at, v := it.At()
				if to.Samples = append(to.Samples, prompb.Sample{Timestamp: at, Value: v}); read+len(to.Samples) > a.limits.share() {
					return tooManyRead(a.limits.share())
				}
			}
			read += len(to.Samples)
			result.Timeseries = append(result.Timeseries, to)
		}
		if set.Err() != nil {
			return set.Err()
		}
		answer.Results = append(answer.Results, result)
	}
	b, err := answer.Marshal()
	if err != nil {
		return err
	}
	_, _ = w.Write(snappy.Encode(nil, b)) // fails only when the client has disconnected
	return nil
}

// selected returns the series of a query, ordered by their labels.
func (a *api) selected(ctx context.Context, query *prompb.Query) (storage.SeriesSet, error) {
	q, err := a.data.Querier(query.StartTimestampMs, query.EndTimestampMs)
	if err != nil {
		return nil, err
	}
	matchers := make([]*labels.Matcher, len(query.Matchers))
	types := map[prompb.LabelMatcher_Type]labels.MatchType{prompb.LabelMatcher_EQ: labels.MatchEqual, prompb.LabelMatcher_NEQ: labels.MatchNotEqual,
		prompb.LabelMatcher_RE: labels.MatchRegexp, prompb.LabelMatcher_NRE: labels.MatchNotRegexp}
	for i, m := range query.Matchers {
		how, ok := types[m.Type]
		if !ok {
			return nil, errors.New("invalid matcher type")
		}
		if matchers[i], err = labels.NewMatcher(how, m.Name, m.Value); err != nil {
			return nil, err
		}
	}
	var hints *storage.SelectHints
	if h := query.Hints; h != nil {
		hints = &storage.SelectHints{Start: h.StartMs, End: h.EndMs, Step: h.StepMs, Func: h.Func, Grouping: h.Grouping, Range: h.RangeMs, By: h.By}
	}
	return q.Select(ctx, true, hints, matchers...), nil
}

// maxFrame is the approximate size of the frames of a stream, in bytes.
const maxFrame = 1 << 20

// readChunks answers with a stream of frames, each with chunks of one series.
func (a *api) readChunks(ctx context.Context, w http.ResponseWriter, queries []*prompb.Query) error {
	w.Header().Set("Content-Type", "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse")
	for i, query := range queries {
		set, err := a.selected(ctx, query)
		if err != nil {
			return err
		}
		for chunks := storage.NewSeriesSetToChunkSet(set); chunks.Next(); {
			if err := streamSeries(w, int64(i), chunks.At()); err != nil {
				return err
			}
		}
		if set.Err() != nil {
			return set.Err()
		}
	}
	return nil
}

func streamSeries(w io.Writer, query int64, of storage.ChunkSeries) error {
	series := &prompb.ChunkedSeries{Labels: prompb.FromLabels(of.Labels(), nil)}
	whole := maxFrame
	for _, label := range series.Labels {
		whole -= label.Size()
	}
	left := whole
	it := of.Iterator(nil)
	for more := it.Next(); more; {
		meta := it.At()
		chunk := prompb.Chunk{MinTimeMs: meta.MinTime, MaxTimeMs: meta.MaxTime, Type: prompb.Chunk_Encoding(meta.Chunk.Encoding()), Data: meta.Chunk.Bytes()}
		series.Chunks = append(series.Chunks, chunk)
		left -= chunk.Size()
		if more = it.Next(); more && left > 0 {
			continue
		}
		if err := writeFrame(w, &prompb.ChunkedReadResponse{ChunkedSeries: []*prompb.ChunkedSeries{series}, QueryIndex: query}); err != nil {
			return err
		}
		series.Chunks, left = series.Chunks[:0], whole
	}
	return it.Err()
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// writeFrame writes a message preceded by its length and its checksum.
func writeFrame(w io.Writer, message *prompb.ChunkedReadResponse) error {
	b, err := message.Marshal()
	if err != nil {
		return err
	}
	head := binary.AppendUvarint(nil, uint64(len(b)))
	head = binary.BigEndian.AppendUint32(head, crc32.Checksum(b, castagnoli))
	if _, err := w.Write(append(head, b...)); err != nil {
		return errLeft
	}
	return nil
}

// errLeft means that the client has disconnected.
var errLeft = errors.New("the client disconnected")
