package catalog

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
)

// ningboIndicators are the indicators whose codes people rely on, with kind,
// frequency, base unit, display unit and agency.
const ningboIndicators = `
container_throughput flow M TEU 万TEU port
cargo_throughput flow M t 万吨 port
container_throughput_rank rank A place 位 port
cargo_throughput_rank rank A place 位 port
waterway_investment flow M CNY 亿元 port
trade_exports flow M CNY 亿元 customs
trade_imports flow M CNY 亿元 customs
trade_total flow M CNY 亿元 customs
trade_private flow M CNY 亿元 customs
foreign_capital_used flow M USD 亿美元 commerce
foreign_capital_used_cumulative stock A USD 亿美元 commerce
trade_rank rank A place 位 customs
services_trade flow M CNY 亿元 commerce
digital_trade flow M CNY 亿元 commerce
two_way_investment flow M USD 亿美元 commerce
cross_border_pilot_grade rank A grade 档 commerce
gdp flow Q CNY 亿元 statistics
gdp_rank rank A place 位 statistics
industrial_value_added flow M CNY 亿元 statistics
retail_sales flow M CNY 亿元 statistics
fixed_asset_investment flow M CNY 亿元 statistics
industrial_value_added_all flow M CNY 亿元 statistics
industrial_value_added_rank rank A place 位 statistics
gdp_per_capita average A CNY/person 元/人 statistics
urbanization_rate average A % % statistics
registered_population stock A person 万人 statistics
new_enterprises flow M enterprise 家 market_regulation
market_entities stock M entity 万户 market_regulation
people_per_entity ratio A person/entity 人/户 derived
key_entities stock A entity 户 commerce
single_champions_new flow A enterprise 家 industry
little_giants_new flow A enterprise 家 industry
listed_companies_new flow A enterprise 家 industry
hightech_enterprises stock A enterprise 家 science
single_champions_total stock M enterprise 家 industry
little_giants_total stock M enterprise 家 industry
listed_companies_total stock M enterprise 家 industry
enterprises_total stock M enterprise 万家 market_regulation
new_market_entities flow A entity 万户 market_regulation
projects_signed flow M project 个 development_reform
projects_signed_investment flow M CNY 亿元 development_reform
projects_started flow M project 个 development_reform
projects_started_hightech flow M project 个 development_reform
projects_started_investment flow M CNY 亿元 development_reform
projects_started_output flow M CNY 亿元 development_reform
land_projects stock M project 个 natural_resources
quality_projects stock M project 个 housing
science_zone_area stock A m2 平方公里 science
eit_campus_area stock A m2 万平方米 science
policy_measures flow A measure 条 commerce
unresolved_cases flow M case 件 service_center
`

// ningboTargets are the targets with kind, indicator, area, category,
// measure, value in the base unit, and the years from, by and base.
const ningboTargets = `
container_rank_2026 rank container_throughput_rank NBZS _T level 2 - 2026 -
cargo_rank_2026 rank cargo_throughput_rank NBZS _T level 1 2022 2026 -
exports_2026 annual_total trade_exports 330200 _T level 1000000000000 - 2026 2021
imports_2026 annual_total trade_imports 330200 _T level 1000000000000 - 2026 2021
services_trade_2026 annual_total services_trade 330200 _T level 500000000000 - 2026 2021
digital_trade_2026 annual_total digital_trade 330200 _T level 500000000000 - 2026 2021
two_way_investment_2026 cumulative two_way_investment 330200 _T level 40000000000 2022 2026 -
gdp_2_trillion annual_total gdp 330200 _T level 2000000000000 - open -
port_2027_containers annual_total container_throughput NBZS _T level 40000000 - 2027 2022
port_2027_cargo annual_total cargo_throughput NBZS _T level 1340000000 - 2027 2022
port_2025_containers annual_total container_throughput NBZS _T level 35000000 - 2025 2020
port_2025_cargo annual_total cargo_throughput NBZS _T level 1300000000 - 2025 2020
new_enterprises_daily floor new_enterprises 330200 _T level 190 2023-01 - -
market_entities_floor floor market_entities 330200 _T level 1300000 2022-12 - -
container_month_floor floor container_throughput NBZS _T level 3000000 2023-01 - -
key_entities_2026 multiple key_entities 330200 _T level 2 - 2026 2021
waterway_investment_2023 annual_total waterway_investment NBZS _T level 3410000000 - 2023 -
gdp_growth_2016 growth gdp 330200 _T yoy 7.5 - 2016 -
container_growth_2016 growth container_throughput NBZS _T yoy 6 - 2016 -
single_champions floor single_champions_new 330200 _T level 20 2022 2022 -
little_giants floor little_giants_new 330200 _T level 101 2022 2022 -
listed floor listed_companies_new 330200 _T level 11 2022 2022 -
land_projects_249 floor land_projects 330200 _T level 249 2022-12 - -
quality_660 floor quality_projects 330200 _T level 660 2022-12 - -
eit_campus_2025 level_by eit_campus_area 330200 _T level 600000 - 2025 -
gdp_2025 annual_total gdp 330200 _T level 1700000000000 - 2025 2020
gdp_2030 annual_total gdp 330200 _T level 2600000000000 - 2030 2025
gdp_per_capita_2025 level_by gdp_per_capita 330200 _T level 170000 - 2025 -
urbanization_2025 level_by urbanization_rate 330200 _T level 76 - 2025 -
industry_2025 annual_total industrial_value_added 330200 _T level 680000000000 - 2025 -
industry_all_2025 annual_total industrial_value_added_all 330200 _T level 810000000000 - 2025 -
industry_rank_2025 rank industrial_value_added_rank 330200 _T level 5 - 2025 -
unresolved_hotspot ceiling unresolved_cases 330200 any level 10 - - -
`

func lines(s string) []string { return strings.Split(strings.TrimSpace(s), "\n") }

func TestNingboMeasuresWhatTheCityWantsToKnow(t *testing.T) {
	var got []string
	for _, i := range Ningbo().Indicators {
		got = append(got, strings.Join([]string{i.Code, string(i.Kind), i.Frequency().String(), i.Unit.Code, i.Display, i.Agency.Code}, " "))
	}
	sameLines(t, got, lines(ningboIndicators))
}

func TestNingboHasTheTargetsOfItsPlans(t *testing.T) {
	dash := func(p figure.Period) string {
		if p.IsZero() {
			return "-"
		}
		return p.String()
	}
	var got []string
	for _, g := range Ningbo().Targets {
		by := dash(g.By)
		if g.Open {
			by = "open"
		}
		got = append(got, strings.Join([]string{g.ID, string(g.Kind), g.Indicator.Code, g.Area.Code, g.Category,
			g.Measure.String(), g.Value.String(), dash(g.From), by, dash(g.Base)}, " "))
	}
	sameLines(t, got, lines(ningboTargets))
}

func TestNingboHasItsTopicsInOrder(t *testing.T) {
	var got []string
	for _, topic := range Ningbo().Topics {
		n := 0
		for _, i := range Ningbo().Indicators {
			if i.Topic == topic {
				n++
			}
		}
		if n == 0 {
			t.Errorf("no indicator belongs to %s", topic.Code)
		}
		got = append(got, topic.Code)
	}
	if want := strings.Fields("port trade economy enterprises projects"); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// sameLines compares regardless of order.
func sameLines(t *testing.T, got, want []string) {
	t.Helper()
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("lacks %s", w)
		}
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Errorf("has unexpected %s", g)
		}
	}
}

func TestNingboHasItsAreasAndAgencies(t *testing.T) {
	for _, code := range strings.Fields(`330200 330203 330205 330206 330211 330212 330213 330225 330226 330281 330282
		NBZS NBPA NBKA`) {
		if _, ok := Ningbo().Area(code); !ok {
			t.Errorf("lacks area %s", code)
		}
	}
	for _, code := range strings.Fields(`port customs commerce statistics market_regulation industry science
		development_reform natural_resources housing service_center derived`) {
		if _, ok := Ningbo().agencies[code]; !ok {
			t.Errorf("lacks agency %s", code)
		}
	}
}

func TestCityAndDistrictsReportEveryFlowAndStock(t *testing.T) {
	for _, i := range Ningbo().Indicators {
		if i.Kind != Flow && i.Kind != Stock {
			continue
		}
		for _, a := range Ningbo().Areas {
			if (a.Kind == "city" || a.Kind == "district") && !i.HasArea(a.Code) {
				t.Errorf("%s does not report %s", a.Code, i.Code)
			}
		}
	}
}

func TestOnlyRanksAndComplaintsAreBetterWhenLower(t *testing.T) {
	for _, i := range Ningbo().Indicators {
		if want := i.Kind == Rank || i.Code == "unresolved_cases"; i.LowerIsBetter != want {
			t.Errorf("%s: %v", i.Code, i.LowerIsBetter)
		}
	}
}

func TestInvestmentIsPublishedAsGrowthOnly(t *testing.T) {
	got := indicator(t, Ningbo(), "fixed_asset_investment").Measures
	if want := []figure.Measure{figure.YoY, figure.YTDYoY}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestTheNewspapersMisprintIsImplausible(t *testing.T) {
	population := indicator(t, Ningbo(), "registered_population")
	r, _ := population.Plausible("330200", figure.Level, figure.Annual)
	for written, want := range map[string]bool{"6211": false, "621.1": true, "62.11": false} {
		v, err := population.ToBase(decimal(t, written), "万人", figure.Level)
		if err != nil || r.Contains(v) != want {
			t.Errorf("%s万人: %v, want %v", written, r.Contains(v), want)
		}
	}
}

// testdata/published.csv has what was published about Ningbo from 2020 to
// 2026.
func TestEveryPublishedFigureIsAcceptedAndPlausible(t *testing.T) {
	f, err := os.Open("testdata/published.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 100 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		i, area, written := indicator(t, Ningbo(), row[0]), row[1], row[5]
		m, err := figure.ParseMeasure(row[2])
		if err != nil {
			t.Fatal(err)
		}
		freq := period(t, row[3]).Frequency()
		if !i.HasArea(area) || !i.Publishes(m) || !i.Accepts(freq) {
			t.Errorf("%v is not accepted", row)
		}
		v, err := i.ToBase(decimal(t, row[4]), written, m)
		r, ok := i.Plausible(area, m, freq)
		if err != nil || !ok || !r.Contains(v) {
			t.Errorf("%v is outside %s to %s (%v)", row, r.Min, r.Max, err)
		}
	}
}

// A value that was written in 万 instead of in ones, or the other way round,
// must not pass at the level of the published figures.
func TestAUnitSlipOfAPublishedTotalIsImplausible(t *testing.T) {
	for _, c := range []struct{ indicator, area, value, unit string }{
		{"container_throughput", "NBZS", "3460000", "万TEU"},
		{"container_throughput", "NBZS", "346", "TEU"},
		{"cargo_throughput", "NBZS", "104150000", "万吨"},
		{"cargo_throughput", "NBZS", "10415", "吨"},
		{"trade_total", "330200", "9589000", "亿元"},
		{"trade_total", "330200", "958.9", "万元"},
		{"market_entities", "330200", "1300000", "万户"},
		{"market_entities", "330200", "130", "户"},
	} {
		i := indicator(t, Ningbo(), c.indicator)
		v, err := i.ToBase(decimal(t, c.value), c.unit, figure.Level)
		r, _ := i.Plausible(c.area, figure.Level, figure.Monthly)
		if err != nil || r.Contains(v) {
			t.Errorf("%s %s of %s passes (%v)", c.value, c.unit, c.indicator, err)
		}
	}
}

func TestFlagsOfTargets(t *testing.T) {
	var got []string
	for _, g := range Ningbo().Targets {
		for flag, set := range map[string]bool{"approximate": !g.Tolerance.IsZero(), "kept": g.Kept, "per day": g.PerDay, "record": g.Record} {
			if set {
				got = append(got, g.ID+" "+flag)
			}
		}
	}
	sameLines(t, got, []string{"imports_2026 approximate", "cargo_rank_2026 kept", "new_enterprises_daily per day", "container_month_floor record"})
}

func TestDaysOfAPeriod(t *testing.T) {
	for p, want := range map[string]int{"2024-02": 29, "2023-Q1": 90, "2023": 365} {
		if got := Days(period(t, p)); got != want {
			t.Errorf("%s: got %d, want %d", p, got, want)
		}
	}
}

func TestGrowthAtConstantPricesIsMarkedAsSuch(t *testing.T) {
	for code, want := range map[string]bool{"gdp": true, "industrial_value_added": true, "trade_exports": false, "container_throughput": false} {
		if i, _ := Ningbo().Indicator(code); i.ConstantPrices != want {
			t.Errorf("%s: constant prices is %t, want %t", code, i.ConstantPrices, want)
		}
	}
}
