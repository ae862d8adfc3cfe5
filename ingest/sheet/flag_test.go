package sheet

import (
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
)

// flagged reads a value and a status, and returns those of the figure, or what is
// wrong.
func flagged(t *testing.T, flags figure.Flags, value, status string) string {
	t.Helper()
	quoted := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	sender := func(indicator string) Sender {
		if indicator != "boxes" {
			t.Errorf("asked for %s", indicator)
		}
		return Sender{Flags: flags}
	}
	r, err := open("f.csv", strings.NewReader("indicator,area,measure,period,value,unit,status\nboxes,H1,level,2023-01,"+quoted(value)+",TEU,"+quoted(status)+"\n"), Given{Sender: sender})
	if err != nil {
		t.Fatal(err)
	}
	row, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	if len(row.Problems) > 0 {
		var all []string
		for _, p := range row.Problems {
			all = append(all, strings.TrimSuffix(p.Error(), sayOnce))
		}
		return strings.Join(all, "\n")
	}
	got := row.Figure.Value.String()
	if row.Figure.Withheld {
		got = "none"
	}
	return got + " " + row.Figure.Status.String()
}

// eurostat and census are two offices that use the same letter for different things.
var (
	eurostat = figure.Flags{"p": {Status: 'P'}, "b": {Status: 'B'}, "d": {Status: 'D'}, "c": {Status: 'Q'}, "s": {Status: 'E'}, "r": {Status: 'A'}, "z": {Status: 'M'}, ":": {Status: 'O'}, "-": {Status: 'A', Zero: true}, "*": {Status: 'P'}}
	census   = figure.Flags{"D": {Status: 'Q'}, "S": {Status: 'Q'}, "Z": {Status: 'A', Zero: true}, "p": {Status: 'P'}, "E": {Status: 'U'}}
)

func TestAMarkIsReadAsTheAgencyMeansIt(t *testing.T) {
	for _, tt := range []struct {
		name, value, status string
		flags               figure.Flags
		want                string
	}{
		{"beside", "119287p", "", eurostat, "119287 P"},
		{"with a space", "7.2 s", "", eurostat, "7.2 E"},
		{"in brackets", "119287 (p)", "", eurostat, "119287 P"},
		{"in square brackets", "119287[p]", "", eurostat, "119287 P"},
		{"above the line", "119287ᵖ", "", eurostat, "119287 P"},
		{"full-width", "119287ｐ", "", eurostat, "119287 P"},
		{"an asterisk", "1,119,287*", "", eurostat, "1119287 P"},
		{"several with a comma", "119287 (b, r)", "", eurostat, "119287 B"},
		{"before", "p 119287", "", eurostat, "119287 P"},
		{"revised, which is no status", "119287r", "", eurostat, "119287 A"},
		{"revised beside a status", "119287r", "P", eurostat, "119287 P"},
		{"two marks of which one is normal", "119287pr", "", eurostat, "119287 P"},
		{"beside a minus", "-7.5 p", "", eurostat, "-7.5 P"},
		{"without brackets in the catalogue", "(D)", "", census, "none Q"},
		{"withheld in capitals", "D", "", census, "none Q"},
		{"a small letter that is another mark", "5 d", "", eurostat, "5 D"},
		{"too little to show", "Z", "", census, "0 A"},
		{"zero", "-", "", eurostat, "0 A"},
		{"zero by a long dash", "—", "", eurostat, "0 A"},
		{"missing", ":", "", eurostat, "none O"},
		{"confidential", "c", "", eurostat, "none Q"},
		{"missing, with the reason", ": c", "", eurostat, "none Q"},
		{"a sign behind the number", "982.5-", "", eurostat, `figure/value: value "982.5-" has its sign at the end; write -982.5`},
		{"a mark for no value beside one", "982.5c", "", eurostat, `figure/value-and-status: value "982.5c" is a number with a flag that means there is none (Q, missing value; suppressed); remove the number or the flag`},
		{"in the column status", "5", "s", eurostat, "5 E"},
		{"a capital that the agency means otherwise", "5", "E", census, "5 U"},
		{"a capital of SDMX", "5", "E", eurostat, "5 E"},
		{"SDMX's name", "5", "estimated value", eurostat, "5 E"},
		{"a flag that says what the column says", "5p", "P", eurostat, "5 P"},
		{"a flag that says another thing than the column", "5p", "E", eurostat, `figure/status: status "E" disagrees with the flag on the value, P; remove one of the two`},
		{"two marks that are two statuses", "5bp", "", eurostat, `sheet/flag: value "5bp" carries the flags bp, which mean two different statuses; write 5 in the column value and the one that counts in the column status`},
		{"a mark of a value without one", "p", "", eurostat, `figure/value-and-status: value "p" is a flag (P, provisional value) without a value; write the value that it marks, or leave the cell empty and write O (missing) or Q (withheld) in the column status`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := flagged(t, tt.flags, tt.value, tt.status); got != tt.want {
				t.Errorf("%q, %q is %s\nwant %s", tt.value, tt.status, got, tt.want)
			}
		})
	}
}

func TestAMarkThatIsNotExplainedIsAskedAboutWithItsMeanings(t *testing.T) {
	for _, tt := range []struct{ value, status, want string }{
		{"119287p", "", `sheet/flag: value "119287p" carries the flag p; write 119287 in the column value and P in the column status if it is provisional (many offices)`},
		{"119287 (r)", "", `sheet/flag: value "119287 (r)" carries the flag (r); write 119287 in the column value and nothing in the column status if it is revised, as is every publication after the first (many offices)`},
		{"119287*", "", `sheet/flag: value "119287*" carries the flag *; write 119287 in the column value and P in the column status if it is provisional (some offices), Q if it is withheld (some offices), nothing if it is a footnote (some offices)`},
		{":", "", `sheet/flag: value ":" is in place of a value, and no status says what it means; leave the cell empty and write O in the column status if it is not available (Eurostat)`},
		{"-", "", `sheet/flag: value "-" is in place of a value, and no status says what it means; write 0 if it is zero (many offices); leave the cell empty and write O in the column status if it is missing (others)`},
		{"(D)", "", `sheet/flag: value "(D)" is in place of a value, and no status says what it means; leave the cell empty and write Q in the column status if it is withheld (US Census Bureau)`},
		{"5", "s", `figure/status: status "s" means different things at different offices; write E if it is estimated by Eurostat (Eurostat), Q if it is withheld (US Census Bureau), S if it is strike and other special events (SDMX)`},
		{"5", "e", `figure/status: status "e" means different things at different offices; write E if it is estimated (Eurostat), U if it is use with caution (Statistics Canada)`},
		{"5", "p", "5 P"},
		{"5", "u", "5 U"},
		{"", "c", "none Q"},
		{"-", "O", "none O"},
		{":", "O", "none O"},
		{"5TEU", "", `sheet/unit-in-value: value "5TEU" includes a unit; write 5 in the column value and TEU in the column unit`},
		{"5", "Y", `figure/status: status "Y" is not an SDMX observation status; write A (normal), P (provisional), E (estimated), Q (withheld) or another code of CL_OBS_STATUS`},
	} {
		t.Run(tt.value+" "+tt.status, func(t *testing.T) {
			if got := flagged(t, nil, tt.value, tt.status); got != tt.want {
				t.Errorf("%q, %q is %s\nwant %s", tt.value, tt.status, got, tt.want)
			}
		})
	}
}
