package digest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Bot is a kind of webhook.
type Bot string

// The webhooks: group chat bots, each with messages of its own, and any other
// program, which gets the digest as JSON.
const (
	WeCom    Bot = "wecom"    // 企业微信
	DingTalk Bot = "dingtalk" // 钉钉
	Feishu   Bot = "feishu"   // 飞书
	Webhook  Bot = "webhook"
)

// botLimits are how many bytes of Markdown a bot accepts. WeCom and DingTalk
// document them (4096 and 20000); Feishu limits the request to 30 kB.
var botLimits = map[Bot]int{WeCom: 4096, DingTalk: 20000, Feishu: 20000}

// Message is the body of the request that sends the digest to a bot.
func (d *Digest) Message(b Bot, s Style) ([]byte, error) {
	title := d.Title(s.Language)
	var message any
	switch b {
	case WeCom:
		message = map[string]any{"msgtype": "markdown", "markdown": map[string]string{"content": d.markdown(s, botLimits[b])}}
	case DingTalk:
		// DingTalk joins lines that no empty line separates.
		text := strings.ReplaceAll(d.markdown(s, botLimits[b]), "\n- ", "\n\n- ")
		message = map[string]any{"msgtype": "markdown", "markdown": map[string]string{"title": title, "text": text}}
	case Feishu:
		message = map[string]any{"msg_type": "interactive", "card": map[string]any{
			"header":   map[string]any{"template": "blue", "title": map[string]string{"tag": "plain_text", "content": title}},
			"elements": []any{map[string]string{"tag": "markdown", "content": d.markdown(s, botLimits[b])}},
		}}
	case Webhook:
		message = d.object()
	default:
		return nil, fmt.Errorf("no bot is called %q", b)
	}
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	err := enc.Encode(message)
	return body.Bytes(), err
}

const (
	sendLimit  = 15 * time.Second
	answerSize = 64 << 10
)

// Send posts the digest to a bot's address. The address contains the bot's key, so
// no error contains it.
func (d *Digest) Send(ctx context.Context, b Bot, address string, s Style) error {
	body, err := d.Message(b, s)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil || request.URL.Host == "" || request.URL.Scheme != "http" && request.URL.Scheme != "https" {
		return errors.New("the address is not a URL that begins with http:// or https://")
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		var hidden *url.Error
		if errors.As(err, &hidden) {
			err = hidden.Err
		}
		return fmt.Errorf("the digest was not sent: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, answerSize))
	if err != nil {
		return fmt.Errorf("the digest may not have been sent: %w", err)
	}
	return accepted(b, response, answer)
}

// accepted reads a bot's answer. Bots answer 200 and put errors into the body.
func accepted(b Bot, response *http.Response, answer []byte) error {
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("the digest was not sent: the server answers %s", response.Status)
	}
	var said struct {
		ErrCode int    `json:"errcode"` // WeCom, DingTalk
		ErrMsg  string `json:"errmsg"`
		Code    int    `json:"code"` // Feishu
		Msg     string `json:"msg"`
	}
	if b == Webhook {
		return nil
	}
	if err := json.Unmarshal(answer, &said); err != nil {
		return fmt.Errorf("the digest may not have been sent: the answer of %s is not its JSON", b)
	}
	if said.ErrCode != 0 || said.Code != 0 {
		return fmt.Errorf("the digest was not sent: %s answers error %d: %.200q", b, said.ErrCode+said.Code, said.ErrMsg+said.Msg)
	}
	return nil
}
