package engines

import (
	"fmt"
	"log/slog"
	"sync"
)

// natsLog hands the server's warnings and errors to slog. It keeps the error
// the server gives up with, because it tells why by its log alone.
type natsLog struct {
	slog *slog.Logger

	mu     sync.Mutex
	reason error
}

func (l *natsLog) Warnf(format string, v ...any) {
	if l.slog != nil {
		l.slog.Warn("nats: " + fmt.Sprintf(format, v...))
	}
}

func (l *natsLog) Errorf(format string, v ...any) {
	if l.slog != nil {
		l.slog.Error("nats: " + fmt.Sprintf(format, v...))
	}
}

// Fatalf does not end the process, as the server's own logger would. Whoever
// started the server is told by the error of StartNATS.
func (l *natsLog) Fatalf(format string, v ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reason = fmt.Errorf(format, v...)
}

func (l *natsLog) Noticef(string, ...any) {}
func (l *natsLog) Debugf(string, ...any)  {}
func (l *natsLog) Tracef(string, ...any)  {}

// fatal returns why the server has given up, or nil.
func (l *natsLog) fatal() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reason
}
