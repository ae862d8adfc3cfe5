package figure

// Flag is what the mark of a sender beside a value, or in its place, says.
type Flag struct {
	Status Status
	Zero   bool // the mark stands for a value: none at all, or too little to show
}

// Flags are the marks of one sender as it writes them: p, (D), *. What a
// letter means differs from one statistical office to another.
type Flags map[string]Flag

// maxFlag is the longest mark, in bytes.
const maxFlag = 16

// ParseFlag reads what a mark means: a status, or 0 for one that stands for
// the value zero. The error is a *Problem.
func ParseFlag(s string) (Flag, error) {
	if s == "0" {
		return Flag{Status: Normal, Zero: true}, nil
	}
	status, err := ParseStatus(s)
	if s == "" || err != nil {
		return Flag{}, &Problem{Code: "figure/status", Field: "status", Text: s, Reason: "is not an SDMX observation status",
			Hint: "write A (normal), P (provisional), E (estimated), Q (withheld) or another code of CL_OBS_STATUS, or 0 for a mark that stands for zero"}
	}
	return Flag{Status: status}, nil
}

// Of is the flag of a mark, or the one that all marks written together make:
// bp is a break that is provisional. ok is false for a mark that is not known,
// and for several of which one status cannot be made.
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
