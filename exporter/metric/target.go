package metric

import (
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict"
)

// TargetNumber is a metric that is one number from a target's state.
type TargetNumber struct {
	Family
	Of func(*verdict.State) verdict.Number
	// Amount is true if the number is in the target's unit.
	Amount bool
}

// The metrics of targets.
var (
	TargetInfo      = Family{"tidemark_target_info", "Names and properties of a target."}
	TargetSentence  = Family{"tidemark_target_sentence_info", "Where a target stands, in one sentence of numbers; it changes only with them."}
	TargetVerdict   = Family{"tidemark_target_verdict", "The verdict on a target: 1 for the one that holds, 0 for the others."}
	TargetRegressed = Family{"tidemark_target_regressed", "Whether a target was met until figures were revised (1) or not (0)."}

	TargetNumbers = []TargetNumber{
		{Family{"tidemark_target_value", "The value a target has reached, in the base unit: the year to date within the year of its deadline, else the newest."},
			func(s *verdict.State) verdict.Number { return s.Value }, true},
		{Family{"tidemark_target_goal", "The value a target is to reach or to keep, in the base unit."},
			func(s *verdict.State) verdict.Number { return s.Goal }, true},
		{Family{"tidemark_target_plan", "The value a target should have by now, in the base unit."},
			func(s *verdict.State) verdict.Number { return s.Plan }, true},
		{Family{"tidemark_target_attainment_ratio", "Value over goal of a target; goal over value where lower is better."},
			func(s *verdict.State) verdict.Number { return s.Attainment }, false},
		{Family{"tidemark_target_calendar_pace_ratio", "The elapsed part of the time for a target, to compare with its attainment: of the year, of the years since its base, or of the years that add up."},
			func(s *verdict.State) verdict.Number { return s.Calendar }, false},
		{Family{"tidemark_target_projection", "The value a target is projected to end at, in the base unit."},
			func(s *verdict.State) verdict.Number { return s.Projection }, true},
		{Family{"tidemark_target_projection_low", "The lower end of the projection's band."},
			func(s *verdict.State) verdict.Number { return s.Low }, true},
		{Family{"tidemark_target_projection_high", "The upper end of the projection's band."},
			func(s *verdict.State) verdict.Number { return s.High }, true},
		{Family{"tidemark_target_required_per_period", "What each remaining period must contribute to reach a target, in the base unit."},
			func(s *verdict.State) verdict.Number { return s.Required }, true},
	}
)

// TargetLabels returns the labels of a target's metrics.
func TargetLabels(s *verdict.State) Labels {
	return Labels{"area", s.Target.Area.Code, "category", s.Category, "indicator", s.Target.Indicator.Code, "target", s.Target.ID}
}

// VerdictLabels returns the labels of TargetVerdict.
func VerdictLabels(s *verdict.State, v verdict.Verdict) Labels {
	return TargetLabels(s).With("verdict", string(v))
}

// TargetSentenceLabels returns the labels of TargetSentence.
func TargetSentenceLabels(s *verdict.State, said lang.Text) Labels {
	t := s.Target
	return Labels{"area", t.Area.Code, "category", s.Category, "indicator", t.Indicator.Code, "sentence_en", said.EN, "sentence_zh", said.ZH, "target", t.ID}
}

// TargetInfoLabels returns the labels of TargetInfo.
func TargetInfoLabels(s *verdict.State) Labels {
	t := s.Target
	deadline := ""
	if !s.Deadline.IsZero() {
		deadline = s.Deadline.String()
	}
	unit := t.Indicator.UnitOf(t.Measure).Code
	if t.PerDay {
		unit += "/d"
	}
	return Labels{"area", t.Area.Code, "category", s.Category, "deadline", deadline, "indicator", t.Indicator.Code,
		"kind", string(t.Kind), "name_en", t.Name.EN, "name_zh", t.Name.ZH, "target", t.ID, "unit", unit}
}
