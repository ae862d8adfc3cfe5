package figure

import (
	"fmt"

	"github.com/tidemark-stats/tidemark/internal/lang"
)

// quarters are the Chinese numerals of the quarters.
var quarters = [...]string{"一", "二", "三", "四"}

// Name is the period as people write it in tables and charts: 2025年12月,
// 2025年四季度, 2025年; Dec 2025, 2025 Q4, 2025. It is empty for the zero
// period.
func (p Period) Name() lang.Text {
	switch p.freq {
	case Monthly:
		return lang.Text{ZH: fmt.Sprintf("%d年%d月", p.Year(), p.Number()), EN: p.Start().Format("Jan 2006")}
	case Quarterly:
		return lang.Text{ZH: fmt.Sprintf("%d年%s季度", p.Year(), quarters[p.Number()-1]), EN: fmt.Sprintf("%d Q%d", p.Year(), p.Number())}
	case Annual:
		return lang.Text{ZH: fmt.Sprintf("%d年", p.Year()), EN: Year(p.Year()).String()}
	}
	return lang.Text{}
}
