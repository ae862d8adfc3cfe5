package rules

// Rule is one reason to refuse a figure or a file, or to report a figure as
// unusual. docs/rules.md has an entry for each.
type Rule struct {
	Code   string // stable
	ZH, EN string // its title
}

// All lists every rule in the order of docs/rules.md: those about files, a
// figure by itself, a figure in the catalogue, a figure among others, and
// InfluxDB.
var All = []Rule{
	{"sheet/empty", "空文件", "empty file"},
	{"sheet/no-rows", "只有表头", "header only"},
	{"sheet/not-csv", "不是CSV文件", "not a CSV file"},
	{"sheet/format", "文件格式不能读取", "format that is not read"},
	{"sheet/protected", "文件有密码保护", "protected by a password"},
	{"sheet/damaged", "文件已损坏", "damaged workbook"},
	{"sheet/no-sheet", "没有该工作表", "no such sheet"},
	{"sheet/no-table", "没有数据表", "no table of figures"},
	{"sheet/unknown-labels", "没有目录中的指标", "no known indicator"},
	{"sheet/nothing-taken", "没有可报送的数值", "no value that is taken"},
	{"sheet/several-tables", "一个工作表有多个表格", "too many tables in a sheet"},
	{"sheet/open", "表格含义不明", "table with open questions"},
	{"sheet/encoding", "编码无法识别", "unreadable encoding"},
	{"sheet/ambiguous-encoding", "编码有两种可能", "ambiguous encoding"},
	{"sheet/too-long", "行或文件过长", "row or file too long"},
	{"sheet/quote", "引号不配对", "unbalanced quotation marks"},
	{"sheet/unknown-column", "未知的列", "unknown column"},
	{"sheet/missing-column", "缺少列", "missing column"},
	{"sheet/duplicate-column", "列重复", "duplicate column"},
	{"sheet/row", "单元格数目不符", "wrong number of cells"},
	{"sheet/split-value", "逗号拆开了数值", "value split at a comma"},
	{"sheet/ambiguous-number", "数值有两种读法", "ambiguous numbers"},
	{"sheet/empty-cell", "必填单元格为空", "required cell is empty"},
	{"sheet/unit-in-value", "数值中带有单位", "unit in the value"},
	{"sheet/flag", "标记含义不明", "mark of unknown meaning"},
	{"sheet/rounded", "数值被表格软件截短", "value shortened by a spreadsheet"},

	{"figure/not-json", "不是JSON消息", "not a JSON message"},
	{"figure/unknown-field", "未知的字段", "unknown field"},
	{"figure/missing-field", "缺少字段", "missing field"},
	{"figure/type", "类型不符", "wrong type"},
	{"figure/too-long", "文字过长", "text too long"},
	{"figure/code", "代码格式不对", "malformed code"},
	{"figure/period", "时期格式不对", "malformed period"},
	{"figure/measure", "未知的口径", "unknown measure"},
	{"figure/value", "不是数值", "not a number"},
	{"figure/digits", "位数过多", "too many digits"},
	{"figure/status", "未知的状态", "unknown status"},
	{"figure/value-and-status", "数值与状态矛盾", "value and status disagree"},
	{"figure/published", "发布日期不对", "impossible publication date"},

	{"figure/unknown-indicator", "未知的指标", "unknown indicator"},
	{"figure/derived-indicator", "推算指标不可报送", "derived indicator"},
	{"figure/unknown-area", "未知的地区", "unknown area"},
	{"figure/area-not-reported", "该地区不报此指标", "not reported for this area"},
	{"figure/unknown-category", "未知的分类", "unknown category"},
	{"figure/measure-not-published", "不发布此口径", "measure not published"},
	{"figure/wrong-frequency", "时期长度不符", "wrong period length"},
	{"figure/unit", "单位不符", "wrong unit"},
	{"figure/foreign-agency", "非本部门指标", "indicator of another agency"},
	{"figure/subject-mismatch", "主题与内容不符", "subject and body disagree"},
	{"figure/definition", "与已存数据的定义不符", "definition differs from stored figures"},
	{"figure/future-period", "时期尚未开始", "period in the future"},
	{"figure/unfinished-period", "时期尚未结束", "period not over"},
	{"figure/closed", "时期已封账", "period closed"},
	{"figure/out-of-bounds", "数值超出合理范围", "value out of bounds"},

	{"figure/duplicate-cell", "同一数据重复", "duplicate figure in a file"},
	{"figure/unit-slip", "疑似单位错误", "likely unit error"},
	{"figure/jump", "数值突变", "implausible jump"},
	{"figure/zero", "零值存疑", "zero among other figures"},
	{"figure/sign", "正负号首次改变", "first change of sign"},
	{"figure/sum", "疑似累计值", "likely year-to-date"},
	{"figure/rate-form", "增速写法有误", "rate in another form"},
	{"figure/other-scale", "与库中数据差同一倍数", "scale differs from stored figures"},
	{"figure/unusual", "数值异常", "unusual value"},
	{"figure/balance", "勾稽关系不符", "balance does not hold"},
	{"figure/copied", "与上期相同", "same as the previous period"},

	{"store/refused", "数据库拒收", "refused by InfluxDB"},
}

// Of returns the rule with the code.
func Of(code string) (Rule, bool) {
	for _, r := range All {
		if r.Code == code {
			return r, true
		}
	}
	return Rule{}, false
}
