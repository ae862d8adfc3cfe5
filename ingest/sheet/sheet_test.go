package sheet

import (
	"bytes"
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

// look surveys the content of r.
func look(name string, r io.Reader, given Given) (*Survey, []byte, error) {
	content, err := io.ReadAll(r)
	if err != nil {
		return nil, nil, err
	}
	s, err := Look(name, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }, given)
	return s, content, err
}

// open begins reading the content of r.
func open(name string, r io.Reader, given Given) (*Reader, error) {
	s, content, err := look(name, r, given)
	if err != nil {
		return nil, err
	}
	return s.Open(bytes.NewReader(content))
}

// report reads a sheet and returns everything as text: how it is read, and a line for
// each figure and each problem.
func report(name string, r io.Reader) string { return reportGiven(name, r, Given{}) }

func reportGiven(name string, r io.Reader, given Given) string {
	content, err := io.ReadAll(r)
	if err != nil {
		return err.Error() + "\n"
	}
	return reportFrom(name, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }, given)
}

func reportFrom(name string, source func() (io.ReadCloser, error), given Given) string {
	var b strings.Builder
	s, err := Look(name, source, given)
	if err != nil {
		return err.Error() + "\n"
	}
	for _, words := range s.Read {
		fmt.Fprintf(&b, "%s: %s | %s\n", name, words.ZH, words.EN)
	}
	src, err := source()
	if err != nil {
		return err.Error() + "\n"
	}
	sheet, err := s.Open(src)
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
		{"an empty file", "", `f.csv: sheet/empty: the file contains no text; write a header line like ` + sampleHeader + ` and one figure per line below it`},
		{"nothing but a byte order mark", "\ufeff", `f.csv: sheet/empty: the file contains no text; write a header line like ` + sampleHeader + ` and one figure per line below it`},
		{"nothing but blank lines", "\n \n,,,\n", `f.csv: sheet/empty: the file contains no text; write a header line like ` + sampleHeader + ` and one figure per line below it`},
		{"a header only", required, `f.csv: sheet/no-rows: the file has a header but no figures; write one figure per line below the header`},
		{"a header and blank rows", required + ",,,,,\n \n", `f.csv: sheet/no-rows: the file has a header but no figures; write one figure per line below the header`},
		{"XLSX", "PK\x03\x04\x14", `f.csv: sheet/not-csv: is an Excel workbook (XLSX) or another ZIP file, not CSV; ` + save},
		{"XLS", "\xd0\xcf\x11\xe0\xa1", `f.csv: sheet/not-csv: is an old Excel workbook (XLS), not CSV; ` + save},
		{"PDF", "%PDF-1.7", `f.csv: sheet/not-csv: is a PDF file, not CSV; ` + save},
		{"gzip", "\x1f\x8b\x08", `f.csv: sheet/not-csv: is a gzip file, not CSV; ` + save},
		{"HTML named .csv", "<table>", `f.csv: sheet/not-csv: is HTML or XML, not CSV; ` + save},
		{"JSON", `{"indicator":"gdp"}`, `f.csv: sheet/not-csv: is JSON, not CSV; ` + save},
		{"UTF-16 without a mark", "i\x00n\x00d\x00", `f.csv: sheet/not-csv: is binary, or UTF-16 without a byte order mark, not CSV; ` + save},
		{"zero bytes far on", required + strings.Repeat("\n", 70_000) + "\x00", `f.csv:70002: sheet/not-csv: contains a zero byte, which no text does; ` + save},
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
		{"misspelt", "indicator,area,measure,perid,value,unit", `f.csv:1:D: sheet/unknown-column: "perid" is not a known column; did you mean "period"?`},
		{"misspelt in Chinese", "指标,地域,口径,时间,数值,单位", `f.csv:1:B: sheet/unknown-column: "地域" is not a known column; did you mean "area"?`},
		{"unknown", "indicator,area,measure,period,value,unit,colour", `f.csv:1:G: sheet/unknown-column: "colour" is not a known column; the columns are ` + sampleHeader},
		{"missing", "indicator,area,value,note", `f.csv:1: sheet/missing-column: "measure, period, unit" is not in the header; ` + first},
		{"twice", "indicator,area,measure,period,value,unit,Unit", `f.csv:1:G: sheet/duplicate-column: "Unit" is the same column as F; keep one of the two`},
		{"twice in two languages", "时间,indicator,area,measure,时期,value,unit", `f.csv:1:E: sheet/duplicate-column: "时期" is the same column as A; keep one of the two`},
		{"all at once", "indicator,indicator,aera,x-ray,period,value,unit", `f.csv:1:B: sheet/duplicate-column: "indicator" is the same column as A; keep one of the two
f.csv:1:C: sheet/unknown-column: "aera" is not a known column; did you mean "area"?
f.csv:1:D: sheet/unknown-column: "x-ray" is not a known column; the columns are ` + sampleHeader + `
f.csv:1: sheet/missing-column: "measure" is not in the header; ` + first},
		{"no header at all", "\n\ngdp,330200,level,2023-Q1,3700,亿元", `f.csv:3: sheet/missing-column: "indicator, area, measure, period, value, unit" is not in the header; ` + first + `; if the file has no such line, name them with --columns`},
		{"too long", strings.Repeat("x", windowSize+1), `f.csv:1: sheet/too-long: is a header of more than 65536 bytes; check whether this is a CSV file; the header is one line like ` + sampleHeader},
		{"a quotation never closed", `indicator,"area,measure`, `f.csv:1:B: sheet/quote: ""area" opens a quotation that is not closed on its line; write "area"`},
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

func TestABrokenQuotationCostsItsRow(t *testing.T) {
	good := "gdp,330200,level,2023-Q1,3700,亿元\n"
	for _, c := range []struct{ name, row, want string }{
		{"within a text", "gdp,330200,level,2023-Q2,9,亿\"元\n", `f.csv:3:F: sheet/quote: unit "亿"元" has a quotation mark inside it; write 亿元`},
		{"after the end", "gdp,330200,level,2023-Q2,9,\"亿元\"x\n", `f.csv:3:F: sheet/quote: unit ""亿元"x" has a quotation mark inside it; write 亿元x`},
		{"never closed", "gdp,330200,level,2023-Q2,9,\"亿元\n", `f.csv:3:F: sheet/quote: unit ""亿元" opens a quotation that is not closed on its line; write 亿元`},
		{"closed far on in a row of its own", "gdp,330200,level,2023-Q2,9,\"亿元\n" + good + "gdp,330200,level,2023-Q3,9,亿元\"\n",
			`f.csv:3:F: sheet/quote: unit ""亿元" opens a quotation that is not closed on its line; write 亿元`},
		{"in the first cell", "\"gdp,330200,level,2023-Q2,9,亿元\n", `f.csv:3:A: sheet/quote: indicator ""gdp" opens a quotation that is not closed on its line; write gdp`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Split(report("f.csv", strings.NewReader(required+good+c.row+good)), "\n")
			if got[1] != c.want {
				t.Errorf("got  %s\nwant %s", got[1], c.want)
			}
			if last := got[len(got)-2]; !strings.Contains(last, `"3700"`) || len(got) < 4 {
				t.Errorf("reading does not go on: %q", got)
			}
		})
	}
}

func TestARowThatDoesNotEndIsRefused(t *testing.T) {
	good := "gdp,330200,level,2023-Q1,3700,亿元\n"
	for _, c := range []struct{ name, row, want string }{
		{"a line", strings.Repeat("x", maxRow), `f.csv:3: sheet/too-long: is a row of more than 1048576 bytes; check whether this is a CSV file; a row is one line`},
		{"a quotation", `"` + strings.Repeat("x\n", maxRow/2), `f.csv:3:A: sheet/quote: indicator ""x" opens a quotation that is not closed on its line; write x`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Split(report("f.csv", strings.NewReader(required+good+c.row+"\n"+good)), "\n")
			if got[1] != c.want {
				t.Errorf("after %.80s\ngot  %.300s\nwant %s", got[0], got[1], c.want)
			}
			if last := got[len(got)-2]; !strings.Contains(last, `"3700"`) {
				t.Errorf("the row after it is %q", last)
			}
		})
	}
}

func TestASourceThatFailsIsReportedWithTheFile(t *testing.T) {
	broken := errors.New("the disk is gone")
	_, err := Look("f.csv", func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(required), failing{broken})), nil
	}, Given{})
	if !errors.Is(err, broken) || err.Error() != "f.csv: the disk is gone" {
		t.Errorf("the survey gives %v", err)
	}
	survey, _, err := look("f.csv", strings.NewReader(required+"gdp,330200,level,2023-Q1,3700,亿元\n"), Given{})
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := survey.Open(io.MultiReader(strings.NewReader(required), failing{broken}))
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
		if got := Letters(column); got != want {
			t.Errorf("letters(%d) = %s, want %s", column, got, want)
		}
	}
}

func TestAnErrorOfOpenIsAFault(t *testing.T) {
	for _, file := range []string{"", "PK\x03\x04", "a,b,c\n", required[1:], "x,\"y\n", "\xff\xff"} {
		_, err := open("f.csv", strings.NewReader(file), Given{})
		var fault *Fault
		if !errors.As(err, &fault) || fault.Problem == nil || !strings.HasPrefix(fault.Where, "f.csv") {
			t.Errorf("%q: %v is no fault", file, err)
		}
	}
}

func TestAWayToSayNoIsNotAReason(t *testing.T) {
	for text, want := range map[string]string{
		"是": "true", "NO": "false", "未确认": "false", "尚未核实。": "false", "有待进一步核实": "false", "not confirmed": "false",
		"To be confirmed!": "false", "not yet": "false", "still to be verified": "false",
		"受台风影响，已核对": "受台风影响，已核对", "not a slip: the port was closed": "not a slip: the port was closed",
	} {
		if got := confirmedText(text); got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}

func TestAnApostropheBeforeAFormulaIsNotPartOfTheText(t *testing.T) {
	got := report("a.csv", strings.NewReader("indicator,area,category,measure,period,value,unit,note,source\n"+
		"gdp,330200,'-x,level,2023,1,亿元,'=SUM(A1),'@home\ngdp,330200,,level,2024,-1,亿元,''+1,'quoted'\n"))
	for _, want := range []string{"=SUM(A1) [@home]", "'+1 ['quoted']", `"category":"-x"`} {
		if !strings.Contains(got, want) || strings.Contains(got, "sheet/") || strings.Contains(got, "figure/") {
			t.Errorf("%s is not in\n%s", want, got)
		}
	}
}
