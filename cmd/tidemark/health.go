package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

type healthCmd struct {
	URL     string        `arg:"" name:"url" help:"Page to request, such as http://127.0.0.1:9464/-/ready."`
	Timeout time.Duration `help:"How long to wait for the answer." default:"5s" placeholder:"DURATION"`
}

// Help shows an example.
func (*healthCmd) Help() string {
	return `Exits with 0 if the page answers with a status from 200 to 299, and otherwise with 2
and the reason. It is the health check for a container that contains only tidemark.
Workers and the exporter serve the pages /-/healthy and /-/ready. /-/healthy also
lists figures that do not match the catalogue: their indicator or area was removed
from it, or they were stored in another unit, kind or frequency.

Example:
  tidemark health http://127.0.0.1:9464/-/ready`
}

// Run asks once.
func (c *healthCmd) Run(e *env) error {
	page, err := url.Parse(c.URL)
	if err != nil || page.Host == "" || page.Scheme != "http" && page.Scheme != "https" {
		return errors.New("the URL is not http://HOST:PORT/PATH") // not quoted: it may contain a password
	}
	if c.Timeout <= 0 {
		return fmt.Errorf("--timeout must be positive, not %s; write a duration like 5s", c.Timeout)
	}
	answer, err := c.ask(e.ctx, page)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(e.stdout, answer)
	return err
}

// longestAnswer is how much of an answer is read.
const longestAnswer = 64 << 10

// short returns the first line of an error page, cut to a readable length.
func short(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line[:min(len(line), 200)]
}

// ask requests the page and returns its text. An answer outside 200 to 299 is an
// error.
func (c *healthCmd) ask(ctx context.Context, page *url.URL) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, page.String(), nil)
	if err != nil {
		return "", err
	}
	shown := *page
	shown.User = nil
	client := http.Client{
		Transport: &http.Transport{DisableKeepAlives: true}, // no Proxy either
		// A redirect, for example to a login page, is not an answer.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req)
	var failed *url.Error
	switch {
	case err != nil && ctx.Err() == context.DeadlineExceeded:
		return "", fmt.Errorf("%s does not answer within %s", &shown, c.Timeout)
	case errors.As(err, &failed):
		return "", fmt.Errorf("%s does not answer: %w", &shown, failed.Err)
	case err != nil:
		return "", err
	}
	defer func() { _ = resp.Body.Close() }() // only read from
	body, err := io.ReadAll(io.LimitReader(resp.Body, longestAnswer))
	if err != nil {
		return "", fmt.Errorf("%s does not answer: %w", &shown, err)
	}
	text := strings.TrimSpace(string(body))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return "", fmt.Errorf("%s answers %s: %s", &shown, resp.Status, short(text))
	}
	return text, nil
}
