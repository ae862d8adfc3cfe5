package sheet

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	text "golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// encoded writes s in another encoding; nil is UTF-8.
func encoded(t testing.TB, e text.Encoding, s string) []byte {
	t.Helper()
	if e == nil {
		return []byte(s)
	}
	b, err := e.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// encodings are those that a sheet may be in.
var encodings = map[string]text.Encoding{
	"UTF-8":            nil,
	"UTF-8 and a mark": unicode.UTF8BOM,
	"GBK":              simplifiedchinese.GBK,
	"GB18030":          simplifiedchinese.GB18030,
	"UTF-16LE":         unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
	"UTF-16BE":         unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
}

func TestEveryEncodingGivesTheSameFigures(t *testing.T) {
	row := "gdp,330200,level,2023-Q1,3700,亿元,初步核算\n"
	ascii := "trade_rank,330200,level,2023,6,place,\n"
	header := "indicator,area,measure,period,value,unit,note\n"
	files := map[string]string{
		"a Chinese header":               "指标,地区,口径,时间,数值,单位,备注\n" + row,
		"Chinese after much ASCII":       header + strings.Repeat(ascii, 5000) + row,
		"one Chinese character at all":   header + strings.ReplaceAll(row, "亿元,初步核算", "元,"),
		"a unit that is valid UTF-8":     header + strings.Repeat("trade_exports,330200,level,2023,6,元,\n", 10),
		"much Chinese":                   header + strings.Repeat(row, 5000),
		"characters beyond GB2312":       header + strings.Repeat(row, 3) + "gdp,330200,level,2023-Q1,3700,亿元,朱镕基 赵堃\n",
		"a window cut within characters": header + strings.Repeat("x", 13) + row + header[:9] + strings.Repeat(row, 5000),
	}
	for what, file := range files {
		want := report("f.csv", strings.NewReader(file))
		for name, e := range encodings {
			t.Run(what+" in "+name, func(t *testing.T) {
				got := report("f.csv", bytes.NewReader(encoded(t, e, file)))
				if strings.HasPrefix(name, "GB") {
					words := "f.csv: 编码：GB18030 | encoding: GB18030\n"
					if !strings.HasPrefix(got, words) {
						t.Errorf("it does not say how it was read:\n%.100s", got)
					}
					got = strings.TrimPrefix(got, words)
				}
				if got != want {
					t.Errorf("got\n%.400s\nwant\n%.400s", got, want)
				}
			})
		}
	}
}

func TestReadingInSmallPiecesGivesTheSame(t *testing.T) {
	file := "指标,地区,口径,时间,数值,单位,备注\r\ngdp,330200,level,2023-Q1,3700,亿元,\"镕😀\r\n\"\rgdp,330200,level,2023-Q2,3700,亿元,b\r\n"
	want := report("f.csv", strings.NewReader(file))
	for name, e := range encodings {
		if name == "GBK" {
			continue // it has no emoji
		}
		t.Run(name, func(t *testing.T) {
			for _, source := range []func([]byte) string{
				func(b []byte) string { return reportOf(t, b, iotest.OneByteReader) },
				func(b []byte) string { return reportOf(t, b, iotest.HalfReader) },
				func(b []byte) string { return reportOf(t, b, iotest.DataErrReader) },
			} {
				got := strings.TrimPrefix(source(encoded(t, e, file)), "f.csv: 编码：GB18030 | encoding: GB18030\n")
				if got != want {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			}
		})
	}
}

// reportOf returns the report on a file that is read in pieces.
func reportOf(t *testing.T, file []byte, pieces func(io.Reader) io.Reader) string {
	t.Helper()
	source := func() (io.ReadCloser, error) { return io.NopCloser(pieces(bytes.NewReader(file))), nil }
	return reportFrom("f.csv", source, Given{})
}

func TestBytesInNoEncodingAreRefusedAtTheirOffset(t *testing.T) {
	header := "indicator,area,measure,period,value,unit,note\n" // 46 bytes
	row := "gdp,330200,level,2023-Q1,3700,亿元,"
	const notUTF8 = " is not UTF-8, unlike the rest of the file; " + saveAsCSV
	const notGB = " is not GB18030, unlike the rest of the file; " + saveAsCSV
	const notUTF16 = " is not UTF-16, unlike the rest of the file; " + saveAsCSV
	const unknown = " is not valid in any encoding that the file appears to use; use --encoding windows-1251 if \"дєїе…\" is right, use --encoding windows-874 if \"ไบฟๅ…\" is right, or " + saveAsCSV
	gb := func(s string) string { return string(encoded(t, simplifiedchinese.GBK, s)) }
	utf16 := func(s string) string { return string(encoded(t, encodings["UTF-16LE"], s)) }
	for _, c := range []struct{ name, file, want string }{
		{"a byte that begins nothing", header + row + "\xff\n", `f.csv:2: sheet/encoding: "0xFF" at byte offset 83` + notUTF8},
		{"a GBK cell in a UTF-8 file", header + row + gb("宁波") + "\n", `f.csv:2: sheet/encoding: "0xC4" at byte offset 83` + notUTF8},
		{"GBK rows after UTF-8 rows", header + row + "\n" + gb(row) + "\n", `f.csv:3: sheet/encoding: "0xD2" at byte offset 114` + notUTF8},
		{"GBK far after UTF-8", header + row + strings.Repeat("\n", 70_000) + gb(row), `f.csv:70002: sheet/encoding: "0xD2" at byte offset 70113` + notUTF8},
		{"UTF-8 rows after GBK rows", header + gb(row) + "\n" + row + "\n", `f.csv:2: sheet/encoding: "0xD2" at byte offset 76` + notUTF8},
		{"a bad byte far on in GBK", header + gb(row) + strings.Repeat("\n", 70_000) + "\xff", `f.csv:70002: sheet/encoding: "0xFF" at byte offset 70081` + notGB},
		{"an empty code point of GB18030", header + gb(row) + strings.Repeat("\n", 70_000) + "\xe3\x32\x9a\x36", `f.csv:70002: sheet/encoding: "0xE3" at byte offset 70081` + notGB},
		{"a file cut within a character", header + row + "\n" + row[:len(row)-2], `f.csv:3: sheet/encoding: "0xE5" at byte offset 117` + notUTF8},
		{"nothing but half a word", header + row[:len(row)-2], `f.csv:2: sheet/encoding: "0xE4" at byte offset 76` + unknown},
		{"half a surrogate pair", utf16(header+row) + "\x00\xd8\n\x00", `f.csv:2: sheet/encoding: "0x00" at byte offset 160` + notUTF16},
		{"an odd byte at the end of UTF-16", utf16(header+row) + "x", `f.csv:2: sheet/encoding: "0x78" at byte offset 160` + notUTF16},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := report("f.csv", strings.NewReader(c.file)); !strings.Contains("\n"+got, "\n"+c.want+"\n") {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestFiguresBeforeABadByteAreRead(t *testing.T) {
	row := "gdp,330200,level,2023-Q1,3700,亿元\n"
	got := report("f.csv", strings.NewReader(required+row+row+"\xff"))
	if n := strings.Count(got, `"gdp"`); n != 2 {
		t.Errorf("%d figures of 2 in\n%s", n, got)
	}
}
