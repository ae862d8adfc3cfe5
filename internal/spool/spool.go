// Package spool keeps a text that is written once and read several times.
package spool

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
)

// InMemory is the number of bytes of a text that are kept in memory; a longer one is
// in a temporary file.
const InMemory = 8 << 20

// Spool is such a text. The zero value is empty. It is written before it is opened.
type Spool struct {
	memory bytes.Buffer
	file   *os.File
	size   int64 // of the text in the file
}

// Write adds to the text. The error is from the temporary file.
func (s *Spool) Write(p []byte) (int, error) {
	if s.file == nil && s.memory.Len()+len(p) <= InMemory {
		return s.memory.Write(p)
	}
	if s.file == nil {
		file, err := os.CreateTemp("", "tidemark-*.csv")
		if err != nil {
			return 0, err
		}
		// Without a name it goes away with the process, however that ends. Where
		// an open file keeps its name, Close removes it.
		_ = os.Remove(file.Name())
		s.file = file
		if s.size, err = s.memory.WriteTo(file); err != nil {
			return 0, err
		}
	}
	n, err := s.file.Write(p)
	s.size += int64(n)
	return n, err
}

// Open returns the text from its beginning.
func (s *Spool) Open() (io.ReadCloser, error) {
	if s.file == nil {
		return io.NopCloser(bytes.NewReader(s.memory.Bytes())), nil
	}
	return io.NopCloser(io.NewSectionReader(s.file, 0, s.size)), nil
}

// Close removes the temporary file.
func (s *Spool) Close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if gone := os.Remove(s.file.Name()); !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}
