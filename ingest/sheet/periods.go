package sheet

import "github.com/tidemark-stats/tidemark/internal/lang"

// periodWords says how periods are read that by themselves have two readings.
func (s *Survey) periodWords() (all []lang.Text) {
	for _, says := range s.periods.Says() {
		all = append(all, lang.Text{ZH: "时期：" + says.ZH, EN: "periods: " + says.EN})
	}
	return all
}
