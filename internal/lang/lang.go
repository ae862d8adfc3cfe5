// Package lang holds the texts that people read in both languages of tidemark.
package lang

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
