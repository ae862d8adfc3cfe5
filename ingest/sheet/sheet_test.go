package sheet

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

const required = "indicator,area,measure,period,value,unit\n"

// report reads a sheet and tells all of it as text: a line for each figure,
// each problem at its cell, and what reading ended with.
func report(name string, r io.Reader) string {
	var b strings.Builder
	sheet, err := Open(name, r)
	if err != nil {
		return err.Error() + "\n"
	}
	for {
		row, err := sheet.Next()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			return b.String() + err.Error() + "\n"
		}
		if len(row.Problems) == 0 {
			fmt.Fprintf(&b, "%s: %s\n", sheet.Where(row.Line, ""), row.Figure.AppendJSON(nil))
		}
		for _, p := range row.Problems {
			fmt.Fprintf(&b, "%s: %s\n", sheet.Where(row.Line, p.Field), p.Error())
		}
	}
}

func TestGoldenSheets(t *testing.T) {
	names, err := filepath.Glob("testdata/*.csv")
	if err != nil || len(names) == 0 {
		t.Fatalf("no sheets in testdata: %v", err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			file, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			got := report(filepath.Base(name), file)
			golden := strings.TrimSuffix(name, ".csv") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestAFileThatIsNoSheetIsRefused(t *testing.T) {
	const save = `save it as CSV UTF-8 (in Excel: Save As, CSV UTF-8; 另存为 CSV UTF-8)`
	for _, c := range []struct{ name, file, want string }{
		{"an empty file", "", `f.csv: sheet/empty: the file holds no text; write a header line like ` + sampleHeader + ` and one figure a line below it`},
		{"nothing but a byte order mark", "\ufeff", `f.csv: sheet/empty: the file holds no text; write a header line like ` + sampleHeader + ` and one figure a line below it`},
		{"nothing but blank lines", "\n \n,,,\n", `f.csv: sheet/empty: the file holds no text; write a header line like ` + sampleHeader + ` and one figure a line below it`},
		{"a header only", required, `f.csv: sheet/no-rows: the file holds a header and no figures; write one figure a line below the header`},
		{"a header and blank rows", required + ",,,,,\n \n", `f.csv: sheet/no-rows: the file holds a header and no figures; write one figure a line below the header`},
		{"XLSX", "PK\x03\x04\x14", `f.csv: sheet/not-csv: is an Excel workbook (XLSX) or another ZIP file, not CSV; ` + save},
		{"XLS", "\xd0\xcf\x11\xe0\xa1", `f.csv: sheet/not-csv: is an old Excel workbook (XLS), not CSV; ` + save},
		{"PDF", "%PDF-1.7", `f.csv: sheet/not-csv: is a PDF file, not CSV; ` + save},
		{"gzip", "\x1f\x8b\x08", `f.csv: sheet/not-csv: is a gzip file, not CSV; ` + save},
		{"HTML named .csv", "<table>", `f.csv: sheet/not-csv: is HTML or XML, not CSV; ` + save},
		{"JSON", `{"indicator":"gdp"}`, `f.csv: sheet/not-csv: is JSON, not CSV; ` + save},
		{"UTF-16 without a mark", "i\x00n\x00d\x00", `f.csv: sheet/not-csv: is binary, or UTF-16 without a byte order mark, not CSV; ` + save},
		{"zero bytes far on", required + strings.Repeat("\n", 70_000) + "\x00", `f.csv:70002: sheet/not-csv: holds a zero byte, as no text does; ` + save},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := report("f.csv", strings.NewReader(c.file)); got != c.want+"\n" {
				t.Errorf("got  %swant %s", got, c.want)
			}
		})
	}
}

func TestAHeaderIsHeldAgainstTheColumns(t *testing.T) {
	const first = `the first line names the columns: ` + sampleHeader
	for _, c := range []struct{ name, header, want string }{
		{"misspelt", "indicator,area,measure,perid,value,unit", `f.csv:1:D: sheet/unknown-column: "perid" is not a column; did you mean "period"?`},
		{"misspelt in Chinese", "指标,地域,口径,时间,数值,单位", `f.csv:1:B: sheet/unknown-column: "地域" is not a column; did you mean "area"?`},
		{"unknown", "indicator,area,measure,period,value,unit,colour", `f.csv:1:G: sheet/unknown-column: "colour" is not a column; the columns are ` + sampleHeader},
		{"missing", "indicator,area,value,note", `f.csv:1: sheet/missing-column: "measure, period, unit" is not in the header; ` + first},
		{"twice", "indicator,area,measure,period,value,unit,Unit", `f.csv:1:G: sheet/duplicate-column: "Unit" is the same column as F; keep one of the two`},
		{"twice in two languages", "时间,indicator,area,measure,时期,value,unit", `f.csv:1:E: sheet/duplicate-column: "时期" is the same column as A; keep one of the two`},
		{"all at once", "indicator,indicator,aera,x-ray,period,value,unit", `f.csv:1:B: sheet/duplicate-column: "indicator" is the same column as A; keep one of the two
f.csv:1:C: sheet/unknown-column: "aera" is not a column; did you mean "area"?
f.csv:1:D: sheet/unknown-column: "x-ray" is not a column; the columns are ` + sampleHeader + `
f.csv:1: sheet/missing-column: "measure" is not in the header; ` + first},
		{"no header at all", "\n\ngdp,330200,level,2023-Q1,3700,亿元", `f.csv:3: sheet/missing-column: "indicator, area, measure, period, value, unit" is not in the header; ` + first},
		{"too long", strings.Repeat("x", windowSize+1), `f.csv:1: sheet/too-long: is a header of more than 65536 bytes; check whether this is a CSV file; the header is one line like ` + sampleHeader},
		{"a quotation never closed", `indicator,"area,measure`, `f.csv:1: sheet/quote: a quotation mark stands within a text or is never closed; ` + quoteHint},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := report("f.csv", strings.NewReader(c.header+"\n")); got != c.want+"\n" {
				t.Errorf("got  %swant %s", got, c.want)
			}
		})
	}
}

func TestEverySpellingOfAHeaderIsRead(t *testing.T) {
	const want = `{"indicator":"gdp","area":"330200","category":"_T","measure":"level","period":"2023-Q1","value":"3700","unit":"亿元","status":"A"}`
	for name, file := range map[string]string{
		"plain":                  "indicator,area,measure,period,value,unit\ngdp,330200,level,2023-Q1,3700,亿元\n",
		"no line ending":         "indicator,area,measure,period,value,unit\ngdp,330200,level,2023-Q1,3700,亿元",
		"a byte order mark":      "\ufeffindicator,area,measure,period,value,unit\ngdp,330200,level,2023-Q1,3700,亿元\n",
		"Windows line endings":   "indicator,area,measure,period,value,unit\r\ngdp,330200,level,2023-Q1,3700,亿元\r\n",
		"old Mac line endings":   "indicator,area,measure,period,value,unit\rgdp,330200,level,2023-Q1,3700,亿元\r",
		"doubled line endings":   "indicator,area,measure,period,value,unit\r\r\ngdp,330200,level,2023-Q1,3700,亿元\r\r\n",
		"semicolons":             "indicator;area;measure;period;value;unit\ngdp;330200;level;2023-Q1;3700;亿元\n",
		"tabs":                   "indicator\tarea\tmeasure\tperiod\tvalue\tunit\ngdp\t330200\tlevel\t2023-Q1\t3700\t亿元\n",
		"full-width commas":      "指标，地区，口径，时间，数值，单位\ngdp，330200，level，2023-Q1，3700，亿元\n",
		"full-width semicolons":  "指标；地区；口径；时间；数值；单位\ngdp；330200；level；2023-Q1；3700；亿元\n",
		"Excel's sep line":       "sep=|\nindicator|area|measure|period|value|unit\ngdp|330200|level|2023-Q1|3700|亿元\n",
		"capitals and spaces":    " Indicator , AREA,Measure\u00a0,\u3000period,value\u200b,unit\ngdp,330200,level,2023-Q1,3700,亿元\n",
		"quoted":                 "\"indicator\",\"area\", \"measure\",\"period\",\"value\",\"unit\"\ngdp,\"330200\", \"level\",2023-Q1,3700,亿元\n",
		"Chinese":                "指标,地区,口径,时期,数值,单位\ngdp,330200,本期,2023年一季度,3700,亿元\n",
		"another order":          "unit,value,period,measure,area,indicator\n亿元,3700,2023-Q1,level,330200,gdp\n",
		"blank lines before":     "\n,,,\n \nindicator,area,measure,period,value,unit\n\n,,,,,\ngdp,330200,level,2023-Q1,3700,亿元\n\n",
		"Excel's empty columns":  "indicator,area,measure,period,value,unit,,\ngdp,330200,level,2023-Q1,3700,亿元,,\n",
		"empty columns in rows":  "indicator,area,measure,period,value,unit\ngdp,330200,level,2023-Q1,3700,亿元,,, \n",
		"an empty column within": "indicator,area,,measure,period,value,unit\ngdp,330200,,level,2023-Q1,3700,亿元\n",
	} {
		t.Run(name, func(t *testing.T) {
			got := report("f.csv", strings.NewReader(file))
			if _, got, _ := strings.Cut(got, ": "); got != want+"\n" {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestAQuotedCellHoldsSeparatorsQuotesAndLines(t *testing.T) {
	got := report("f.csv", strings.NewReader("indicator,area,measure,period,value,unit,note\r\n"+
		"gdp,330200,level,2023-Q1,3700,亿元,\"a, \"\"b\"\"\r\nc\"\r\ngdp,330200,level,2023-Q2,9,亿元,d\r\n"))
	want := `f.csv:2: {"indicator":"gdp","area":"330200","category":"_T","measure":"level","period":"2023-Q1","value":"3700","unit":"亿元","status":"A","note":"a, \"b\"\nc"}
f.csv:4: {"indicator":"gdp","area":"330200","category":"_T","measure":"level","period":"2023-Q2","value":"9","unit":"亿元","status":"A","note":"d"}
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestABrokenQuotationEndsReadingAtItsLine(t *testing.T) {
	good := "gdp,330200,level,2023-Q1,3700,亿元\n"
	for _, c := range []struct{ name, rows, want string }{
		{"within a text", good + "gdp,330200,level,2023-Q2,9,亿\"元\n" + good, `f.csv:3: sheet/quote: a quotation mark stands within a text or is never closed; ` + quoteHint},
		{"after the end", good + "gdp,330200,level,2023-Q2,9,\"亿元\"x\n" + good, `f.csv:3: sheet/quote: a quotation mark stands within a text or is never closed; ` + quoteHint},
		{"never closed", good + "gdp,330200,level,2023-Q2,9,\"亿元\n" + good, `f.csv:4: sheet/quote: a quotation mark stands within a text or is never closed, in the row that begins on line 3; ` + quoteHint},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, got, _ := strings.Cut(report("f.csv", strings.NewReader(required+c.rows)), "\n")
			if got != c.want+"\n" {
				t.Errorf("got  %swant %s", got, c.want)
			}
		})
	}
}

func TestARowThatDoesNotEndIsRefused(t *testing.T) {
	good := "gdp,330200,level,2023-Q1,3700,亿元\n"
	for _, c := range []struct{ name, row, want string }{
		{"a line", strings.Repeat("x", maxRow), `f.csv:3: sheet/too-long: is a row of more than 1048576 bytes; check whether this is a CSV file; a row is one line`},
		{"a quotation", `"` + strings.Repeat("x\n", maxRow/2), `f.csv:3: sheet/too-long: is a row of more than 1048576 bytes; a quotation mark that is opened here or below is never closed: close it, or double it where it is part of a text`},
	} {
		t.Run(c.name, func(t *testing.T) {
			first, got, _ := strings.Cut(report("f.csv", strings.NewReader(required+good+c.row)), "\n")
			if got != c.want+"\n" {
				t.Errorf("after %.80s\ngot  %.300s\nwant %s", first, got, c.want)
			}
		})
	}
}

func TestASourceThatFailsIsReportedWithTheFile(t *testing.T) {
	broken := errors.New("the disk is gone")
	sheet, err := Open("f.csv", io.MultiReader(strings.NewReader(required), failing{broken}))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := sheet.Next(); !errors.Is(err, broken) || err.Error() != "f.csv: the disk is gone" {
			t.Errorf("got %v", err)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestAColumnHasTheLettersOfSpreadsheets(t *testing.T) {
	for column, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA"} {
		if got := letters(column); got != want {
			t.Errorf("letters(%d) = %s, want %s", column, got, want)
		}
	}
}

func TestAnErrorOfOpenIsAFault(t *testing.T) {
	for _, file := range []string{"", "PK\x03\x04", "a,b,c\n", required[1:], "x,\"y\n", "\xff\xff"} {
		_, err := Open("f.csv", strings.NewReader(file))
		var fault *Fault
		if !errors.As(err, &fault) || fault.Problem == nil || !strings.HasPrefix(fault.Where, "f.csv") {
			t.Errorf("%q: %v is no fault", file, err)
		}
	}
}
