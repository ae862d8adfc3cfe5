package ingest

import (
	"hash/maphash"
	"slices"
	"sort"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/store"
)

// known is what there is already: every vintage of every cell. A worker keeps
// one of all that the ledger says, a reader of files one of the file. It is
// what plausibility is judged by and what tells a revision from a repetition.
// One goroutine uses it at a time.
type known struct {
	series map[figure.Series][]point // ordered by period and moment
	cells  int
	marked map[family]bool // where some figure has, or had, status B
	file   bool            // it is what one file says
	trying bool
	undo   []change // what was changed since try
}

// point is a vintage. It is kept small because a worker holds one for every
// vintage of the city.
type point struct {
	value      float64 // base unit; 0 when withheld
	moment     int64   // publication, ms since 1970; in a file minus the line
	until      int64   // when it was said last without a change, else the moment
	seq        uint64  // of the message that said it last
	period     int32   // periods since epoch of the series' frequency
	submission uint32  // which one it came with, see submissionHash
	status     figure.Status
	withheld   bool
	opinion    opinion // in a file, of a figure beside the others
}

// change is how to take one step back.
type change struct {
	series figure.Series
	point  point
	kind   changeKind
}

type changeKind uint8

const (
	added   changeKind = iota // the point was added
	removed                   // the point was removed
	altered                   // the point was otherwise before
)

// same tells whether two publications say the same. Only values that a
// float64 gives back are stored, so equal float64s are equal decimals.
func (p point) same(o point) bool {
	return p.value == o.value && p.withheld == o.withheld && p.status == o.status
}

func pointOf(v *store.Vintage) point {
	return point{value: v.Value, moment: v.Moment, until: v.Moment, seq: v.Seq, period: ordinal(v.Period),
		submission: submissionHash(v.Submission), status: v.Status, withheld: v.Withheld}
}

var submissionSeed = maphash.MakeSeed()

// submissionHash stands for a submission among those of a few vintages; 0 for
// none.
func submissionHash(id string) uint32 {
	if id == "" {
		return 0
	}
	return max(uint32(maphash.String(submissionSeed, id)), 1)
}

// vintage is the point in the words of the store, as it was said last.
func (p point) vintage(c figure.Cell, agency string) *store.Vintage {
	return &store.Vintage{Cell: c, Agency: agency, Status: p.status, Value: p.value, Withheld: p.withheld, Moment: p.until, Seq: p.seq}
}

func newKnown() *known {
	return &known{series: map[figure.Series][]point{}, marked: map[family]bool{}}
}

// ordinal places p among the periods of its frequency.
func ordinal(p figure.Period) int32 {
	return int32(p.Year()*p.Frequency().PerYear() + p.Number() - 1)
}

// run gives where the points of a period begin and end.
func run(points []point, period int32) (from, to int) {
	n := len(points)
	if n == 0 || points[n-1].period < period {
		return n, n // figures mostly come in the order of their periods
	}
	from = sort.Search(n, func(i int) bool { return points[i].period >= period })
	for to = from; to < n && points[to].period == period; to++ {
	}
	return from, to
}

// vintages are the points of a cell in the order of their publication. They
// may be looked at until the next change.
func (k *known) vintages(c figure.Cell) []point {
	points := k.series[c.Series()]
	from, to := run(points, ordinal(c.Period))
	return points[from:to]
}

// current is the cell's newest point.
func (k *known) current(c figure.Cell) (point, bool) {
	points := k.vintages(c)
	if len(points) == 0 {
		return point{}, false
	}
	return points[len(points)-1], true
}

// put makes p known as a point of the cell.
func (k *known) put(c figure.Cell, p point) {
	p.period = ordinal(c.Period)
	k.add(c.Series(), p)
}

// add makes p known, in the place of a point of the same moment.
func (k *known) add(s figure.Series, p point) {
	points := k.series[s]
	from, to := run(points, p.period)
	at := to
	for at > from && points[at-1].moment >= p.moment {
		at--
	}
	if at < to && points[at].moment == p.moment {
		k.alter(s, &points[at], p)
		return
	}
	if from == to {
		k.cells++
	}
	k.series[s] = slices.Insert(points, at, p)
	k.record(s, p, added)
}

// remove takes the point of a moment back.
func (k *known) remove(s figure.Series, period int32, moment int64) {
	points := k.series[s]
	from, to := run(points, period)
	for at := from; at < to; at++ {
		if points[at].moment != moment {
			continue
		}
		if to-from == 1 {
			k.cells--
		}
		k.record(s, points[at], removed)
		k.series[s] = slices.Delete(points, at, at+1)
		return
	}
}

func (k *known) alter(s figure.Series, to *point, p point) {
	k.record(s, *to, altered)
	*to = p
}

func (k *known) record(s figure.Series, p point, kind changeKind) {
	if p.status == figure.SeriesBreak {
		k.marked[familyOf(s)] = true
	}
	if k.trying {
		k.undo = append(k.undo, change{s, p, kind})
	}
}

// try begins changes that may have to be taken back, until commit or rollBack.
func (k *known) try() { k.trying, k.undo = true, k.undo[:0] }

// commit lets the changes stand.
func (k *known) commit() { k.trying = false }

// rollBack takes all changes since try back.
func (k *known) rollBack() {
	k.trying = false
	for _, c := range slices.Backward(k.undo) {
		if c.kind == added {
			k.remove(c.series, c.point.period, c.point.moment)
		} else {
			k.add(c.series, c.point)
		}
	}
}

// place decides where a vintage that is not stored yet stands among those of
// its cell, which may move its moment, and what it is to them. A live figure
// comes after all that is known of the cell, whatever the clock of the server
// did in between; no two vintages share a moment.
func (k *known) place(v *store.Vintage, live bool) (o ledger.Outcome, restated *store.Vintage) {
	past := k.vintages(v.Cell)
	if len(past) == 0 {
		return ledger.Written, nil
	}
	if live {
		v.Moment = max(v.Moment, past[len(past)-1].until+1)
	}
	for i := 0; i < len(past); i++ {
		if past[i].moment == v.Moment || past[i].until == v.Moment {
			v.Moment++
			i = -1 // it may be that of another now
		}
	}
	at := 0 // how many come before it
	for at < len(past) && past[at].moment < v.Moment {
		at++
	}
	switch {
	case at > 0 && past[at-1].same(pointOf(v)):
		return ledger.Unchanged, nil
	case at > 0 && past[at-1].until > v.Moment:
		return ledger.Superseded, past[at-1].vintage(v.Cell, v.Agency)
	case at < len(past):
		return ledger.Superseded, nil
	}
	return ledger.Revised, nil
}

// apply makes known what was decided.
func (k *known) apply(kind ledger.Kind, d *ledger.Decision) {
	v := &d.Vintage
	if v.Period.IsZero() {
		return // refused by a rule
	}
	s := v.Series()
	switch {
	case kind == ledger.Amendment:
		k.remove(s, ordinal(v.Period), v.Moment)
	case d.Outcome == ledger.Unchanged:
		if before := k.before(v); before != nil && before.until < v.Moment {
			again := *before
			again.until, again.seq = v.Moment, v.Seq
			k.alter(s, before, again)
		}
	default:
		if before := k.before(v); before != nil && before.until > v.Moment {
			once := *before
			once.until = once.moment
			k.alter(s, before, once)
		}
		k.add(s, pointOf(v))
	}
	if d.Restated != nil {
		k.add(s, pointOf(d.Restated))
	}
}

// saidAgain is the vintage that has to be stored in the place of v, which was
// not: the last of those that said the same and were therefore not stored. Nil
// when there is none.
func (k *known) saidAgain(v *store.Vintage) *store.Vintage {
	for _, p := range k.vintages(v.Cell) {
		if p.moment == v.Moment && p.until > p.moment {
			return p.vintage(v.Cell, v.Agency)
		}
	}
	return nil
}

// before is the point of the cell published last before the vintage, nil when
// there is none.
func (k *known) before(v *store.Vintage) *point {
	past := k.vintages(v.Cell)
	for i := range slices.Backward(past) {
		if past[i].moment < v.Moment {
			return &past[i]
		}
	}
	return nil
}

// size is how many cells are known.
func (k *known) size() int { return k.cells }

// rescale puts what is known of an indicator into another unit.
func (k *known) rescale(r ledger.Rescaling) {
	for s, points := range k.series {
		if s.Indicator != r.Indicator || s.Measure.Growth() {
			continue
		}
		for i := range points {
			points[i].value = ledger.Shifted(points[i].value, r.Power)
		}
	}
}

// indicators are the codes of which anything is known, in order.
func (k *known) indicators() (codes []string) {
	for s := range k.series {
		codes = append(codes, s.Indicator)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}
