package worker

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A model of how a message is decided on and settled (decide.go, amend.go,
// settle.go): judge, append to the ledger, write, reject, receipt, acknowledge.
// The message is delivered to two workers at the same time. What they know may
// differ, so that either may want to write or to refuse it. If one of them dies, the
// message is delivered to a third. All interleavings are explored, step by step:
//
//   - a worker dies at any point;
//   - a request to NATS or InfluxDB is executed at any later moment, even after
//     its sender has died, or never; its answer is lost, or comes too late;
//   - a message whose acknowledgement was not confirmed is redelivered;
//   - InfluxDB accepts the point, or permanently refuses it.
//
// The model assumes:
//
//   - NATS stores a message after the expected last one or not at all, and
//     forgets nothing that it has confirmed (a killed server does not; a
//     machine that loses power may, see sync_interval);
//   - InfluxDB never accepts a point that it has permanently refused, nor the other
//     way round; the variant fickle shows that this is needed. Writing a point
//     twice has no effect;
//   - the ledger is read in order and without gaps.
//
// The model has one message. It leaves out what a decision says about other
// messages (Restated).

// verdict is a decision, or the amendment of one.
type verdict uint8

const (
	none verdict = iota
	write
	refuse
	amended // refused by InfluxDB
)

// A delivery is at a step while the request of that step is under way: what a worker
// does between two requests affects nothing else.
type modelStep uint8

const (
	waits modelStep = iota // the third delivery before it happens
	finds                  // reads the ledger
	appends
	writes
	amends
	rejects
	receipts
	acks
	done
	dead
)

// request is a request that may still be under way after its sender has given it up.
type request struct {
	step    modelStep // waits means none
	entry   verdict
	expects uint8 // the expected last entry, in requests to the ledger
}

type modelAnswer uint8

const (
	yes  modelAnswer = iota
	no               // a conflict, or the refusal of InfluxDB
	lost             // whether or not the request was executed
)

// delivery is the message while a worker processes it.
type delivery struct {
	at   modelStep
	own  verdict // what the worker would decide by what it knows
	read uint8   // number of ledger entries read
	hand verdict // the decision it acts on
	late request
}

// world is the state of the whole system.
type world struct {
	ledger                                             [3]verdict
	entries                                            uint8
	barred                                             bool // InfluxDB refuses the point
	written, rejected, toldWritten, toldRefused, acked bool
	deliveries                                         [3]delivery
}

// variant is the protocol, possibly with a planted fault.
type variant struct {
	order  []modelStep // of the steps of settling
	own    bool        // acts on its own judgement, ignoring the ledger
	blind  bool        // appends whatever the last entry is
	deaf   bool        // assumes that an append succeeded whose answer was lost
	stale  bool        // acts on its own draft although another entry came first
	silent bool        // rejects what InfluxDB refuses without an amendment
	fickle bool        // InfluxDB may refuse a point now and accept it later
}

var rightOrder = []modelStep{writes, rejects, receipts, acks}

// next returns the step after another.
func (v *variant) next(step modelStep) modelStep {
	if at := slices.Index(v.order, step); at+1 < len(v.order) {
		return v.order[at+1]
	}
	return done
}

// decision returns the decision after the first n entries of the ledger.
func (w *world) decision(n uint8) verdict {
	if n == 0 {
		return none
	}
	return w.ledger[n-1]
}

// The violations of invariants, which must hold in every state, not only at the end.
// Redeliveries, other workers and a replay rely on those of the ledger.
const (
	both          = "written and rejected"
	contradiction = "receipts contradict each other"
	toldTooEarly  = "told what is not done yet"
	notSettled    = "acknowledged and not settled"
	notTold       = "acknowledged without a receipt"
	ledgerWrong   = "the ledger says otherwise"
	unfinished    = "all come to an end and it is not acknowledged"
)

// wrong names the invariants that do not hold.
func (w *world) wrong() (out []string) {
	decision := w.decision(w.entries)
	for _, c := range []struct {
		holds bool
		what  string
	}{
		{!w.written || !w.rejected, both},
		{!w.toldWritten || !w.toldRefused, contradiction},
		{(!w.toldWritten || w.written) && (!w.toldRefused || w.rejected), toldTooEarly},
		{!w.acked || w.written || w.rejected, notSettled},
		{!w.acked || w.toldWritten || w.toldRefused, notTold},
		{!w.rejected || decision == refuse || decision == amended, ledgerWrong},
		{!w.written || decision == write, ledgerWrong},
	} {
		if !c.holds {
			out = append(out, c.what)
		}
	}
	return out
}

// turn is something that happens.
type turn struct {
	who  int
	step modelStep
	what string
	to   world
}

func (t *turn) String() string { return fmt.Sprint(t.who, " ", names[t.step], t.what) }

// turns are all that can happen next.
func (v *variant) turns(w world) []turn {
	var out []turn
	for i := range w.deliveries {
		d := w.deliveries[i]
		can := func(step modelStep, what string, change func(*world, *delivery)) {
			to := w
			change(&to, &to.deliveries[i])
			out = append(out, turn{i, step, what, to})
		}
		if d.late.step != waits {
			for _, refusing := range v.refuses(&w) {
				can(d.late.step, " late", func(w *world, d *delivery) { w.do(v, d.late, refusing); d.late = request{} })
			}
			can(d.late.step, " is lost after all", func(_ *world, d *delivery) { d.late = request{} })
		}
		switch {
		case d.at == waits:
			if !w.acked && (w.deliveries[0].at == dead || w.deliveries[1].at == dead) {
				can(waits, "is delivered", func(_ *world, d *delivery) { d.at = finds })
			}
			continue
		case d.at == done || d.at == dead:
			continue
		}
		r := d.request()
		for _, refusing := range v.refuses(&w) {
			can(d.at, "", func(w *world, d *delivery) { v.goOn(w, d, w.do(v, r, refusing)) })
			can(d.at, ", answer lost", func(w *world, d *delivery) { w.do(v, r, refusing); v.goOn(w, d, lost) })
		}
		can(d.at, " is lost", func(w *world, d *delivery) { v.goOn(w, d, lost) })
		if d.late.step == waits {
			can(d.at, " takes too long", func(w *world, d *delivery) { d.late = r; v.goOn(w, d, lost) })
		}
		if i < 2 { // the third one lives, so that there is an end
			can(d.at, " and dies, lost", func(_ *world, d *delivery) { *d = delivery{at: dead, late: d.late} })
			if d.late.step == waits {
				can(d.at, " and dies", func(_ *world, d *delivery) { *d = delivery{at: dead, late: r} })
			}
		}
	}
	return out
}

var names = [...]string{finds: "finds", appends: "appends", writes: "writes", amends: "amends", rejects: "rejects", receipts: "receipts", acks: "acks"}

// refuses returns whether InfluxDB refuses the point now; two values if both are
// possible.
func (v *variant) refuses(w *world) []bool {
	if v.fickle {
		return []bool{true, false}
	}
	return []bool{w.barred}
}

// request returns the request of the current step.
func (d *delivery) request() request {
	switch d.at {
	case appends:
		return request{appends, d.own, d.read}
	case amends:
		return request{amends, amended, d.read}
	case receipts:
		return request{step: receipts, entry: d.hand}
	}
	return request{step: d.at}
}

// do executes a request at its receiver.
func (w *world) do(v *variant, r request, refusing bool) modelAnswer {
	switch r.step {
	case appends, amends:
		if r.expects != w.entries && !v.blind || int(w.entries) == len(w.ledger) {
			return no
		}
		w.ledger[w.entries] = r.entry
		w.entries++
	case writes:
		if refusing {
			return no
		}
		w.written = true
	case rejects:
		w.rejected = true
	case receipts:
		w.toldWritten = w.toldWritten || r.entry == write
		w.toldRefused = w.toldRefused || r.entry != write
	case acks:
		w.acked = true
	}
	return yes
}

// goOn processes an answer and moves the delivery to its next request.
func (v *variant) goOn(w *world, d *delivery, got modelAnswer) {
	switch {
	case d.at == finds && got == lost:
	case d.at == finds:
		if d.read, d.hand = w.entries, w.decision(w.entries); v.own {
			d.hand = d.own
		}
		if d.at = appends; d.hand != none {
			v.enter(d, v.order[0])
		}
	case d.at == appends:
		d.at = finds
		if got == yes || got == no && v.stale || got == lost && v.deaf {
			d.read, d.hand = d.read+1, d.own
			v.enter(d, v.order[0])
		}
	case d.at == amends: // reads the ledger until it is there, its own or another's
		if d.read = w.entries; w.decision(d.read) == amended {
			d.hand = amended
			v.enter(d, v.next(writes))
		}
	case d.at == writes && got == no && v.silent:
		d.hand = amended
		v.enter(d, v.next(writes))
	case d.at == writes && got == no:
		d.at = amends
	case d.at == acks && got == lost: // the message is redelivered
		*d = delivery{at: finds, own: d.own, late: d.late}
	case got == yes:
		v.enter(d, v.next(d.at))
	}
}

// enter begins a step of settling, or the next one that has something to do.
func (v *variant) enter(d *delivery, step modelStep) {
	for step == writes && d.hand != write || step == rejects && d.hand == write {
		step = v.next(step)
	}
	if d.at = step; step == done {
		*d = delivery{at: done, late: d.late}
	}
}

// explore visits all states until it finds one of the faults. It returns the number of
// states seen, and how the fault comes about.
func (v variant) explore(faults ...string) (states int, found string) {
	if v.order == nil {
		v.order = rightOrder
	}
	seen := map[world]bool{}
	var all []turn
	var from []int
	reach := func(t turn, before int) {
		if !seen[t.to] {
			seen[t.to] = true
			all, from = append(all, t), append(from, before)
		}
	}
	for n := range 16 {
		first := world{barred: n&8 != 0}
		for i := range first.deliveries {
			first.deliveries[i].own = write + verdict(n>>i&1)
		}
		first.deliveries[0].at, first.deliveries[1].at = finds, finds
		reach(turn{what: fmt.Sprintf("InfluxDB refuses: %t", first.barred), to: first}, -1)
	}
	for at := 0; at < len(all); at++ {
		turns, wrong := v.turns(all[at].to), all[at].to.wrong()
		if len(turns) == 0 && !all[at].to.acked {
			wrong = append(wrong, unfinished)
		}
		for _, what := range wrong {
			if !slices.Contains(faults, what) {
				continue
			}
			path := []string{what}
			for ; at >= 0; at = from[at] {
				path = append(path, all[at].String())
			}
			slices.Reverse(path)
			return len(all), strings.Join(path, "; ")
		}
		for _, t := range turns {
			reach(t, at)
		}
	}
	return len(all), ""
}

func TestNoInterleavingAndNoCrashEndsInBoth(t *testing.T) {
	t.Parallel()
	states, found := variant{}.explore(both, contradiction, toldTooEarly, notSettled, notTold, ledgerWrong, unfinished)
	if found != "" {
		t.Error(found)
	}
	t.Logf("%d states", states)
}

func TestTheModelFindsEveryPlantedFault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		variant
		name   string
		faults []string // all of which it leads to
	}{
		{variant{own: true}, "acts on its own judgement", []string{both, contradiction}},
		{variant{blind: true}, "appends without expecting the last entry", []string{both, contradiction}},
		{variant{stale: true}, "acts on its draft although another entry came first", []string{both, contradiction}},
		{variant{deaf: true}, "takes an append for done whose answer was lost", []string{both, contradiction}},
		{variant{order: []modelStep{acks, writes, rejects, receipts}}, "acknowledges before the write", []string{notSettled}},
		{variant{order: []modelStep{writes, rejects, acks, receipts}}, "acknowledges before the receipt", []string{notTold}},
		{variant{order: []modelStep{writes, receipts, rejects, acks}}, "receipts before the reject", []string{toldTooEarly}},
		{variant{order: []modelStep{receipts, writes, rejects, acks}}, "receipts before the write", []string{toldTooEarly, contradiction}},
		{variant{silent: true}, "rejects without an amendment in the ledger", []string{ledgerWrong}},
		{variant{fickle: true}, "InfluxDB takes a point that it has refused", []string{both, contradiction}},
	} {
		for _, fault := range c.faults {
			t.Run(c.name+": "+fault, func(t *testing.T) {
				t.Parallel()
				states, found := c.explore(fault)
				if found == "" {
					t.Errorf("not found in %d states", states)
				}
				t.Logf("%d states: %s", states, found)
			})
		}
	}
}
