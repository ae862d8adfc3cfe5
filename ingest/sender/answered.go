package sender

import (
	"cmp"
	"context"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
)

// answered looks up whether a figure that needs confirmation was accepted before.
type answered struct {
	nc               *nats.Conn
	figures, rejects jetstream.Stream // nil until first used
	misses           int
}

// before reports whether the last figure sent for the row's cell has exactly this
// value and was not refused: then it was confirmed or believed, and need not be
// confirmed again. It returns false when that cannot be looked up, and stops
// looking after many misses, because then the whole file is wrong.
func (a *answered) before(ctx context.Context, row *judgedRow) bool {
	if a.misses == maxFindings || !a.open(ctx) {
		return false
	}
	if a.sentLast(ctx, row) {
		return true
	}
	a.misses++
	return false
}

// open opens the streams. It drops an error, which sending figures will report.
func (a *answered) open(ctx context.Context) bool {
	if a.figures != nil {
		return true
	}
	js, err := jetstream.New(a.nc)
	if err != nil {
		return false
	}
	figures, err := js.Stream(ctx, ingest.FiguresStream)
	rejects, missing := js.Stream(ctx, ingest.RejectsStream)
	if cmp.Or(err, missing) != nil {
		return false
	}
	a.figures, a.rejects = figures, rejects
	return true
}

func (a *answered) sentLast(ctx context.Context, row *judgedRow) bool {
	last, err := a.figures.GetLastMsgForSubject(ctx, row.Figure.Subject(row.Agency))
	if err != nil {
		return false
	}
	sent, err := figure.Decode(last.Data)
	if err != nil || sent.Withheld || sent.Unit != row.Figure.Unit || sent.Value.Cmp(row.Figure.Value) != 0 {
		return false
	}
	reject, _, err := ingest.FindReject(ctx, a.rejects, last.Subject, last.Sequence)
	return err == nil && reject == nil
}
