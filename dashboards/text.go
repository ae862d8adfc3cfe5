package dashboards

import (
	"strings"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Edition is a language in which all dashboards exist.
type Edition lang.Language

// The editions. Alerts link to the uids of the Chinese one.
const (
	Chinese = Edition(lang.Chinese)
	English = Edition(lang.English)
)

// Editions lists both.
func Editions() []Edition { return []Edition{Chinese, English} }

// other is the edition to which a dashboard links.
func (e Edition) other() Edition {
	if e == Chinese {
		return English
	}
	return Chinese
}

// of is the name in this edition's language.
func (e Edition) of(n lang.Text) string {
	return n.In(lang.Language(e))
}

// uid is the uid of a dashboard in this edition.
func (e Edition) uid(code string) string {
	uid := "tidemark-" + code
	if e == English {
		uid += "-en"
	}
	return uid
}

// tag marks the dashboards of this edition, so that they can be found.
func (e Edition) tag() string { return "tidemark-" + string(e) }

// goodWhenEmpty ends the description of a panel that should be empty.
var goodWhenEmpty = lang.Text{ZH: "空白即一切正常。", EN: "Empty is good news."}

// EmptyIsGood is the sentence in a panel's description that says that the
// panel should be empty.
func EmptyIsGood(e Edition) string { return e.of(goodWhenEmpty) }

// maker builds the dashboards of a catalogue in one edition.
type maker struct {
	cat *catalog.Catalog
	in  Edition
}

// say is a text in the language of the edition.
func (m *maker) say(zh, en string) string { return m.in.of(lang.Text{ZH: zh, EN: en}) }

// label is the metric label that contains a name in the language of the
// edition, such as name_zh.
func (m *maker) label(what string) string { return what + "_" + string(m.in) }

// inOwnUnits is a query whose amounts are in the display units of the edition's
// language. Queries are written with those of Chinese.
func (m *maker) inOwnUnits(expr string) string {
	if m.in == English {
		return strings.ReplaceAll(expr, `scale="display"`, `scale="display_en"`)
	}
	return expr
}
