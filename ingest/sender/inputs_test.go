package sender

import (
	"bytes"
	"io"
	"testing"

	"github.com/tidemark-stats/tidemark/internal/spool"
)

func TestStandardInputIsReadTwiceWhateverItsLength(t *testing.T) {
	for _, size := range []int{1 << 10, spool.InMemory - 1, spool.InMemory, spool.InMemory + 1} {
		text := bytes.Repeat([]byte("a line of a file\n"), size/17+1)[:size]
		in, cleanup, err := buffered(t.Context(), bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			f, err := in.Open()
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(f)
			if err != nil || !bytes.Equal(got, text) {
				t.Errorf("of %d bytes it reads %d others (%v)", size, len(got), err)
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
		}
		cleanup()
	}
}
