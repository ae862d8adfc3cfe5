package rules

// notes are the notes of the known figures. Most figures have none, and many of the
// others have the same, so a vintage has its number: 0 for none.
type notes struct {
	texts   []string
	numbers map[string]uint32
}

func (n *notes) number(note string) uint32 {
	if note == "" {
		return 0
	}
	number, known := n.numbers[note]
	if !known {
		if n.numbers == nil {
			n.numbers = map[string]uint32{}
		}
		n.texts = append(n.texts, note)
		number = uint32(len(n.texts))
		n.numbers[note] = number
	}
	return number
}

func (n *notes) text(number uint32) string {
	if number == 0 {
		return ""
	}
	return n.texts[number-1]
}
