package ingest

import (
	"slices"
	"sort"
	"sync"

	"github.com/tidemark-stats/tidemark/figure"
)

// known is what there is already: the current value of every cell. A worker
// keeps one of all that InfluxDB holds, a reader of files one of the file.
// It is what plausibility is judged by and what tells a revision from a
// repetition.
type known struct {
	mu     sync.RWMutex
	series map[figure.Series][]point // ordered by period
}

// point is a cell's current value. It is kept small because a worker holds
// one for every cell of the city.
type point struct {
	value    float64 // base unit; 0 when withheld
	moment   int64   // publication, ms since 1970; in a file the line
	period   int32   // periods since epoch of the series' frequency
	status   figure.Status
	withheld bool
}

// same tells whether two publications say the same.
func (p point) same(o point) bool {
	return p.value == o.value && p.withheld == o.withheld && p.status == o.status
}

func newKnown() *known { return &known{series: map[figure.Series][]point{}} }

// ordinal places p among the periods of its frequency.
func ordinal(p figure.Period) int32 {
	return int32(p.Year()*p.Frequency().PerYear() + p.Number() - 1)
}

// put makes p the cell's current value unless a later publication is known.
// It gives what was current before.
func (k *known) put(c figure.Cell, p point) (before point, existed bool) {
	p.period = ordinal(c.Period)
	k.mu.Lock()
	defer k.mu.Unlock()
	s := c.Series()
	points := k.series[s]
	i := search(points, p.period)
	if i < len(points) && points[i].period == p.period {
		before = points[i]
		if p.moment >= before.moment {
			points[i] = p
		}
		return before, true
	}
	k.series[s] = slices.Insert(points, i, p)
	return point{}, false
}

// forget takes a value back that was put and could not be stored.
func (k *known) forget(c figure.Cell, moment int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := c.Series()
	points, n := k.series[s], ordinal(c.Period)
	if i := search(points, n); i < len(points) && points[i].period == n && points[i].moment == moment {
		k.series[s] = slices.Delete(points, i, i+1)
	}
}

// get is the cell's current value.
func (k *known) get(c figure.Cell) (point, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	points := k.series[c.Series()]
	n := ordinal(c.Period)
	if i := search(points, n); i < len(points) && points[i].period == n {
		return points[i], true
	}
	return point{}, false
}

func search(points []point, period int32) int {
	if n := len(points); n == 0 || points[n-1].period < period {
		return n // figures mostly come in the order of their periods
	}
	return sort.Search(len(points), func(i int) bool { return points[i].period >= period })
}

// reach is how many periods of the same season or beside the cell are asked
// for on either side.
const reach = 2

// neighbours gives the values a cell is compared with: those next to it and
// those of the same season in other years, up to reach on either side. A
// year-to-date is counted as its mean period, because it grows with the
// year. Values that are not positive tell nothing about magnitude.
func (k *known) neighbours(c figure.Cell, buf []float64) []float64 {
	k.mu.RLock()
	defer k.mu.RUnlock()
	points := k.series[c.Series()]
	n, perYear := ordinal(c.Period), int32(c.Period.Frequency().PerYear())
	add := func(i int) {
		p := points[i]
		if p.withheld || p.value <= 0 || p.period == n {
			return
		}
		if c.Measure == figure.YTD {
			p.value /= float64(p.period%perYear + 1)
		}
		buf = append(buf, p.value)
	}
	at := search(points, n)
	after := at
	if after < len(points) && points[after].period == n {
		after++
	}
	lo, hi := max(0, at-reach), min(len(points), after+reach)
	for i := lo; i < hi; i++ {
		add(i)
	}
	for years := int32(-reach); years <= reach; years++ {
		season := n + years*perYear
		if i := search(points, season); years != 0 && i < len(points) && points[i].period == season && (i < lo || i >= hi) {
			add(i)
		}
	}
	return buf
}

// size is how many cells are known.
func (k *known) size() int {
	k.mu.RLock()
	defer k.mu.RUnlock()
	n := 0
	for _, points := range k.series {
		n += len(points)
	}
	return n
}
