package sheet

import "unicode/utf8"

// encoding is how a file's bytes make text.
type encoding uint8

const (
	undecided encoding = iota // nothing but ASCII so far, the same in UTF-8 and GB18030
	asUTF8
	asGB18030 // GBK and GB2312 are parts of it
	asUTF16LE
	asUTF16BE
)

// evidence counts the runs of non-ASCII bytes of a window by what they can be.
type evidence struct {
	surelyUTF8 int // UTF-8, and as GB18030 nothing anybody writes
	maybeUTF8  int // UTF-8, as GB18030 unusual
	either     int // UTF-8 and usual GB18030
	foreign    int // of these, UTF-8 only as letters of scripts far from here
	notUTF8    int
}

// guess decides between UTF-8 and GB18030 from a window that starts at the
// file's first non-ASCII byte; complete says that the file ends with it. When
// neither fits it says UTF-8, and reading then names the byte at which that
// fails.
//
// The two overlap: 元 in GBK is also valid UTF-8 (Ԫ), and the UTF-8 of 宁波 is
// nearly valid GBK. So one byte decides nothing; whole runs are looked at.
func guess(window []byte, complete bool) encoding {
	var e evidence
	for i := 0; i < len(window); {
		if window[i] < utf8.RuneSelf {
			i++
			continue
		}
		j := i
		for j < len(window) && window[j] >= utf8.RuneSelf {
			j++
		}
		if j < len(window) || complete || i == 0 { // else the run goes on beyond the window
			e.add(window[i:j])
		}
		i = j
	}
	switch {
	case e.surelyUTF8 > 0:
		return asUTF8
	case e.notUTF8 > 0 && plausibleGB(window, complete):
		return asGB18030
	case e.notUTF8 == 0 && e.maybeUTF8 == 0 && e.either == e.foreign:
		return asGB18030
	}
	return asUTF8
}

func (e *evidence) add(run []byte) {
	wide, foreign, nbsp := false, true, true
	for i, w := 0, 0; i < len(run); i += w {
		var c rune
		c, w = utf8.DecodeRune(run[i:])
		if c == utf8.RuneError && w == 1 {
			e.notUTF8++
			return
		}
		wide = wide || w > 2
		nbsp = nbsp && c == '\u00a0'
		foreign = foreign && c >= 0x500 && w == 2
	}
	switch usual := usualGB(run); {
	case wide && !usual, nbsp:
		e.surelyUTF8++
	case !usual:
		e.maybeUTF8++
	default:
		e.either++
		if foreign {
			e.foreign++
		}
	}
}

// usualGB tells whether all of a run is characters of GB2312, the set in
// which nearly all simplified Chinese is written.
func usualGB(run []byte) bool {
	if len(run)%2 != 0 {
		return false
	}
	for i := 0; i < len(run); i += 2 {
		if !inGB2312(run[i], run[i+1]) {
			return false
		}
	}
	return true
}

func inGB2312(lead, trail byte) bool {
	return trail >= 0xa1 && trail <= 0xfe && (lead >= 0xa1 && lead <= 0xa9 || lead >= 0xb0 && lead <= 0xf7)
}

// plausibleGB tells whether the window reads as GB18030 and mostly as
// characters people use. Latin-1 and Big5 often can be read so too, but as
// rare characters.
func plausibleGB(window []byte, complete bool) bool {
	all, rare := 0, 0
	for i := 0; i < len(window); {
		if window[i] < utf8.RuneSelf {
			i++
			continue
		}
		n, whole := lengthGB(window[i:])
		if !whole {
			return n > 0 && !complete && rare*4 <= all
		}
		if all++; n != 2 || !inGB2312(window[i], window[i+1]) {
			rare++
		}
		i += n
	}
	return rare*4 <= all
}

// lengthGB is how many bytes the non-ASCII character takes with which b
// begins: 2 or 4, and 0 when it is none. whole is false when b ends before
// the character does.
func lengthGB(b []byte) (n int, whole bool) {
	within := func(i int, low, high byte) bool { return len(b) <= i || b[i] >= low && b[i] <= high }
	switch {
	case !within(0, 0x81, 0xfe):
		return 0, false
	case within(1, 0x40, 0x7e) || within(1, 0x80, 0xfe):
		return 2, len(b) >= 2
	case within(1, 0x30, 0x39) && within(2, 0x81, 0xfe) && within(3, 0x30, 0x39):
		return 4, len(b) >= 4
	}
	return 0, false
}
