package main

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/tidemark-stats/tidemark/internal/lang"
)

// excused are the words of the Latin alphabet that Chinese readers expect, or that
// are the same in both editions: abbreviations, units and names.
var excused = set(`
	GDP TEU TEUs CPI PPI PMI R&D FDI GB
	tidemark Tidemark NATS JetStream InfluxDB Prometheus Alertmanager Grafana PromQL
	FIGURES DECISIONS REJECTS RECEIPTS
	URL HTTP API CSV JSON UTC ID
	USD CNY RMB EUR
	km kWh MWh GWh TWh kW MW GW Mt kt kg mg ha
	ns µs μs ms min kB MB GB TB KiB MiB GiB TiB Mi Ki Gi
	km/h m/s B/s kB/s MB/s
	Q1 Q2 Q3 Q4 H1 H2
	English
`)

// chineseExcused are the words that an English page shows in Chinese: the link to
// the other edition.
var chineseExcused = set("中文")

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(words) {
		all[w] = true
	}
	return all
}

var (
	// latin is a word with what may hang on it, so that codes stay whole.
	latin = regexp.MustCompile(`[A-Za-zµμ][A-Za-zµμ0-9'’&._:/@-]*`)
	// code is an identifier: a rule, a metric, a host and port, a file. It has a
	// separator or a digit and no capital, as "Yes/No" has.
	code = regexp.MustCompile(`^[a-z0-9]+(?:[-_./:@]+[a-z0-9]+)+$`)
	// mark is what makes words with hyphens a code.
	mark = regexp.MustCompile(`[_./:@0-9]`)
	// long is a part of a code that is a word, as none of "n/a" is.
	long = regexp.MustCompile(`[a-z]{3}`)
	// address is in no language.
	address = regexp.MustCompile(`https?://[^\s，。；）]+`)
)

// foreign lists the words of a text that do not belong to an edition's language.
func foreign(text string, edition lang.Language) []string {
	text = address.ReplaceAllString(text, " ")
	if edition == lang.English {
		return chinese(text)
	}
	return english(text)
}

// english lists the English words of a text. A single letter counts only after a
// slash, where it is a unit: "家/d".
func english(text string) (words []string) {
	for _, at := range latin.FindAllStringIndex(text, -1) {
		word := strings.TrimRight(text[at[0]:at[1]], "'’&._:/@-")
		if excused[word] || isCode(word) {
			continue
		}
		if len(word) == 1 && !strings.HasSuffix(text[:at[0]], "/") {
			continue
		}
		for part := range strings.FieldsFuncSeq(word, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' && r != '&' }) {
			if !excused[part] {
				words = append(words, part)
			}
		}
	}
	return words
}

func isCode(word string) bool {
	return code.MatchString(word) && mark.MatchString(word) && long.MatchString(word)
}

// chinese lists the runs of Chinese characters and punctuation of a text.
func chinese(text string) (words []string) {
	isChinese := func(r rune) bool {
		return unicode.Is(unicode.Han, r) || (r >= 0x3000 && r <= 0x303f) || (r >= 0xff01 && r <= 0xff5e)
	}
	for run := range strings.FieldsFuncSeq(text, func(r rune) bool { return !isChinese(r) }) {
		if !chineseExcused[run] {
			words = append(words, run)
		}
	}
	return words
}
