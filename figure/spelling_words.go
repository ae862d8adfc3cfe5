package figure

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// monthNames are the names of the months as tables abbreviate and write them,
// in English, German, French, Spanish, Portuguese, Italian, Dutch, Swedish,
// Danish, Polish, Turkish and Russian, without accents. No word names two months.
var monthNames = [12]string{
	"jan january januar janvier janv enero ene janeiro gennaio gen januari styczen stycznia sty ocak янв январь января",
	"feb february februar fevrier fevr fev febrero fevereiro febbraio februari luty lutego subat фев февр февраль февраля",
	"mar march marz maerz mrz mars marzo marco maart mrt marts marzec marca mart мар март марта",
	"apr april avril avr abril abr aprile kwiecien kwietnia kwi nisan апр апрель апреля",
	"may mai mayo maio maggio mag mei maj maja mayıs mayis маи мая",
	"jun june juni juin junio junho giugno giu czerwiec czerwca cze haziran июн июнь июня",
	"jul july juli juillet juil julio julho luglio lug lipiec lipca lip temmuz июл июль июля",
	"aug august aout agosto ago augustus augusti sierpien sierpnia sie ağustos agustos авг август августа",
	"sep sept september septembre septiembre setiembre setembro set settembre wrzesien wrzesnia wrz eylul сен сент сентябрь сентября",
	"oct october oktober okt octobre octubre outubro out ottobre ott pazdziernik pazdziernika paz ekim окт октябрь октября",
	"nov november novembre noviembre novembro listopad listopada lis kasım kasim ноя нояб ноябрь ноября",
	"dec december dezember dez decembre diciembre dic dezembro dicembre grudzien grudnia gru aralık aralik дек декабрь декабря",
}

var ordinals = map[string]int{"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}

var romans = map[string]int{"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12}

// monthOfName finds a month by its name.
var monthOfName = sync.OnceValue(func() map[string]int {
	all := map[string]int{}
	for i, names := range monthNames {
		for name := range strings.FieldsSeq(names) {
			all[name] = i + 1
		}
	}
	return all
})

// number reads digits, the name of a month, an ordinal or a Roman number; it
// returns 0 for anything else.
func number(s string) int {
	for _, words := range []map[string]int{monthOfName(), ordinals, romans} {
		if n, ok := words[s]; ok {
			return n
		}
	}
	n, _ := digits(s)
	return n
}

var chineseDigits = map[rune]int{'〇': 0, '零': 0, '○': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}

var chineseNumber = regexp.MustCompile(`[〇零○一二两三四五六七八九十]+`)

// arabic writes Chinese numerals in digits: 十二 is 12, 二〇二三 is 2023.
func arabic(s string) string {
	if before, after, ten := strings.Cut(s, "十"); ten {
		tens, ones := 1, 0
		for _, r := range before {
			tens = chineseDigits[r]
		}
		for _, r := range after {
			ones = chineseDigits[r]
		}
		return strconv.Itoa(10*tens + ones)
	}
	var b strings.Builder
	for _, r := range s {
		b.WriteString(strconv.Itoa(chineseDigits[r]))
	}
	return b.String()
}

// inChinese replaces Korean and Japanese words by the Chinese ones.
var inChinese = strings.NewReplacer("년", "年", "월", "月", "일", "日", "분기", "季度", "상반기", "上半年", "하반기", "下半年", "四半期", "季度")

// normalPeriod normalizes a text so that each form has to be matched in one
// way only: small letters without accents, ASCII digits and dashes, one space
// between words and none in Chinese.
func normalPeriod(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
			continue
		case unicode.Is(unicode.Pd, r), r == '−', r == '~', r == '至', r == '到':
			r = '-'
		case r == '’' || r == '‘':
			r = '\''
		}
		b.WriteRune(unicode.ToLower(r))
	}
	s := inChinese.Replace(norm.NFC.String(strings.Join(strings.Fields(b.String()), " ")))
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		s = chineseNumber.ReplaceAllStringFunc(strings.ReplaceAll(s, " ", ""), arabic)
	}
	return s
}
