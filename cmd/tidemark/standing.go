package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/tidemark-stats/tidemark/figure"
)

// standing is a flag by which a sender stands by implausible values, with or without
// the reason: --confirm, --confirm=REASON.
type standing struct {
	Confirmed bool
	Reason    string
}

// IsBool makes kong accept the flag without a value.
func (*standing) IsBool() bool { return true }

// Decode reads the flag, as kong asks.
func (s *standing) Decode(ctx *kong.DecodeContext) error {
	text := "true"
	if ctx.Scan.Peek().Type == kong.FlagValueToken {
		text = strings.TrimSpace(fmt.Sprint(ctx.Scan.Pop().Value))
	}
	var f figure.Figure
	if err := f.SetField("confirmed", text); err != nil {
		return fmt.Errorf("the reason %q is a single word or too long; say in a few words why the values are right", text)
	}
	s.Confirmed, s.Reason = f.Confirmed, f.Reason
	return nil
}
