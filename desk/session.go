package desk

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"sync"
	"time"
)

// cookieName is the name of the session's cookie.
const cookieName = "tidemark_desk"

// session is somebody who is signed in, in one browser. After its end it is kept for a
// while, so that what its person sends then is not lost.
type session struct {
	person string
	hash   []byte // of the password with which it began: with another one it is over
	csrf   string // every form repeats it
	ends   time.Time
	proxy  bool // the person was named by a reverse proxy

	mu   sync.Mutex
	held *heldRequest
}

// heldRequest is what somebody sent after the session had ended. It is done once the
// same person has signed in again in the same browser.
type heldRequest struct {
	path        string
	contentType string
	body        []byte
}

func (s *session) ended(now time.Time) bool { return !now.Before(s.ends) }

// hold keeps a request, in place of an earlier one.
func (s *session) hold(h *heldRequest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = h
}

// take returns the request that is kept, once.
func (s *session) take() *heldRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.held
	s.held = nil
	return h
}

// matches reports whether a form has the session's token.
func (s *session) matches(csrf string) bool {
	return subtle.ConstantTimeCompare([]byte(s.csrf), []byte(csrf)) == 1
}

// sessions are all sessions of this process. The keys are hashes of the cookies, so
// that a memory dump holds no cookie.
type sessions struct {
	length time.Duration

	mu  sync.Mutex
	all map[[sha256.Size]byte]*session
}

// keptAfterEnd is how long a session that has ended is known.
const keptAfterEnd = 12 * time.Hour

// maxSessions bounds the memory: above it the session that ends first is forgotten.
const maxSessions = 5_000

func newSessions(length time.Duration) *sessions {
	return &sessions{length: length, all: map[[sha256.Size]byte]*session{}}
}

// begin begins a session and returns the value of its cookie.
func (s *sessions) begin(person *Person, proxy bool, now time.Time) (*session, string) {
	token := rand.Text() + rand.Text()
	fresh := &session{person: person.Name, hash: person.hash, csrf: rand.Text(), ends: now.Add(s.length), proxy: proxy}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prune(now)
	s.all[sha256.Sum256([]byte(token))] = fresh
	return fresh, token
}

// prune forgets sessions that have ended long ago, and one if there are too many.
func (s *sessions) prune(now time.Time) {
	var first [sha256.Size]byte
	var ends time.Time
	for key, one := range s.all {
		if now.Sub(one.ends) > keptAfterEnd {
			delete(s.all, key)
			continue
		}
		if ends.IsZero() || one.ends.Before(ends) {
			first, ends = key, one.ends
		}
	}
	if len(s.all) >= maxSessions {
		delete(s.all, first)
	}
}

// of returns the session of a request, also one that has ended; nil if there is none.
func (s *sessions) of(r *http.Request) *session {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all[sha256.Sum256([]byte(cookie.Value))]
}

// end forgets the session of a request.
func (s *sessions) end(r *http.Request) {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, sha256.Sum256([]byte(cookie.Value)))
}

// count returns the number of sessions that have not ended.
func (s *sessions) count(now time.Time) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.all {
		if !one.ended(now) {
			n++
		}
	}
	return n
}
