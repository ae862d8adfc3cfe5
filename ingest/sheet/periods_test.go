package sheet

import (
	"strings"
	"testing"
)

func TestAReportSaysInBothLanguagesHowPeriodsAreRead(t *testing.T) {
	for _, column := range []string{"2023.1 2023.10", "2023.01 2023.1", "Jan-23 Feb-23 Mar-23 Jan-24", "2009/10 2012/13", "2009/09 2009/10"} {
		var b strings.Builder
		b.WriteString("indicator,area,measure,period,value,unit\n")
		for _, period := range strings.Fields(column) {
			b.WriteString("gdp,330200,level," + period + ",3700,CNY\n")
		}
		s, _, err := look("f.csv", strings.NewReader(b.String()), Given{})
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Read) != 1 || !strings.HasPrefix(s.Read[0].EN, "periods: ") || len(s.Read[0].ZH) <= len("时期：") {
			t.Errorf("%s: it says %q", column, s.Read)
		}
	}
}
