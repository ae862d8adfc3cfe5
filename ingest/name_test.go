package ingest_test

import (
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/ingest"
)

func TestASendersNameIsOneLineThatCanBeSeen(t *testing.T) {
	for given, want := range map[string]string{
		"":                                 "",
		"王芳":                               "王芳",
		"  Wang\tFang \r\n X-Evil: 1 ":     "Wang Fang X-Evil: 1",
		"a\x00b\u202ec\xff\u200bd\x1b[31m": "abcd[31m",
		"e\u0301":                          "\u00e9",
		strings.Repeat("波", 300):           strings.Repeat("波", 128),
		strings.Repeat(" ", 9000) + "x":    "",
	} {
		if got := ingest.SenderName(given); got != want {
			t.Errorf("%.40q is kept as %q, want %q", given, got, want)
		}
	}
}

func FuzzSenderName(f *testing.F) {
	f.Add("王芳 \n x")
	f.Fuzz(func(t *testing.T, given string) {
		if once := ingest.SenderName(given); ingest.SenderName(once) != once || strings.ContainsAny(once, "\r\n") {
			t.Errorf("%q is kept as %q, and that as %q", given, once, ingest.SenderName(once))
		}
	})
}
