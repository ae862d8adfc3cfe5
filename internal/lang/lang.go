// Package lang holds what people read in both languages of tidemark.
package lang

// Text is a text in Chinese and in English.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Language is one of the languages in which people are addressed, by its
// code of ISO 639-1.
type Language string

// The languages.
const (
	Chinese Language = "zh"
	English Language = "en"
)

// In is the text in the language; whatever is not English is Chinese.
func (t Text) In(l Language) string {
	if l == English {
		return t.EN
	}
	return t.ZH
}
