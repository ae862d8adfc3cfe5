package verdict

import (
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// PeriodName names a period as a bulletin does: 2024年6月, June 2024.
func PeriodName(p figure.Period) lang.Text { return dated(p) }

// ToDateName names the time from the beginning of a year to the end of a period:
// 2024年1—6月, January to June 2024.
func ToDateName(p figure.Period) lang.Text { return toDate(p) }

// AmountInText is an Amount as it stands in a sentence: 3530.08万TEU, 35.3 million
// TEU.
func AmountInText(i *catalog.Indicator, m figure.Measure, v float64) lang.Text {
	return compact(Amount(i, m, v))
}
