package sheet

// periodWords say how periods are read that alone could be read in two ways.
func (s *Survey) periodWords() (all []Words) {
	for _, says := range s.periods.Says() {
		all = append(all, Words{"时期：" + says.ZH, "periods: " + says.EN})
	}
	return all
}
