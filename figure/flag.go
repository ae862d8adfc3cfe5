package figure

// Flag is the meaning of a sender's mark next to a value or in its place.
type Flag struct {
	Status Status
	Zero   bool // the mark means a value of zero: none at all, or too little to show
}

// Flags maps the marks of one sender, as it writes them (p, (D), *), to their
// meanings. A letter means different things at different statistical offices.
type Flags map[string]Flag

// maxFlag is the longest mark, in bytes.
const maxFlag = 16

// ParseFlag reads the meaning of a mark: a status, or 0 for a mark that means
// the value zero. The error is a *Problem.
func ParseFlag(s string) (Flag, error) {
	if s == "0" {
		return Flag{Status: Normal, Zero: true}, nil
	}
	status, err := ParseStatus(s)
	if s == "" || err != nil {
		return Flag{}, &Problem{Code: "figure/status", Field: "status", Text: s, Reason: "is not an SDMX observation status",
			Hint: "write A (normal), P (provisional), E (estimated), Q (withheld) or another code of CL_OBS_STATUS, or 0 for a mark that means zero"}
	}
	return Flag{Status: status}, nil
}

// Of is the flag of a mark, or the combined flag of several marks written
// together: bp is a provisional value after a break. ok is false for an
// unknown mark, and for several that do not combine to one status.
func (f Flags) Of(mark string) (flag Flag, ok bool) {
	if mark == "" || len(mark) > maxFlag {
		return flag, false
	}
	if flag, ok = f[mark]; ok {
		return flag, true
	}
	flag.Status = Normal
	for _, r := range mark {
		one, known := f[string(r)]
		if !known || one.Zero || one.Status != Normal && flag.Status != Normal && one.Status != flag.Status {
			return Flag{}, false
		}
		if one.Status != Normal {
			flag.Status = one.Status
		}
	}
	return flag, true
}
