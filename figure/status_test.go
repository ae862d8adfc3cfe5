package figure_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/tidemark-stats/tidemark/figure"
)

// codeList reads the committed copy of SDMX's CL_OBS_STATUS 2.2: names by
// code.
func codeList(t *testing.T) map[string]string {
	t.Helper()
	file, err := os.Open("testdata/CL_OBS_STATUS.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]string)
	for _, row := range rows[1:] {
		names[row[0]] = row[1]
	}
	return names
}

func TestTheStatusesAreThoseOfTheCodeListAndNoOther(t *testing.T) {
	names := codeList(t)
	if len(figure.Statuses()) != len(names) {
		t.Errorf("%d statuses, the code list has %d", len(figure.Statuses()), len(names))
	}
	for c := range 256 {
		code := string([]byte{byte(c)})
		_, listed := names[code]
		if _, err := figure.ParseStatus(code); (err == nil) != listed {
			t.Errorf("%q: in the code list %v, error %v", code, listed, err)
		}
	}
}

func TestStatusesAreNamedAsInTheCodeList(t *testing.T) {
	names := codeList(t)
	for _, s := range figure.Statuses() {
		if !strings.EqualFold(s.NameEN(), names[s.String()]) {
			t.Errorf("%v is %q, in the code list %q", s, s.NameEN(), names[s.String()])
		}
	}
}

func TestEveryStatusHasAChineseName(t *testing.T) {
	for _, s := range figure.Statuses() {
		if !strings.ContainsFunc(s.NameZH(), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%v is %q", s, s.NameZH())
		}
	}
}

func TestAStatusAllowsAValueOrNoneOrBoth(t *testing.T) {
	var valued, withheld strings.Builder
	for _, s := range figure.Statuses() {
		if s.Allows(false) {
			valued.WriteString(s.String())
		}
		if s.Allows(true) {
			withheld.WriteString(s.String())
		}
	}
	if valued.String() != "ABDEFGIJKNPSUVW" || withheld.String() != "HJKLMOQS" {
		t.Errorf("with a value %s, without %s", &valued, &withheld)
	}
}

func TestAnEmptyStatusIsNormal(t *testing.T) {
	if s, err := figure.ParseStatus(""); err != nil || s != figure.Normal {
		t.Errorf("the empty status is %v, %v", s, err)
	}
}

func TestAWrongStatusIsRefusedWithAHint(t *testing.T) {
	var cases []errorCase
	for _, s := range []string{"R", "a", "AB", " A", "初步", "revised"} {
		cases = append(cases, errorCase{text: s, want: fmt.Sprintf(`figure/status: status "%s" is not an SDMX observation status; `+
			`write A (normal), P (provisional), E (estimated), Q (withheld) or another code of CL_OBS_STATUS`, s)})
	}
	checkErrors(t, cases, func(s string) error { _, err := figure.ParseStatus(s); return err })
}
