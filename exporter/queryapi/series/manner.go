package series

import (
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/figure"
)

// The labels that say how to view figures rather than which ones.
const (
	asOfLabel    = "as_of"
	scaleLabel   = "scale"
	scaleDisplay = "display"    // the display unit in Chinese: 万TEU
	scaleEnglish = "display_en" // the one in English: million TEU
	basisLabel   = "basis"
)

// scales lists both.
var scales = []string{scaleDisplay, scaleEnglish}

// CheckSelector refuses invalid values of as_of, scale and basis. zone is the time
// zone of the days in as_of.
func CheckSelector(matchers []*labels.Matcher, zone *time.Location) error {
	_, err := mannerOf(matchers, zone)
	return err
}

// manner is how a selector views figures.
type manner struct {
	asOf  string       // as written in the query; empty if absent
	known time.Time    // publications up to this time count; zero: all
	scale string       // of amounts: one of scales; empty: base units
	basis derive.Basis // only figures with this basis; empty: all
	rest  []*labels.Matcher

	histories map[place]*derive.History // as known then, of the most recently used places; for one goroutine
}

// mannerOf removes the labels of this package from a selector and reads them.
// zone is the time zone of the days in as_of.
func mannerOf(matchers []*labels.Matcher, zone *time.Location) (m manner, err error) {
	for _, matcher := range matchers {
		switch {
		case matcher.Name != asOfLabel && matcher.Name != scaleLabel && matcher.Name != basisLabel:
			m.rest = append(m.rest, matcher)
		case matcher.Type != labels.MatchEqual:
			return m, fmt.Errorf("the label %s accepts only =, not %s: a selector views figures in one way", matcher.Name, matcher.Type)
		case matcher.Value == "":
		case matcher.Name == asOfLabel:
			m.asOf = matcher.Value
			if m.known, err = lastMoment(matcher.Value, zone); err != nil {
				return m, err
			}
		case matcher.Name == basisLabel:
			if m.basis = derive.Basis(matcher.Value); !slices.Contains(derive.Bases(), m.basis) {
				return m, fmt.Errorf("%s=%q is not a basis: write one of %v, or leave it out for all", basisLabel, matcher.Value, derive.Bases())
			}
		case !slices.Contains(scales, matcher.Value):
			return m, fmt.Errorf("%s=%q is not a scale: write %s=%q, or %q for English, or leave it out for base units", scaleLabel, matcher.Value, scaleLabel, scaleDisplay, scaleEnglish)
		default:
			m.scale = matcher.Value
		}
	}
	return m, nil
}

// rests reports whether the manner includes figures with that basis.
func (m *manner) rests(on derive.Basis) bool { return m.basis == "" || m.basis == on }

// lastMoment is the last time that counts: the end of the given day, or the
// given time itself.
func lastMoment(text string, zone *time.Location) (time.Time, error) {
	if day, ok := figure.ParseDay(text); ok {
		return day.End(zone).Add(-time.Millisecond), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.IsZero() { // the zero time would mean now
		return time.Time{}, fmt.Errorf("%s=%q is not a day: write it like %s=\"2024-03-01\", or a moment like \"2024-03-01T09:00:00+08:00\"", asOfLabel, text, asOfLabel)
	}
	return at, nil
}

func basisNames() (all []string) {
	for _, b := range derive.Bases() {
		all = append(all, string(b))
	}
	slices.Sort(all)
	return all
}
