//go:build unix

package worker

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/internal/engines"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

var (
	chaosSchedules = flag.Int("chaos.schedules", 2, "how many schedules of accidents TestChaos goes through")
	chaosSeed      = flag.Uint64("chaos.seed", 0, "seed of the first schedule, the next ones have those after it; 0 takes the clock")
)

// The times of a schedule.
const (
	chaosAckWait  = time.Second
	chaosLasts    = 6 * time.Second // accidents begin within it
	chaosTimeout  = time.Second     // of a publisher, so that it sends again while NATS is frozen
	chaosRest     = 200 * time.Millisecond
	chaosCells    = 160 // of the publishers together, from 2001-01 to 2014-04
	chaosSenders  = 2
	chaosMessages = 4000            // of a sender at most
	chaosPatience = 5 * time.Minute // until all is settled, on a busy machine
	chaosAtRandom = 16              // accidents in addition to one kill and one freeze of every process
)

// TestChaos sends figures through NATS, InfluxDB, two workers and an exporter,
// each a process of its own, while by a schedule they are killed (-9, and
// started again) and frozen, for shorter and for longer than the workers'
// acknowledgement may take. At the end every message has to be in exactly one
// place, once, and receipts and the exporter have to say the same of it.
func TestChaos(t *testing.T) {
	seed := *chaosSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixMilli())
	}
	sum := tally{accidents: map[string]int{}}
	t.Run("schedules", func(t *testing.T) {
		for i := range *chaosSchedules {
			t.Run(fmt.Sprint(seed+uint64(i)), func(t *testing.T) {
				t.Parallel()
				happened := newChaos(t, seed+uint64(i)).run()
				t.Log(happened)
				sum.add(happened)
			})
		}
	})
	t.Log(&sum)
}

// tally counts what happened in schedules.
type tally struct {
	mu                                         sync.Mutex
	schedules, messages, resent, rejects, told int
	accidents                                  map[string]int
}

func (s *tally) add(o *tally) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.schedules += o.schedules
	s.messages += o.messages
	s.resent += o.resent
	s.rejects += o.rejects
	s.told += o.told
	for what, n := range o.accidents {
		s.accidents[what] += n
	}
}

func (s *tally) String() string {
	var accidents []string
	for what, n := range s.accidents {
		accidents = append(accidents, fmt.Sprintf("%s %d", what, n))
	}
	slices.Sort(accidents)
	return fmt.Sprintf("%d schedules, %d messages (%d sent again), %d rejects, %d outcomes in receipts; %s",
		s.schedules, s.messages, s.resent, s.rejects, s.told, strings.Join(accidents, ", "))
}

// accident is something that happens to a victim.
type accident struct {
	at     time.Duration // after the beginning
	victim int
	freeze bool          // otherwise it is killed
	lasts  time.Duration // how long it stays frozen or dead
}

// victim is a process that can be killed and frozen.
type victim struct {
	name        string
	pid         func() int
	kill, start func()
	mu          sync.Mutex // one accident at a time
}

// chaos is a site whose parts are processes.
type chaos struct {
	*site
	r        *rand.Rand
	victims  []*victim
	exporter string // its URL
	sent     int
	resent   int
	mu       sync.Mutex
}

func newChaos(t *testing.T, seed uint64) *chaos {
	address := freeAddress(t)
	server := newProcess(t, "nats", envDir+"="+t.TempDir(), envListen+"="+address)
	server.start()
	influx := enginetest.Influx(t, func(o *engines.InfluxOptions) { o.Listen = freeAddress(t) })
	c := &chaos{site: newSiteOn(t, "nats://"+address, influx.URL(), "chaos"), r: rand.New(rand.NewPCG(seed, 0))}
	c.AckWait(chaosAckWait)
	c.bar(influx.URL())
	c.victims = []*victim{{name: "NATS", pid: server.pid, kill: server.kill, start: server.start},
		{name: "InfluxDB", pid: influx.PID, kill: influx.Kill, start: func() { restart(t, influx) }}}
	env := []string{envNATS + "=" + c.URL, envInflux + "=" + c.Influx, envBucket + "=" + c.Bucket}
	for range 2 {
		c.add("worker", env)
	}
	listen := freeAddress(t)
	c.exporter = "http://" + listen
	c.add("exporter", append(env, envListen+"="+listen))
	return c
}

func (c *chaos) add(part string, env []string) {
	p := newProcess(c.T, part, env...)
	p.start()
	c.victims = append(c.victims, &victim{name: part, pid: p.pid, kill: p.kill, start: p.start})
}

// schedule draws the accidents: every process is killed and frozen once, NATS and the
// workers more often.
func (c *chaos) schedule() []accident {
	draw := func(victim int, freeze bool) accident {
		a := accident{at: time.Duration(c.r.Int64N(int64(chaosLasts))), victim: victim, freeze: freeze}
		switch {
		case !freeze:
			a.lasts = time.Duration(c.r.IntN(300)) * time.Millisecond
		case c.r.IntN(2) == 0:
			a.lasts = 50*time.Millisecond + time.Duration(c.r.IntN(500))*time.Millisecond
		default:
			a.lasts = chaosAckWait + time.Duration(100+c.r.IntN(1500))*time.Millisecond
		}
		return a
	}
	var all []accident
	for v := range c.victims {
		all = append(all, draw(v, false), draw(v, true))
	}
	// InfluxDB takes seconds to start, during which the workers can do nothing.
	all[2].at = (chaosLasts + all[2].at) / 2
	for range chaosAtRandom {
		all = append(all, draw([]int{0, 2, 3}[c.r.IntN(3)], c.r.IntN(3) == 0))
	}
	slices.SortFunc(all, func(a, b accident) int { return int(a.at - b.at) })
	return all
}

func (c *chaos) run() *tally {
	accidents := c.schedule()
	sending, stop := context.WithCancel(c.Ctx)
	var senders, all sync.WaitGroup
	for i := range chaosSenders {
		r := rand.New(rand.NewPCG(c.r.Uint64(), 0))
		senders.Go(func() { c.send(sending, r, i) })
	}
	began := time.Now()
	for _, a := range accidents {
		time.Sleep(time.Until(began.Add(a.at))) // the random moment
		all.Go(func() { c.happens(a) })
	}
	all.Wait()
	stop()
	senders.Wait()
	c.Await("the connection to NATS is back", func() bool {
		_, err := c.JS.AccountInfo(c.Ctx)
		return err == nil
	})
	c.IdleWithin(chaosPatience)
	c.wantAccounted()
	if n := int(c.Messages()); n != c.sent {
		c.T.Errorf("%d messages were sent, FIGURES has %d", c.sent, n)
	}
	happened := &tally{schedules: 1, messages: c.sent, resent: c.resent, rejects: len(c.Rejects()), told: c.wantReceipts(), accidents: map[string]int{}}
	c.wantExported()
	for _, a := range accidents {
		happened.accidents[c.victims[a.victim].name+map[bool]string{true: " frozen", false: " killed"}[a.freeze]]++
	}
	return happened
}

// happens carries out an accident.
func (c *chaos) happens(a accident) {
	v := c.victims[a.victim]
	v.mu.Lock()
	defer v.mu.Unlock()
	if a.freeze {
		pid := v.pid()
		sendSignal(c.T, pid, syscall.SIGSTOP)
		time.Sleep(a.lasts)
		sendSignal(c.T, pid, syscall.SIGCONT)
		return
	}
	v.kill()
	time.Sleep(a.lasts)
	v.start()
}

// send publishes messages of the model, so that no cell gets two within a
// millisecond. It repeats each under its id until NATS has confirmed it.
func (c *chaos) send(until context.Context, r *rand.Rand, sender int) {
	round := time.NewTicker(chaosRest) // some thousand messages a second are enough
	defer round.Stop()
	const cells = chaosCells / chaosSenders
	sent, again := 0, 0
	for n := 0; until.Err() == nil && c.Ctx.Err() == nil && sent < chaosMessages; n++ {
		f := randomFigure(r, 1)
		f.Period = f.Period.Add(n%cells*chaosSenders + sender)
		if !f.Period.Start().Before(barred) {
			if r.IntN(4) > 0 {
				continue // a refusal costs a worker ten writes
			}
			// Each says something else: what repeats a figure that InfluxDB
			// refuses can be receipted as unchanged before that is known.
			f = ingesttest.Container(f.Period.String(), fmt.Sprintf("200.%04d", n))
			f.Note = noteBad
		}
		msg := nats.NewMsg(f.Subject("port"))
		msg.Data = f.AppendJSON(nil)
		msg.Header.Set(ingest.HeaderSubmission, fmt.Sprint("sender", sender))
		msg.Header.Set(nats.MsgIdHdr, fmt.Sprint(sender, "-", n))
		for !c.confirmed(msg) {
			again++
		}
		if sent++; sent%cells == 0 {
			<-round.C
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent += sent
	c.resent += again
}

// confirmed publishes a message and reports whether NATS confirmed it.
func (c *chaos) confirmed(msg *nats.Msg) bool {
	ctx, cancel := context.WithTimeout(c.Ctx, chaosTimeout)
	defer cancel()
	_, err := c.JS.PublishMsg(ctx, msg)
	if err != nil && c.Ctx.Err() == nil {
		<-ctx.Done() // NATS is unavailable, and the error came at once
	}
	return err == nil || c.Ctx.Err() != nil
}

// barred is the beginning of the last shard of the cells, in which InfluxDB refuses every
// figure.
var barred = time.Date(2014, 4, 1, 0, 0, 0, 0, time.UTC).Truncate(520 * 7 * 24 * time.Hour)

// bar makes InfluxDB refuse all figures of that shard, by giving a field that
// nobody reads another type there.
func (c *chaos) bar(influx string) {
	line := fmt.Sprintf(`figure,indicator=barred submission=1 %d`, barred.UnixNano())
	resp, err := http.Post(influx+"/write?db="+url.QueryEscape(c.Bucket), "text/plain", strings.NewReader(line))
	if err != nil {
		c.T.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		c.T.Fatal(resp.Status)
	}
}

// wantReceipts asserts that every message has a receipt, and that all receipts
// of a message say what the ledger says.
func (c *chaos) wantReceipts() (told int) {
	c.T.Helper()
	says := map[uint64]string{}
	for seq, d := range c.Decisions() {
		says[seq] = fmt.Sprint(d.Outcome, d.Problem)
	}
	heard := map[uint64]bool{}
	consumer, err := c.JS.OrderedConsumer(c.Ctx, ingest.ReceiptsStream, jetstream.OrderedConsumerConfig{})
	if err != nil {
		c.T.Fatal(err)
	}
	for left := uint64(1); left > 0; {
		msg, err := consumer.Next()
		if err != nil {
			c.T.Fatal(err)
		}
		meta, err := msg.Metadata()
		if err != nil {
			c.T.Fatal(err)
		}
		left = meta.NumPending
		ingesttest.DecodeReceipt(c.T, msg.Data()).Each(func(seq uint64, o ingest.Outcome, p *figure.Problem) {
			told++
			heard[seq] = true
			if got := fmt.Sprint(o, p); got != says[seq] {
				c.T.Errorf("a receipt of message %d says %s, and it is %s", seq, got, says[seq])
			}
		})
	}
	if len(heard) != c.sent {
		c.T.Errorf("%d of %d messages have a receipt", len(heard), c.sent)
	}
	return told
}

// wantExported asserts that the exporter eventually shows the current value of every
// cell, and the newest one on /metrics.
func (c *chaos) wantExported() {
	c.T.Helper()
	current := map[string]string{}
	for _, v := range c.Vintages() { // in the order of their moments
		if current[v.Period.String()] = fmt.Sprintf("%.0f", v.Value); v.Withheld {
			delete(current, v.Period.String())
		}
	}
	var want []string
	for period, value := range current {
		want = append(want, period+" "+value)
	}
	slices.Sort(want)
	var got []string
	defer func() {
		if c.T.Failed() {
			c.T.Logf("the exporter shows\n%s\nwant\n%s", got, want)
		}
	}()
	c.Await("the exporter shows the current value of every cell", func() bool {
		got = c.exported()
		return slices.Equal(got, want)
	})
}

// exported returns the figures that the exporter shows, as "period value".
func (c *chaos) exported() (lines []string) {
	const query = `tidemark_figure{indicator="container_throughput",freq="M"}[40y]`
	body, err := get(c.exporter + "/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		return nil
	}
	var answer struct {
		Data struct {
			Result []struct{ Values [][2]any }
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil
	}
	for _, series := range answer.Data.Result {
		for _, point := range series.Values {
			at, _ := point[0].(float64)
			var value float64
			_, _ = fmt.Sscan(fmt.Sprint(point[1]), &value)
			lines = append(lines, fmt.Sprintf("%s %.0f", time.Unix(int64(at), 0).UTC().Format("2006-01"), value))
		}
	}
	slices.Sort(lines)
	return lines
}

func get(address string) ([]byte, error) {
	client := http.Client{Timeout: 5 * time.Second}
	resp, err := client.Get(address)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}
