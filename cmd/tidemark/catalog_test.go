package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestANameThatIsLikeNoOtherIsAnsweredWithTheCommandThatListsThem(t *testing.T) {
	for _, c := range [][]string{
		{"catalog", "show", "zzzzzzzzzz"},
		{"targets", "--explain", "zzzzzzzzzz"},
		{"migrate", "zzzzzzzzzz"},
	} {
		var out, errs bytes.Buffer
		code := execute(c, strings.NewReader(""), &out, &errs)
		if said := errs.String(); code != exitFailed || !strings.HasSuffix(said, " lists them\n") {
			t.Errorf("%v ends with %d and says %q", c, code, said)
		}
	}
}
