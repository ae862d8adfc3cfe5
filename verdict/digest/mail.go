package digest

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"time"
)

// Mail writes the digest as one message with a plain and an HTML text (RFC 5322 and
// 2046), ready for sendmail -t, as sent at that time. An address may have a name:
// Office <a@example.org>.
func (d *Digest) Mail(w io.Writer, from string, to []string, sent time.Time, s Style) error {
	sender, err := mail.ParseAddress(from)
	if err != nil {
		return fmt.Errorf("%q is not a mail address: %w", from, err)
	}
	receivers := ""
	for i, text := range to {
		a, err := mail.ParseAddress(text)
		if err != nil {
			return fmt.Errorf("%q is not a mail address: %w", text, err)
		}
		if i > 0 {
			receivers += ", "
		}
		receivers += a.String()
	}
	var plain, rich, body bytes.Buffer
	if err := d.Text(&plain, s); err != nil {
		return err
	}
	if err := d.HTML(&rich, s); err != nil {
		return err
	}
	parts := multipart.NewWriter(&body)
	for _, p := range []struct {
		kind string
		text *bytes.Buffer
	}{{"text/plain", &plain}, {"text/html", &rich}} {
		if err := writePart(parts, p.kind, p.text.Bytes()); err != nil {
			return err
		}
	}
	if err := parts.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n"+
		"Content-Type: multipart/alternative; boundary=%q\r\n\r\n%s",
		sender, receivers, mime.BEncoding.Encode("utf-8", d.Title(s.Language)), sent.Format(time.RFC1123Z), parts.Boundary(), body.Bytes())
	return err
}

func writePart(parts *multipart.Writer, kind string, text []byte) error {
	p, err := parts.CreatePart(textproto.MIMEHeader{
		"Content-Type":              {kind + "; charset=utf-8"},
		"Content-Transfer-Encoding": {"quoted-printable"},
	})
	if err != nil {
		return err
	}
	q := quotedprintable.NewWriter(p)
	if _, err := q.Write(text); err != nil {
		return err
	}
	return q.Close()
}
