package engines

import (
	"fmt"
	"log/slog"
	"sync"
)

// natsLog passes the server's warnings and errors to slog. It keeps the fatal
// error, because the server reports the reason only in its log.
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

// Fatalf does not exit the process as the server's own logger would. StartNATS
// returns the error instead.
func (l *natsLog) Fatalf(format string, v ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reason = fmt.Errorf(format, v...)
}

func (l *natsLog) Noticef(string, ...any) {}
func (l *natsLog) Debugf(string, ...any)  {}
func (l *natsLog) Tracef(string, ...any)  {}

// fatal returns the reason why the server has stopped, or nil.
func (l *natsLog) fatal() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reason
}
