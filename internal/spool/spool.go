// Package spool keeps a text that is written once and read several times.
package spool

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// InMemory is the number of bytes of a text that are kept in memory; a longer one is
// in a temporary file.
const InMemory = 8 << 20

// Spool is such a text. The zero value is empty. It is written before it is opened.
type Spool struct {
	memory bytes.Buffer
	file   *os.File
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
		s.file = file
		if _, err := s.memory.WriteTo(file); err != nil {
			return 0, err
		}
	}
	return s.file.Write(p)
}

// Open returns the text from its beginning.
func (s *Spool) Open() (io.ReadCloser, error) {
	if s.file == nil {
		return io.NopCloser(bytes.NewReader(s.memory.Bytes())), nil
	}
	return os.Open(s.file.Name())
}

// Close removes the temporary file.
func (s *Spool) Close() error {
	if s.file == nil {
		return nil
	}
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}
