package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

func TestARefusedPasswordIsNotShown(t *testing.T) {
	nats, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, Username: "port", Password: "right", NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	go nats.Start()
	t.Cleanup(nats.Shutdown)
	if !nats.ReadyForConnections(time.Minute) {
		t.Fatal("NATS does not start")
	}
	address := strings.TrimPrefix(nats.ClientURL(), "nats://")
	for name, args := range map[string][]string{
		"as a flag":  {"rejects", "--nats", address, "--nats-user", "port", "--nats-password", "secret"},
		"in the URL": {"rejects", "--nats", "nats://port:secret@" + address},
		"none":       {"rejects", "--nats", address},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := execute(args, strings.NewReader(""), &out, &errs)
			want := "tidemark: connect to NATS at nats://" + address +
				": nats: Authorization Violation; check --nats-user and --nats-password, or --nats-creds\n"
			if code != exitFailed || out.Len() > 0 || errs.String() != want {
				t.Errorf("it ends with %d and says %s%s", code, &out, &errs)
			}
		})
	}
}

func TestPasswordsInURLsAreNotShown(t *testing.T) {
	for list, want := range map[string]string{
		"nats://127.0.0.1:4222": "nats://127.0.0.1:4222",
		"127.0.0.1":             "nats://127.0.0.1",
		"nats://a:secret@one:1, tls://secret@two:2": "nats://one:1,tls://two:2",
		"a:secret@one:1":         "nats://one:1",
		"nats://a:sec%ret@one:1": "",
		"nats://a:sec/ret@one:1": "",
		"nats://one:1,":          "nats://one:1",
	} {
		got, err := redact(list)
		if got != want || err != nil && strings.Contains(err.Error(), "ret") {
			t.Errorf("of %s it shows %q, %v", list, got, err)
		}
	}
}
