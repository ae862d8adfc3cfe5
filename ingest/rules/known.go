package rules

import (
	"hash/maphash"
	"slices"
	"sort"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/store"
)

// Known is what there is already: every vintage of every cell. A worker keeps
// one of all that the ledger says, a reader of files one of the file. It is
// what plausibility is judged by and what tells a revision from a repetition.
// One goroutine uses it at a time.
type Known struct {
	Series map[figure.Series][]Point // ordered by period and moment
	cells  int
	marked map[family]bool // where some figure has, or had, status B
	File   bool            // it is what one file says
	trying bool
	undo   []change // what was changed since try
}

// Point is a vintage. It is kept small because a worker holds one for every
// vintage of the city.
type Point struct {
	Value      float64 // base unit; 0 when withheld
	Moment     int64   // publication, ms since 1970; in a file minus the line
	until      int64   // when it was said last without a change, else the moment
	seq        uint64  // of the message that said it last
	period     int32   // periods since epoch of the series' frequency
	submission uint32  // which one it came with, see submissionHash
	Status     figure.Status
	Withheld   bool
	Opinion    opinion // in a file, of a figure beside the others
}

// change is how to take one step back.
type change struct {
	series figure.Series
	point  Point
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
func (p Point) same(o Point) bool {
	return p.Value == o.Value && p.Withheld == o.Withheld && p.Status == o.Status
}

func pointOf(v *store.Vintage) Point {
	return Point{Value: v.Value, Moment: v.Moment, until: v.Moment, seq: v.Seq, period: v.Period.Ordinal(),
		submission: submissionHash(v.Submission), Status: v.Status, Withheld: v.Withheld}
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
func (p Point) vintage(c figure.Cell, agency string) *store.Vintage {
	return &store.Vintage{Cell: c, Agency: agency, Status: p.Status, Value: p.Value, Withheld: p.Withheld, Moment: p.until, Seq: p.seq}
}

func NewKnown() *Known {
	return &Known{Series: map[figure.Series][]Point{}, marked: map[family]bool{}}
}

// run gives where the points of a period begin and end.
func run(points []Point, period int32) (from, to int) {
	n := len(points)
	if n == 0 || points[n-1].period < period {
		return n, n // figures mostly come in the order of their periods
	}
	from = sort.Search(n, func(i int) bool { return points[i].period >= period })
	for to = from; to < n && points[to].period == period; to++ {
	}
	return from, to
}

// Vintages are the points of a cell in the order of their publication. They
// may be looked at until the next change.
func (k *Known) Vintages(c figure.Cell) []Point {
	points := k.Series[c.Series()]
	from, to := run(points, c.Period.Ordinal())
	return points[from:to]
}

// Current is the cell's newest point.
func (k *Known) Current(c figure.Cell) (Point, bool) {
	points := k.Vintages(c)
	if len(points) == 0 {
		return Point{}, false
	}
	return points[len(points)-1], true
}

// Put makes p known as a point of the cell.
func (k *Known) Put(c figure.Cell, p Point) {
	p.period = c.Period.Ordinal()
	k.add(c.Series(), p)
}

// add makes p known, in the place of a point of the same moment.
func (k *Known) add(s figure.Series, p Point) {
	points := k.Series[s]
	from, to := run(points, p.period)
	at := to
	for at > from && points[at-1].Moment >= p.Moment {
		at--
	}
	if at < to && points[at].Moment == p.Moment {
		k.alter(s, &points[at], p)
		return
	}
	if from == to {
		k.cells++
	}
	k.Series[s] = slices.Insert(points, at, p)
	k.record(s, p, added)
}

// remove takes the point of a moment back.
func (k *Known) remove(s figure.Series, period int32, moment int64) {
	points := k.Series[s]
	from, to := run(points, period)
	for at := from; at < to; at++ {
		if points[at].Moment != moment {
			continue
		}
		if to-from == 1 {
			k.cells--
		}
		k.record(s, points[at], removed)
		k.Series[s] = slices.Delete(points, at, at+1)
		return
	}
}

func (k *Known) alter(s figure.Series, to *Point, p Point) {
	k.record(s, *to, altered)
	*to = p
}

func (k *Known) record(s figure.Series, p Point, kind changeKind) {
	if p.Status == figure.SeriesBreak {
		k.marked[familyOf(s)] = true
	}
	if k.trying {
		k.undo = append(k.undo, change{s, p, kind})
	}
}

// Try begins changes that may have to be taken back, until commit or rollBack.
func (k *Known) Try() { k.trying, k.undo = true, k.undo[:0] }

// Commit lets the changes stand.
func (k *Known) Commit() { k.trying = false }

// RollBack takes all changes since try back.
func (k *Known) RollBack() {
	k.trying = false
	for _, c := range slices.Backward(k.undo) {
		if c.kind == added {
			k.remove(c.series, c.point.period, c.point.Moment)
		} else {
			k.add(c.series, c.point)
		}
	}
}

// place decides where a vintage that is not stored yet stands among those of
// its cell, which may move its moment, and what it is to them. A live figure
// comes after all that is known of the cell, whatever the clock of the server
// did in between; no two vintages share a moment.
func (k *Known) place(v *store.Vintage, live bool) (o ledger.Outcome, restated *store.Vintage) {
	past := k.Vintages(v.Cell)
	if len(past) == 0 {
		return ledger.Written, nil
	}
	if live {
		v.Moment = max(v.Moment, past[len(past)-1].until+1)
	}
	for i := 0; i < len(past); i++ {
		if past[i].Moment == v.Moment || past[i].until == v.Moment {
			v.Moment++
			i = -1 // it may be that of another now
		}
	}
	at := 0 // how many come before it
	for at < len(past) && past[at].Moment < v.Moment {
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

// Apply makes known what was decided.
func (k *Known) Apply(kind ledger.Kind, d *ledger.Decision) {
	v := &d.Vintage
	if v.Period.IsZero() {
		return // refused by a rule
	}
	s := v.Series()
	switch {
	case kind == ledger.Amendment:
		k.remove(s, v.Period.Ordinal(), v.Moment)
	case d.Outcome == ledger.Unchanged:
		if before := k.before(v); before != nil && before.until < v.Moment {
			again := *before
			again.until, again.seq = v.Moment, v.Seq
			k.alter(s, before, again)
		}
	default:
		if before := k.before(v); before != nil && before.until > v.Moment {
			once := *before
			once.until = once.Moment
			k.alter(s, before, once)
		}
		k.add(s, pointOf(v))
	}
	if d.Restated != nil {
		k.add(s, pointOf(d.Restated))
	}
}

// SaidAgain is the vintage that has to be stored in the place of v, which was
// not: the last of those that said the same and were therefore not stored. Nil
// when there is none.
func (k *Known) SaidAgain(v *store.Vintage) *store.Vintage {
	for _, p := range k.Vintages(v.Cell) {
		if p.Moment == v.Moment && p.until > p.Moment {
			return p.vintage(v.Cell, v.Agency)
		}
	}
	return nil
}

// before is the point of the cell published last before the vintage, nil when
// there is none.
func (k *Known) before(v *store.Vintage) *Point {
	past := k.Vintages(v.Cell)
	for i := range slices.Backward(past) {
		if past[i].Moment < v.Moment {
			return &past[i]
		}
	}
	return nil
}

// Size is how many cells are known.
func (k *Known) Size() int { return k.cells }

// Rescale puts what is known of an indicator into another unit.
func (k *Known) Rescale(r ledger.Rescaling) {
	for s, points := range k.Series {
		if s.Indicator != r.Indicator || s.Measure.Growth() {
			continue
		}
		for i := range points {
			points[i].Value = ledger.Shifted(points[i].Value, r.Power)
		}
	}
}

// Indicators are the codes of which anything is known, in order.
func (k *Known) Indicators() (codes []string) {
	for s := range k.Series {
		codes = append(codes, s.Indicator)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}
