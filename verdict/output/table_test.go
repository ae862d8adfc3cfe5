package output_test

import (
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict"
	"github.com/tidemark-stats/tidemark/verdict/output"
)

func TestATableSaysWhatAValueRestsOn(t *testing.T) {
	goal, ok := catalog.Ningbo().Target("port_2027_containers")
	if !ok {
		t.Fatal("no target")
	}
	state := verdict.State{Target: goal, Category: figure.Total, Period: figure.Year(2023), Value: verdict.Number{Value: 35300800, Known: true}}
	for _, c := range []struct {
		set    func(*verdict.State)
		zh, en string
	}{
		{func(*verdict.State) {}, "3530.08 万TEU (2023)", "35.3 million TEU (2023)"},
		{func(s *verdict.State) { s.Derived = true }, "3530.08 万TEU (2023, 推算)", "35.3 million TEU (2023, derived)"},
		{func(s *verdict.State) { s.Derived, s.Estimated = true, true }, "3530.08 万TEU (2023, 估计)", "35.3 million TEU (2023, estimated)"},
		{func(s *verdict.State) { s.Imputed = true }, "3530.08 万TEU (2023, 插补)", "35.3 million TEU (2023, imputed)"},
	} {
		s := state
		c.set(&s)
		for l, want := range map[lang.Language]string{lang.Chinese: c.zh, lang.English: c.en} {
			var b strings.Builder
			if err := (output.Printer{Language: l}).Table(&b, []verdict.State{s}); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(b.String(), want) {
				t.Errorf("there is no %q in\n%s", want, b.String())
			}
		}
	}
}
