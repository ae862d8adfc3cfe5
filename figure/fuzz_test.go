package figure_test

import (
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
)

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{plainBody, with(`"3770.6"`, ` null , "status":"Q"`), with(`"3770.6"`, `-3.77e3`),
		with(`}`, `,"category":"外贸","status":"P","note":"\u0001\n\ud83d\ude00<","confirmed":true,"published":"2023-04-20"}`),
		with(`}`, `,"confirmed":"a strike in \u6e2f"}`),
		with(`"gdp"`, `"\u0067dp"`), with(`{`, `{"unit":"",`), with("亿元", "\xd2\xda"), with(`"亿元"`, `{"a":[1]}`), "", "[]", `{"`, `{"a\n":1}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := figure.Decode(body)
		if err != nil {
			checkOneLine(t, err)
			return
		}
		checkAgainstEncodingJSON(t, body, got)
		again := got.AppendJSON(nil)
		if back, err := figure.Decode(again); err != nil || back != got {
			t.Fatalf("%q\nis written as %q\nand read as %#v, %v", body, again, back, err)
		}
	})
}

func FuzzParsePeriod(f *testing.F) {
	for _, seed := range []string{"2023-01", "2023-M12", "2023-Q4", "2023", "2023-A1", "2023-01-01/P1M", "2023-04-01/P3M", "2023-01-01/P1Y",
		"2023-01-01/P2M", "2199-12-01/P99Y", "2023-13", "1799", "二〇二三", "2023\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := figure.ParsePeriod(s)
		if err != nil {
			checkOneLine(t, err)
			return
		}
		if back, err := figure.ParsePeriod(p.String()); err != nil || back != p {
			t.Fatalf("%q is %v, which reads back as %v, %v", s, p, back, err)
		}
		if figure.PeriodAt(p.Frequency(), p.Start()) != p {
			t.Fatalf("%q is %v, which does not contain its start %v", s, p, p.Start())
		}
	})
}

func FuzzParseDecimal(f *testing.F) {
	for _, seed := range []string{"0", "-0", "2726.08", "+.5", "1.", "1.27e4", "1E-40", "123456789012345678", "1234567890123456789", "1e99999999999999999999",
		"1e41", "1,234", "NaN", "0x10", "１２", "-", "1e", "346万\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := figure.ParseDecimal(s)
		if err != nil {
			checkOneLine(t, err)
			return
		}
		if back, err := figure.ParseDecimal(d.String()); err != nil || back != d {
			t.Fatalf("%q is %v, which reads back as %v, %v", s, d, back, err)
		}
		if rational(t, s).Cmp(rational(t, d.String())) != 0 {
			t.Fatalf("%q is read as %v", s, d)
		}
		if nearest, _ := rational(t, s).Float64(); d.Float64() != nearest {
			t.Fatalf("%q is %v, want %v", s, d.Float64(), nearest)
		}
	})
}

func FuzzParsePublished(f *testing.F) {
	for _, seed := range []string{"2023-10-18", "2023-10-18T09:30:00+08:00", "2023-10-18T09:30:00Z", "2023-10-18T09:30:00.25-03:30",
		"2023-02-29", "2023-10-18T9:30:00Z", "2023-10-18T09:30:00,5Z", "0000-01-01", "9999-12-31T23:59:59Z", "2023-10-18\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, exact, err := figure.ParsePublished(s, shanghai)
		if err != nil {
			checkOneLine(t, err)
			return
		}
		layout := time.DateOnly
		if exact {
			layout = time.RFC3339Nano
		}
		back, sameKind, err := figure.ParsePublished(at.Format(layout), shanghai)
		if err != nil || sameKind != exact || !back.Equal(at) {
			t.Fatalf("%q is %v, which reads back as %v, %v", s, at, back, err)
		}
	})
}
