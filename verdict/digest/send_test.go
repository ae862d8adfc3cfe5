package digest

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"testing"
	"time"
)

// bot is the server of a bot: it keeps what is posted and answers as told.
func bot(t *testing.T, status int, answer string) (address string, posted func() []byte) {
	t.Helper()
	got := make(chan []byte, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
			t.Errorf("%s %s: %v", r.Method, r.Header.Get("Content-Type"), err)
		}
		got <- body
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/hook?key=hush", func() []byte { return <-got }
}

func TestABotGetsTheDigestInItsFormat(t *testing.T) {
	d := sample(t, "2023-10-20", "2023-11-03")
	for b, find := range map[Bot]func(m map[string]any) (title, text any){
		WeCom:    func(m map[string]any) (any, any) { return "", m["markdown"].(map[string]any)["content"] },
		DingTalk: func(m map[string]any) (any, any) { x := m["markdown"].(map[string]any); return x["title"], x["text"] },
		Feishu: func(m map[string]any) (any, any) {
			card := m["card"].(map[string]any)
			return card["header"].(map[string]any)["title"].(map[string]any)["content"], card["elements"].([]any)[0].(map[string]any)["content"]
		},
	} {
		t.Run(string(b), func(t *testing.T) {
			address, posted := bot(t, http.StatusOK, `{"errcode":0,"errmsg":"ok","code":0,"msg":"success"}`)
			if err := d.Send(t.Context(), b, address, chinese); err != nil {
				t.Fatal(err)
			}
			var m map[string]any
			if err := json.Unmarshal(posted(), &m); err != nil {
				t.Fatal(err)
			}
			title, text := find(m)
			if title != "" && title != "宁波市目标简报，2023-10-20至2023-11-03" {
				t.Errorf("its title is %q", title)
			}
			if s, _ := text.(string); !strings.Contains(s, "**单月300万标箱以上**：由“数据逾期”变为“有风险”。") {
				t.Errorf("its text is\n%s", text)
			}
		})
	}
}

func TestAWebhookGetsWhatJSONPrints(t *testing.T) {
	d := sample(t, "2023-10-20", "2023-11-03")
	address, posted := bot(t, http.StatusNoContent, "")
	if err := d.Send(t.Context(), Webhook, address, chinese); err != nil {
		t.Fatal(err)
	}
	var want, got bytes.Buffer
	if err := d.JSON(&want); err != nil {
		t.Fatal(err)
	}
	if err := json.Indent(&got, posted(), "", "  "); err != nil || got.String() != want.String() {
		t.Errorf("it got %s (%v)", &got, err)
	}
}

func TestAMessageIsNoLongerThanTheBotAccepts(t *testing.T) {
	d := sample(t, "2000-01-01", "2024-02-05")
	for b, limit := range botLimits {
		text := d.markdown(chinese, limit)
		if len(text) > limit {
			t.Errorf("%s gets %d bytes", b, len(text))
		}
		if b == WeCom && !strings.Contains(text, "项从略\n") {
			t.Errorf("%s is not told that something is left out", b)
		}
	}
}

func TestWhatABotRefusesIsAnErrorWithoutItsAddress(t *testing.T) {
	d := sample(t, "2023-10-20", "2023-11-03")
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, c := range map[string]struct {
		bot    Bot
		status int
		answer string
		want   string
	}{
		"a wrong key of WeCom":       {WeCom, 200, `{"errcode":93000,"errmsg":"invalid webhook url"}`, `wecom answers error 93000: "invalid webhook url"`},
		"a missing word":             {DingTalk, 200, `{"errcode":310000,"errmsg":"keywords not in content"}`, `dingtalk answers error 310000: "keywords not in content"`},
		"a wrong signature":          {Feishu, 200, `{"code":19021,"msg":"sign match fail"}`, `feishu answers error 19021: "sign match fail"`},
		"a page instead of JSON":     {WeCom, 200, `<html>`, "the answer of wecom is not its JSON"},
		"an error of the server":     {Webhook, 502, ``, "502 Bad Gateway"},
		"a server that is not there": {Webhook, 0, "", "connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			address := gone.URL + "/hook?key=hush"
			if c.status != 0 {
				address, _ = bot(t, c.status, c.answer)
			}
			err := d.Send(t.Context(), c.bot, address, chinese)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hush") {
				t.Errorf("the error is %v, want %q", err, c.want)
			}
		})
	}
}

func TestAnAddressThatIsNoneIsRefusedWithoutShowingIt(t *testing.T) {
	d := sample(t, "2023-10-20", "2023-11-03")
	for _, address := range []string{"", "hush", "ftp://hush", "http://", "http://a b/hush", "\x00hush"} {
		err := d.Send(t.Context(), WeCom, address, chinese)
		if err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestAMailHasBothTexts(t *testing.T) {
	d := sample(t, "2023-10-20", "2023-11-03")
	var raw bytes.Buffer
	if err := d.Mail(&raw, "潮位 <tidemark@example.org>", []string{"office@example.org", "Mayor <mayor@example.org>"}, day(t, "2023-11-04"), chinese); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(raw.String()) {
		if len(line) > 998 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
	m, err := mail.ReadMessage(&raw)
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != d.Title(chinese.Language) {
		t.Errorf("the subject is %q (%v)", subject, err)
	}
	if to, err := m.Header.AddressList("To"); err != nil || len(to) != 2 || to[1].Name != "Mayor" {
		t.Errorf("it goes to %v (%v)", to, err)
	}
	if at, err := m.Header.Date(); err != nil || !at.Equal(day(t, "2023-11-04")) {
		t.Errorf("its date is %s (%v)", at, err)
	}
	_, media, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(m.Body, media["boundary"])
	var plain, rich bytes.Buffer
	if err := d.Text(&plain, chinese); err != nil {
		t.Fatal(err)
	}
	if err := d.HTML(&rich, chinese); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{plain.String(), rich.String()} {
		p, err := parts.NextPart() // decodes quoted-printable
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(p)
		if err != nil || strings.ReplaceAll(string(got), "\r\n", "\n") != want {
			t.Errorf("a part reads\n%s (%v)", got, err)
		}
	}
}

func TestAMailAddressThatIsNoneIsRefused(t *testing.T) {
	d := sample(t, "2023-10-20", "2023-11-03")
	for _, c := range [][2]string{{"nobody", "a@example.org"}, {"a@example.org", "b@example.org\r\nBcc: c@example.org"}} {
		if err := d.Mail(io.Discard, c[0], []string{c[1]}, time.Now(), chinese); err == nil || !strings.Contains(err.Error(), "is not a mail address") {
			t.Errorf("%q to %q: %v", c[0], c[1], err)
		}
	}
}

func TestANameCannotAddMarkupToThePage(t *testing.T) {
	d := sample(t, "2023-10-20", "2023-11-03")
	d.City.ZH = `<script>alert(1)</script>`
	var page bytes.Buffer
	if err := d.HTML(&page, chinese); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.String(), "<script") {
		t.Errorf("the page has a script:\n%s", &page)
	}
}
