package sheet

import (
	"math/rand/v2"
	"strings"
	"testing"

	text "golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// tongues are words of statistics in the encodings in which spreadsheets of
// their countries save CSV.
var tongues = []struct {
	name  string
	enc   text.Encoding
	words string
}{
	{"Portuguese", charmap.Windows1252, "Construção Exportação Navegação Indústria São_Paulo Região Produção média População Câmbio Saúde educação preços açúcar três março CONSTRUÇÃO nº Goiás Amapá"},
	{"Spanish", charmap.Windows1252, "España año viviendas construcción Málaga Álava Cádiz exportación energía tamaño niños población Castilla_y_León Cataluña Aragón índice PRODUCCIÓN"},
	{"French", charmap.Windows1252, "Île-de-France Rhône-Alpes bâtiment dépenses énergie été mars_à_août règlement hôtels Finistère Ardèche français Noël cœur 20°C qualité Mayotte_—_île crédits prévision"},
	{"German", charmap.Windows1252, "München Übernachtungen Großhandel Thüringen Baden-Württemberg Österreich Fremdenverkehr_Gäste März Zürich Getränke außen öffentlich Müll 10_m² Flächen"},
	{"Nordic", charmap.Windows1252, "Åland Jönköping Göteborg Ærø Tromsø fødselstall Malmö Östergötland sjöfart både år København Århus Møre"},
	{"Simplified Chinese", simplifiedchinese.GBK, "万TEU 亿元 元 万人 集装箱吞吐量 同比增长 初步核算 宁波市 港口 建筑业 出口额 累计 第三产业 工业 浙江 户 家 旅游 一般公共预算收入 不含市辖区 快报数"},
	{"Traditional Chinese", traditionalchinese.Big5, "億元 貨櫃吞吐量 初步統計 臺灣 台北市 工業生產 出口總額 觀光旅客 年增率 人口數 財政收入 高雄港 製造業"},
	{"Japanese", japanese.ShiftJIS, "億円 輸出額 取扱貨物量 東京都 大阪府 観光客数 前年同月比 速報値 コンテナ 人口 第三次産業 小売業販売額 千人 トン"},
	{"Japanese on Unix", japanese.EUCJP, "輸出額 取扱貨物量 東京都の人口 観光客数 前年同月比 コンテナ取扱個数 小売業販売額は"},
	{"Korean", korean.EUCKR, "수출액 컨테이너 서울 부산항 전년동월대비 억원 인구 관광객 제조업 잠정치 소비자물가지수 만명 건설업"},
}

// strangers are encodings that are not detected.
var strangers = []struct {
	name  string
	enc   text.Encoding
	words string
}{
	{"Russian", charmap.Windows1251, "Москва экспорт население строительство млн_руб Санкт-Петербург"},
	{"Russian on Unix", charmap.KOI8R, "Москва экспорт население строительство млн_руб"},
	{"Greek", charmap.Windows1253, "Αθήνα εξαγωγές πληθυσμός κατασκευή Ελλάδα"},
	{"Turkish", charmap.Windows1254, "İstanbul nüfus ihracat_artışı Ağrı Şırnak Eskişehir"},
	{"Polish", charmap.Windows1250, "Łódź Toruń Poznań Śląsk Białystok ludność Gdańsk"},
	{"Thai", charmap.Windows874, "กรุงเทพ ส่งออก ประชากร"},
	{"Hebrew", charmap.Windows1255, "ירושלים אוכלוסייה יצוא"},
	{"French on an old Mac", charmap.Macintosh, "énergie dépenses Île_de_France bâtiment été"},
	{"French in DOS", charmap.CodePage850, "énergie dépenses bâtiment été Rhône-Alpes"},
}

// noted returns the notes of a file with these words in an encoding, nil when the file
// is refused.
func noted(t *testing.T, enc text.Encoding, words []string, given Given) (notes []string, refused string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("indicator,area,measure,period,value,unit,note\n")
	for _, word := range words {
		b.WriteString("gdp,330200,level,2023-Q1,3700,CNY," + word + "\n")
	}
	r, err := open("f.csv", strings.NewReader(string(encoded(t, enc, b.String()))), given)
	if err != nil {
		return nil, err.Error()
	}
	for range words {
		row, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if len(row.Problems) > 0 {
			return nil, row.Problems[0].Error()
		}
		notes = append(notes, row.Figure.Note)
	}
	return notes, ""
}

func TestATextIsReadInItsEncoding(t *testing.T) {
	for _, tongue := range tongues {
		t.Run(tongue.name, func(t *testing.T) {
			words := strings.Fields(strings.ReplaceAll(tongue.words, "_", " "))
			got, refused := noted(t, tongue.enc, words, Given{})
			if strings.Join(got, " ") != strings.Join(words, " ") {
				t.Errorf("it is read as %q\n%s", got, refused)
			}
		})
	}
}

func TestAFewWordsAreReadAsTheyAreOrRefused(t *testing.T) {
	for _, tongue := range tongues {
		t.Run(tongue.name, func(t *testing.T) {
			all := strings.Fields(strings.ReplaceAll(tongue.words, "_", " "))
			read, tries := 0, 0
			try := func(words []string) {
				tries++
				got, _ := noted(t, tongue.enc, words, Given{})
				if got == nil {
					return
				}
				read++
				if strings.Join(got, " ") != strings.Join(words, " ") {
					t.Errorf("%q is read as %q", words, got)
				}
			}
			for i := range all {
				try(all[i : i+1])
			}
			r := rand.New(rand.NewPCG(9, 1))
			for range 100 {
				r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
				try(all[:2+r.IntN(3)])
			}
			t.Logf("%d of %d are read", read, tries)
			if read*10 < tries*7 {
				t.Errorf("only %d of %d are read", read, tries)
			}
		})
	}
}

func TestAnEncodingThatIsNotKnownIsNotTakenForAnother(t *testing.T) {
	for _, stranger := range strangers {
		t.Run(stranger.name, func(t *testing.T) {
			all := strings.Fields(strings.ReplaceAll(stranger.words, "_", " "))
			if got, _ := noted(t, stranger.enc, all, Given{}); got != nil {
				t.Errorf("it is read as %q", got)
			}
			r := rand.New(rand.NewPCG(9, 2))
			for i := range 200 {
				words := all[i%len(all) : i%len(all)+1]
				if i >= len(all) {
					r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
					words = all[:2+r.IntN(2)]
				}
				if got, _ := noted(t, stranger.enc, words, Given{}); got != nil && strings.Join(got, " ") != strings.Join(words, " ") {
					t.Errorf("%q is read as %q", words, got)
				}
			}
		})
	}
}

func TestEveryEncodingIsReadWhenItIsNamed(t *testing.T) {
	for _, stranger := range strangers {
		names := map[string]string{"Russian": "windows-1251", "Russian on Unix": "koi8-r", "Greek": "windows-1253", "Turkish": "iso-8859-9",
			"Polish": "windows-1250", "Thai": "windows-874", "Hebrew": "windows-1255", "French on an old Mac": "macintosh"}
		name, ok := names[stranger.name]
		if !ok {
			continue // the web has no name for it
		}
		t.Run(stranger.name, func(t *testing.T) {
			words := strings.Fields(strings.ReplaceAll(stranger.words, "_", " "))
			got, refused := noted(t, stranger.enc, words, Given{Notation: Notation{Encoding: name}})
			if strings.Join(got, " ") != strings.Join(words, " ") {
				t.Errorf("it is read as %q %s", got, refused)
			}
		})
	}
}

func TestWordsOfTheCatalogueTellTheEncoding(t *testing.T) {
	word := func(text string) bool { return text == "通摆" }
	got, refused := noted(t, simplifiedchinese.GBK, []string{"通摆"}, Given{Word: word})
	if len(got) != 1 || got[0] != "通摆" {
		t.Errorf("got %q %s", got, refused)
	}
}

// taken returns UTF-8 as read by a program in another encoding. Bytes that Windows-1252
// does not define become control characters, as in browsers.
func taken(t *testing.T, as text.Encoding, s string) string {
	t.Helper()
	if single, ok := as.(*charmap.Charmap); ok {
		var b strings.Builder
		for _, c := range []byte(s) {
			r := single.DecodeByte(c)
			if r == '\ufffd' {
				r = rune(c)
			}
			b.WriteRune(r)
		}
		return b.String()
	}
	wrong, err := as.NewDecoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return wrong
}

func TestWhatWasTakenForAnotherEncodingIsReadAsItWasMeant(t *testing.T) {
	for _, c := range []struct {
		name string
		as   text.Encoding
		text string
	}{
		{"Portuguese taken for Windows-1252", charmap.Windows1252, "Construção Exportação média"},
		{"one word taken for Windows-1252", charmap.Windows1252, "Île-de-France"},
		{"Chinese taken for Windows-1252", charmap.Windows1252, "宁波 港口 集装箱"},
		{"Chinese taken for GBK", simplifiedchinese.GBK, "宁波 建筑 温州"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var words []string
			for _, word := range strings.Fields(c.text) {
				words = append(words, taken(t, c.as, word))
			}
			got, refused := noted(t, nil, words, Given{})
			if strings.Join(got, " ") != c.text {
				t.Errorf("%s is read as %q %s", words, got, refused)
			}
		})
	}
}

func TestAWordThatWasTakenForAnotherEncodingCostsItsRow(t *testing.T) {
	got := report("f.csv", strings.NewReader("indicator,area,category,measure,period,value,unit\n"+
		"cpi,AR,Construção,level,2024-01,101.5,index\ncpi,AR,ConstruÃ§Ã£o,level,2024-02,101.5,index\ncpi,AR,Constru\ufffd\ufffdo,level,2024-03,101.5,index\n"))
	want := `f.csv:2: {"indicator":"cpi","area":"AR","category":"Construção","measure":"level","period":"2024-01","value":"101.5","unit":"index","status":"A"}
f.csv:3:C: sheet/encoding: category "ConstruÃ§Ã£o" is UTF-8 that was read as Windows-1252 and saved again, unlike the rest of the file; write Construção
f.csv:4:C: sheet/encoding: category "Constru��o" has a replacement character (�) in place of a letter that was lost earlier; copy the text from the original again
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
