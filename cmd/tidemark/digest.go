package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict"
	"github.com/tidemark-stats/tidemark/verdict/digest"
)

type digestCmd struct {
	influxFlags
	catalogFlag
	Since     string   `help:"From the end of that day on, or a number of days back." default:"7d" placeholder:"DATE"`
	AsOf      string   `help:"Up to the end of that day, by what was known then." placeholder:"DATE"`
	Lang      string   `help:"Language: zh or en." default:"zh" enum:"zh,en" placeholder:"LANG"`
	Format    string   `help:"text, markdown, html, json, mail, or the message of a bot: wecom, dingtalk, feishu." default:"text" enum:"text,markdown,html,json,mail,wecom,dingtalk,feishu" placeholder:"FORMAT"`
	SkipEmpty bool     `help:"Print and send nothing if nothing was published, turned, or became late or overdue."`
	SendTo    string   `help:"Send it to the webhook whose address is in that file: of a bot with the bot's format, else as JSON." placeholder:"FILE"`
	From      string   `help:"Sender of the mail." placeholder:"ADDRESS"`
	To        []string `help:"Receiver of the mail, several separated by commas." placeholder:"ADDRESS"`
	Grafana   string   `help:"Address of Grafana, for links to the targets' pages." env:"TIDEMARK_GRAFANA_URL" placeholder:"URL"`
}

// Help shows an example.
func (*digestCmd) Help() string {
	return `Sums up the last days for people who do not look at a dashboard: which targets were
judged differently and why, which figures are new or revised, and which are due. Run
it by cron every week, or every evening with --skip-empty, which is silent on a day
without news.

Example:
  tidemark digest --since 2023-10-01 --as-of 2023-11-23 --lang en
  tidemark digest --since 1d --skip-empty --format wecom --send-to /etc/tidemark/wecom-url
  tidemark digest --format mail --from tidemark@example.org --to office@example.org | sendmail -t`
}

// Run prints or sends the digest.
func (c *digestCmd) Run(e *env) error {
	if err := c.fits(); err != nil {
		return err
	}
	cat, err := c.load()
	if err != nil {
		return err
	}
	if _, _, err := c.span(time.Now().In(cat.Location())); err != nil {
		return err // before anything is read
	}
	b, now, err := c.readBook(e, cat.Location())
	if err != nil {
		return err
	}
	from, to, err := c.span(now)
	if err != nil {
		return err
	}
	cat, b = verdict.Remembering(cat, b, time.Now()), verdict.Legible(cat, b)
	d := digest.Of(cat, b, from, to)
	if c.SkipEmpty && d.Empty() {
		return nil
	}
	style := digest.Style{Language: lang.Language(c.Lang), Grafana: c.Grafana}
	if c.SendTo != "" {
		return c.send(e, d, style)
	}
	return c.print(e, d, style)
}

// fits refuses flags that do not go together.
func (c *digestCmd) fits() error {
	mail := c.Format == "mail"
	switch {
	case mail && (c.From == "" || len(c.To) == 0):
		return errors.New("a mail needs --from and --to")
	case !mail && (c.From != "" || len(c.To) > 0):
		return errors.New("--from and --to are for --format mail")
	case c.SendTo != "" && (c.Format == "text" || c.Format == "markdown" || c.Format == "html" || mail):
		return fmt.Errorf("--send-to sends wecom, dingtalk, feishu or json, not %s: add --format", c.Format)
	}
	return nil
}

// span is the time that the digest is about.
func (c *digestCmd) span(now time.Time) (from, to time.Time, err error) {
	to = now
	if c.AsOf != "" {
		if to, err = endOf("--as-of", c.AsOf, now); err != nil {
			return from, to, err
		}
	}
	if text, ok := strings.CutSuffix(c.Since, "d"); ok {
		days, err := strconv.Atoi(text)
		if err != nil || days < 1 || days > 3660 {
			return from, to, fmt.Errorf("--since %q is not a number of days from 1d to 3660d", c.Since)
		}
		return to.AddDate(0, 0, -days), to, nil
	}
	if from, err = endOf("--since", c.Since, now); err != nil {
		return from, to, err
	}
	if !from.Before(to) {
		return from, to, fmt.Errorf("--since %s is not before the end of the digest, %s", c.Since, to.Format(time.DateOnly))
	}
	return from, to, nil
}

func (c *digestCmd) print(e *env, d *digest.Digest, s digest.Style) error {
	switch c.Format {
	case "markdown":
		return d.Markdown(e.stdout, s)
	case "html":
		return d.HTML(e.stdout, s)
	case "json":
		return d.JSON(e.stdout)
	case "mail":
		return d.Mail(e.stdout, c.From, c.To, time.Now(), s)
	case "text":
		return d.Text(e.stdout, s)
	}
	message, err := d.Message(digest.Bot(c.Format), s)
	if err == nil {
		_, err = e.stdout.Write(message)
	}
	return err
}

func (c *digestCmd) send(e *env, d *digest.Digest, s digest.Style) error {
	address, err := os.ReadFile(c.SendTo)
	if err != nil {
		return fmt.Errorf("--send-to: %w", err)
	}
	bot := digest.Bot(c.Format)
	if c.Format == "json" {
		bot = digest.Webhook
	}
	return d.Send(e.ctx, bot, strings.TrimSpace(string(address)), s)
}
