package ingest

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxSender is the maximum length of a sender's name in characters.
const maxSender = 128

// SenderName returns the value of HeaderSender as it is kept: on one line, without
// what cannot be seen, and cut to 128 characters.
func SenderName(header string) string {
	if len(header) > 64*maxSender {
		header = header[:64*maxSender]
	}
	name := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == unicode.ReplacementChar || !unicode.IsPrint(r):
			return -1
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(header, "")))
	name = strings.Join(strings.Fields(name), " ")
	if letters := []rune(name); len(letters) > maxSender {
		name = strings.TrimSpace(string(letters[:maxSender]))
	}
	return name
}
