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
	URL     string        `arg:"" name:"url" help:"Page to ask, such as http://127.0.0.1:9464/-/ready."`
	Timeout time.Duration `help:"How long to wait for the answer." default:"5s" placeholder:"DURATION"`
}

// Help shows an example.
func (*healthCmd) Help() string {
	return `Ends with 0 when the page answers with a status from 200 to 299, and else with 2
and the reason: the health check of a container that holds nothing but tidemark.
The pages are /-/healthy and /-/ready of a worker and of the exporter. /-/healthy
also names figures that the catalogue does not know as they are: of an indicator or
an area that was taken out, or stored in another unit, kind or frequency.

Example:
  tidemark health http://127.0.0.1:9464/-/ready`
}

// Run asks once.
func (c *healthCmd) Run(e *env) error {
	page, err := url.Parse(c.URL)
	if err != nil || page.Host == "" || page.Scheme != "http" && page.Scheme != "https" {
		return errors.New("the URL is not http://HOST:PORT/PATH") // and not shown: it may hold a password
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

// short is the first line of an error page, or as much of it as can be read.
func short(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line[:min(len(line), 200)]
}

// ask gives a good answer: that all is well, and what a person should look at
// all the same.
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
		Transport: &http.Transport{DisableKeepAlives: true}, // also past any proxy
		// Who is sent elsewhere, to a page for logging in, has no answer.
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
