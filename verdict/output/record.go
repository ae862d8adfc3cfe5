package output

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/book/revision"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/internal/table"
	"github.com/tidemark-stats/tidemark/verdict"
	"github.com/tidemark-stats/tidemark/verdict/record"
)

// Record writes the track record, with every number in plain words. Dates are
// those of the catalogue's clocks.
func (p Printer) Record(w io.Writer, c *catalog.Catalog, r record.Report) error {
	page := &recordPage{Printer: p, cat: c}
	page.targets(r.Tracks)
	page.open(r.Tracks)
	page.projections(r.Projections)
	page.revisions(r.Revisions)
	_, err := io.WriteString(w, page.String())
	return err
}

// recordPage is the page while it is written.
type recordPage struct {
	Printer
	strings.Builder
	cat *catalog.Catalog
}

// say is a text in the language of the page.
func (p *recordPage) say(zh, en string, args ...any) string {
	return fmt.Sprintf(lang.Text{ZH: zh, EN: en}.In(p.Language), args...)
}

// line writes a line.
func (p *recordPage) line(zh, en string, args ...any) { p.WriteString(p.say(zh, en, args...) + "\n") }

// table writes rows below headings, which are given in both languages.
func (p *recordPage) table(headings []lang.Text, rows [][]string) {
	var t table.Table
	cells := []string{}
	for _, h := range headings {
		cells = append(cells, h.In(p.Language))
	}
	t.Row(cells...)
	for _, row := range rows {
		t.Row(row...)
	}
	_ = t.Write(p) // a Builder does not fail
}

func (p *recordPage) targets(tracks []*record.Track) {
	s := record.Together(tracks)
	p.line("一、判断的履历：每次发布时按当时已知的数据重新判断，与后来的结果相比",
		"1. The record of the verdicts: each target judged again at every release, by what was known then, and compared with what came of it")
	p.line("结果已知%d个目标：达成%d，未达成%d；尚无结果%d个，期限已过而无数据%d个。",
		"Targets whose outcome is known: %d, of which met %d, missed %d; still open: %d; past the deadline without a figure: %d.",
		s.Targets[record.Met]+s.Targets[record.Missed], s.Targets[record.Met], s.Targets[record.Missed], s.Targets[record.Open], s.Targets[record.Unknown])
	if s.Targets[record.Met]+s.Targets[record.Missed] == 0 {
		p.line("还没有一个目标的结果已知，无从检验。\n", "No outcome is known yet, so there is nothing to compare.\n")
		return
	}
	for _, v := range []verdict.Verdict{verdict.Met, verdict.OnTrack, verdict.AtRisk, verdict.Slipping, verdict.Missed} { // the others say nothing
		p.cameTrue(v, s.Verdicts[v])
	}
	p.held(s.Held, s.Bands, s.Width())
	p.early(s)
	p.WriteString("\n")
	rows := [][]string{}
	for _, k := range tracks {
		if k.Outcome == record.Met || k.Outcome == record.Missed {
			rows = append(rows, p.track(k))
		}
	}
	p.table(trackHeadings, rows)
	p.alike(record.Alike(tracks))
	p.WriteString("\n")
}

// cameTrue says how often a verdict came true.
func (p *recordPage) cameTrue(v verdict.Verdict, became map[record.Outcome]int) {
	met, missed := became[record.Met], became[record.Missed]
	if met+missed == 0 {
		return
	}
	p.line("  判断为“%s”%d次：其后达成%d次（%s），未达成%d次（%s）。", "  “%s”, said %d ×: then met %d (%s), missed %d (%s).",
		v.Name().In(p.Language), met+missed, met, share(met, met+missed), missed, share(missed, met+missed))
}

// held says how often bands held.
func (p *recordPage) held(held, bands int, width verdict.Number) {
	if bands == 0 {
		p.line("  没有可以与结果相比的预测区间。", "  There was no band to compare with an outcome.")
		return
	}
	p.line("  预测区间有%d次：其中%d次包含了后来的结果（%s）。", "  Bands around the projection: %d, of which %d contained the outcome (%s).", bands, held, share(held, bands))
	if width.Known {
		p.line("  区间宽度（上限减下限）的中位数为预测值的%s。", "  Half of all bands were at most %s of the projection wide, from low to high.", percent(width.Value))
	}
}

// early says how early misses were seen, and which alarms went away.
func (p *recordPage) early(s record.Sum) {
	p.line("  由不滞后转为滞后（警报，含尚无结果的目标）%d次，其中%d次后来解除。", "  Alarms (a target began to slip, open ones included): %d, of which %d went away again.", s.Alarms, s.Withdrawn)
	if missed := s.Targets[record.Missed]; missed > 0 {
		p.line("  未达成的%d个目标中，%d个在结果公布前已判为滞后，%d个没有预警。",
			"  Missed targets: %d, of which %d had been called slipping until the outcome, %d without warning.", missed, missed-s.Uncalled, s.Uncalled)
	}
	if len(s.ToDeadline) > 0 {
		p.line("  预警的中位数：期限前%s，结果公布前%s。", "  Half of the warnings came at least %s before the deadline, %s before the figure that settled the target.",
			p.months(upperMedian(s.ToDeadline)), p.months(upperMedian(s.ToOutcome)))
	}
}

// upperMedian is the largest warning that at least half of them reach.
func upperMedian(sorted []time.Duration) time.Duration { return sorted[len(sorted)/2] }

var trackHeadings = []lang.Text{
	{ZH: "结果", EN: "outcome"}, {ZH: "代号", EN: "id"}, {ZH: "目标", EN: "target"}, {ZH: "结果公布", EN: "settled"}, {ZH: "判断次数", EN: "judged"},
	{ZH: "正常", EN: "on track"}, {ZH: "有风险", EN: "at risk"}, {ZH: "滞后", EN: "slipping"}, {ZH: "区间包含结果", EN: "band held"}, {ZH: "区间宽度", EN: "band width"},
	{ZH: "警报（解除）", EN: "alarms (gone)"}, {ZH: "预警（期限前）", EN: "warning before deadline"},
}

func (p *recordPage) track(k *record.Track) []string {
	warning := ""
	if k.Warning.Known {
		warning = p.months(k.Warning.ToDeadline)
	}
	return append([]string{p.outcome(k.Outcome), k.Target.ID, p.name(k.Target, k.Category), p.day(k.Settled)}, append(p.counts(record.Together([]*record.Track{k})), warning)...)
}

// counts are the numbers of some tracks.
func (p *recordPage) counts(s record.Sum) []string {
	count := func(v verdict.Verdict) (n int) {
		for _, some := range s.Verdicts[v] {
			n += some
		}
		return n
	}
	all := 0
	for _, v := range verdict.Verdicts() {
		all += count(v)
	}
	held, width := "–", "–"
	if s.Bands > 0 {
		held = fmt.Sprintf("%d/%d", s.Held, s.Bands)
	}
	if w := s.Width(); w.Known {
		width = percent(w.Value)
	}
	return []string{strconv.Itoa(all), strconv.Itoa(count(verdict.OnTrack)), strconv.Itoa(count(verdict.AtRisk)), strconv.Itoa(count(verdict.Slipping)),
		held, width, fmt.Sprintf("%d (%d)", s.Alarms, s.Withdrawn)}
}

// alike adds up targets that repeat.
func (p *recordPage) alike(groups [][]*record.Track) {
	for _, g := range groups {
		s := record.Together(g)
		p.line("  %s（%s）同类目标%d个：达成%d，未达成%d；区间%d次中%d次包含结果；警报%d次，解除%d次。",
			"  %s (%s), %d targets of the same kind: %d met, %d missed; %d bands, of which %d held; %d alarms, of which %d went away.",
			g[0].Target.Indicator.Name.In(p.Language), p.area(g[0].Target.Area.Code), len(g), s.Targets[record.Met], s.Targets[record.Missed], s.Bands, s.Held, s.Alarms, s.Withdrawn)
	}
}

func (p *recordPage) open(tracks []*record.Track) {
	rows := [][]string{}
	for _, k := range tracks {
		if k.Outcome == record.Open && len(k.Said) > 0 {
			rows = append(rows, []string{k.Target.ID, p.name(k.Target, k.Category), k.Target.By.String(), p.history(k.Said)})
		}
	}
	p.line("二、尚无结果的目标：迄今的判断", "2. Targets whose outcome is not known yet: the verdicts so far")
	if len(rows) == 0 {
		p.line("没有。\n", "There are none.\n")
		return
	}
	p.table([]lang.Text{{ZH: "代号", EN: "id"}, {ZH: "目标", EN: "target"}, {ZH: "期限", EN: "deadline"}, {ZH: "判断（自何日发布起）", EN: "verdicts (since the release of)"}}, rows)
	p.WriteString("\n")
}

// history is the verdicts with the releases at which they changed.
func (p *recordPage) history(said []record.Judgement) string {
	var all []string
	for i := range said {
		if i == 0 || said[i].Verdict != said[i-1].Verdict {
			all = append(all, p.day(said[i].At)+" "+said[i].Verdict.Name().In(p.Language))
		}
	}
	return strings.Join(all, " → ")
}

func (p *recordPage) projections(all []*record.Projection) {
	p.line("三、预测本身的履历（与目标无关）：指标以往各年，用当年前几期首次公布时已知的数据推算全年，与后来的全年数相比",
		"3. The record of the projection itself, without regard to targets: each past year of an indicator, projected when its first periods were first published, by what was known then")
	if len(all) == 0 {
		p.line("还没有一个年度在年内发布的数据足以推算全年并等到全年数。\n", "In no past year did the figures published during the year allow a projection that can be compared with the year's total.\n")
		return
	}
	rows := [][]string{}
	for _, r := range append(slices.Clone(all), record.ProjectionsTogether(all)) {
		name, area := p.say("合计", "together"), ""
		if r.Indicator != nil {
			name, area = r.Indicator.Name.In(p.Language), p.area(r.Area)
		}
		rows = append(rows, []string{name, area, strconv.Itoa(r.Years), strconv.Itoa(r.Cases), fmt.Sprintf("%d (%s)", r.Held, share(r.Held, r.Cases)),
			percent(r.Error().Value), percent(r.Width().Value)})
	}
	p.table([]lang.Text{{ZH: "指标", EN: "indicator"}, {ZH: "地区", EN: "area"}, {ZH: "年数", EN: "years"}, {ZH: "推算次数", EN: "projected"}, {ZH: "区间包含全年数", EN: "band held"},
		{ZH: "平均误差", EN: "mean error"}, {ZH: "区间宽度（中位数）", EN: "band width, median"}}, rows)
	p.WriteString("\n")
}

func (p *recordPage) revisions(all []revision.Quality) {
	p.line("四、修订的质量：首次公布值与最新值之差（相对最新值；百分数指标为百分点，名次为位）",
		"4. The quality of revisions: the newest value less the first published, relative to the newest; percentage points for percentages, places for ranks")
	rows := [][]string{}
	figures, revised := 0, 0
	for n := range all {
		q := &all[n]
		several := q.Area == "" && n+2 < len(all) && all[n+2].Measure == q.Measure && all[n+2].Indicator == q.Indicator
		if q.Area == "" {
			figures, revised = figures+q.Figures, revised+q.Revised
		}
		if q.Revised+q.Rescaled+q.Withdrawn+q.Filled > 0 && (q.Area != "" || several) {
			rows = append(rows, p.quality(q))
		}
	}
	p.line("已公布的%d个数据中修订过%d个（%s）。", "Of %d published figures %d have been revised (%s).", figures, revised, share(revised, figures))
	if len(rows) == 0 {
		return
	}
	p.table([]lang.Text{{ZH: "指标", EN: "indicator"}, {ZH: "地区", EN: "area"}, {ZH: "口径", EN: "measure"}, {ZH: "数据", EN: "figures"}, {ZH: "修订过", EN: "revised"},
		{ZH: "幅度中位数", EN: "median size"}, {ZH: "九成不超过", EN: "nine of ten at most"}, {ZH: "平均偏差（正：首次偏低）", EN: "bias (positive: first too low)"},
		{ZH: "偏低/偏高", EN: "too low/high"}, {ZH: "到定值天数（中位，九成）", EN: "days until final (median, nine of ten)"}, {ZH: "不算修订", EN: "no revisions"}}, rows)
}

func (p *recordPage) quality(q *revision.Quality) []string {
	size := func(v float64) string {
		switch {
		case q.Cases == 0:
			return "–"
		case q.Relative:
			return percent(v)
		}
		return plainNumber(v)
	}
	days := func(d time.Duration) int { return int(d.Hours()/24 + 0.5) }
	area := p.say("全部", "all")
	if q.Area != "" {
		area = p.area(q.Area)
	}
	return []string{q.Indicator.Name.In(p.Language), area, q.Measure.String(), strconv.Itoa(q.Figures), strconv.Itoa(q.Revised), size(q.Median), size(q.High),
		size(q.Bias), fmt.Sprintf("%d/%d", q.TooLow, q.TooHigh), fmt.Sprintf("%d, %d", days(q.UntilMedian), days(q.UntilHigh)),
		p.besides(q)}
}

// besides lists what happened to figures and is no revision.
func (p *recordPage) besides(q *revision.Quality) string {
	var all []string
	for _, n := range []struct {
		count  int
		zh, en string
	}{
		{q.Rescaled, "单位更正%d", "units put right: %d"}, {q.Withdrawn, "撤回%d", "withdrawn: %d"}, {q.Filled, "先缺后补%d", "withheld at first: %d"},
	} {
		if n.count > 0 {
			all = append(all, p.say(n.zh, n.en, n.count))
		}
	}
	return strings.Join(all, ", ")
}

func (p *recordPage) area(code string) string {
	return p.cat.AreaName(code).In(p.Language)
}

func (p *recordPage) outcome(o record.Outcome) string { return p.verdict(verdict.Verdict(o)) }

func (p *recordPage) day(at time.Time) string {
	return at.In(p.cat.Location()).Format(time.DateOnly)
}

// months writes a duration in months of a twelfth of a year.
func (p *recordPage) months(d time.Duration) string {
	return p.say("%.1f个月", "%.1f months", d.Hours()/24/365.25*12)
}

// share is a part as a percentage.
func share(part, of int) string {
	if of == 0 {
		return "–"
	}
	return percent(float64(part) / float64(of))
}

func percent(v float64) string { return strconv.FormatFloat(100*v, 'f', 1, 64) + " %" }
