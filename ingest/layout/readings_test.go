package layout

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/tidemark-stats/tidemark/figure"
)

func TestANumberThatIsPassedOverIsNoPeriodInAnyForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`-?[0-9]{1,10}(\.[0-9]{0,6})?`).Draw(t, "number")
		if number(digits) && len(figure.Readings(digits)) > 0 {
			t.Errorf("%s is %v", strconv.Quote(digits), figure.Readings(digits))
		}
	})
}
