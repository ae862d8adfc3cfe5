// Package lang holds the texts that people read in both languages of tidemark.
package lang

import "fmt"

// Text is a text in Chinese and in English.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Language is one of the two languages, by its ISO 639-1 code.
type Language string

// The languages.
const (
	Chinese Language = "zh"
	English Language = "en"
)

// In returns the text in the language; any language but English gives Chinese.
func (t Text) In(l Language) string {
	if l == English {
		return t.EN
	}
	return t.ZH
}

// Say writes a sentence in both languages, as fmt.Sprintf does. An argument that
// is a Text is written in the language of the sentence.
func Say(zh, en string, args ...any) Text {
	in := func(l Language) []any {
		words := make([]any, len(args))
		for i, a := range args {
			if text, ok := a.(Text); ok {
				a = text.In(l)
			}
			words[i] = a
		}
		return words
	}
	return Text{ZH: fmt.Sprintf(zh, in(Chinese)...), EN: fmt.Sprintf(en, in(English)...)}
}
