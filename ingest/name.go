package ingest

import (
	"crypto/rand"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// begun is the form of the time with which the ID of a submission begins.
const begun = "20060102T150405Z"

// NewSubmissionID returns the ID of a submission that begins now. IDs are in the order of
// their beginnings, to the second.
func NewSubmissionID() string { return time.Now().UTC().Format(begun) + "-" + rand.Text()[:10] }

// SubmissionBegun returns when the submission with an ID was begun, to the second; the
// zero time if the ID is one that another program has made up.
func SubmissionBegun(id string) time.Time {
	stamp, _, _ := strings.Cut(id, "-")
	at, err := time.Parse(begun, stamp)
	if err != nil {
		return time.Time{}
	}
	return at
}

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
