package figure

import "strings"

// Status is an SDMX observation status (CL_OBS_STATUS 2.2, published by the
// SDMX Statistical Working Group): what a reader must know about a value
// before relying on it. There is no code for "revised"; vintages record that.
type Status byte

// The statuses that tidemark's own code refers to.
const (
	Normal      Status = 'A' // the default
	SeriesBreak Status = 'B' // cannot be compared with those before it
	Estimated   Status = 'E' // estimated by the agency
	Forecast    Status = 'F' // about the future
	Imputed     Status = 'I' // filled in by tidemark's maintainers, not published
	Provisional Status = 'P' // published, a revision is expected
	Suppressed  Status = 'Q' // withheld
	Missing     Status = 'O' // no value, the reason is not given
)

type statusInfo struct {
	zh, en string
	value  presence
}

// presence says whether a figure with a status has a number.
type presence uint8

const (
	always presence = iota // there is a number
	either                 // there may be a number
	never                  // there is no number
)

var statuses = map[Status]statusInfo{
	'A': {"正常值", "normal value", always},
	'B': {"时间序列中断", "time series break", always},
	'D': {"定义有差异", "definition differs", always},
	'E': {"估计值", "estimated value", always},
	'F': {"预测值", "forecast value", always},
	'G': {"试验值", "experimental value", always},
	'H': {"缺值：节假日", "missing value; holiday or weekend", never},
	'I': {"接收机构插补值", "value imputed by a receiving agency", always},
	'J': {"豁免报送", "derogation", either},
	'K': {"数据包含在其他类别中", "data included in another category", either},
	'L': {"缺值：存在但未采集", "missing value; data exist but were not collected", never},
	'M': {"缺值：不可能存在", "missing value; data cannot exist", never},
	'N': {"不显著", "not significant", always},
	'O': {"缺值", "missing value", never},
	'P': {"初步值", "provisional value", always},
	'Q': {"缺值：保密不公布", "missing value; suppressed", never},
	'S': {"罢工或特殊事件", "strike and other special events", either},
	'U': {"可靠性低", "low reliability", always},
	'V': {"未经核实的值", "unvalidated value", always},
	'W': {"包含其他类别的数据", "includes data from another category", always},
}

// statusCodes holds the codes in the order in which they are listed.
const statusCodes = "ABDEFGHIJKLMNOPQSUVW"

// Statuses lists all codes of CL_OBS_STATUS in alphabetical order.
func Statuses() []Status { return []Status(statusCodes) }

// ParseStatus reads an SDMX observation status; an empty string means A, as
// the code list says.
func ParseStatus(s string) (Status, error) {
	if s == "" {
		return Normal, nil
	}
	if len(s) == 1 && strings.Contains(statusCodes, s) {
		return Status(s[0]), nil
	}
	return 0, &Problem{Code: "figure/status", Field: "status", Text: s,
		Reason: "is not an SDMX observation status",
		Hint:   "write A (normal), P (provisional), E (estimated), Q (withheld) or another code of CL_OBS_STATUS"}
}

// String is the one-letter code.
func (s Status) String() string { return string(rune(s)) }

// NameZH is the Chinese name of the status.
func (s Status) NameZH() string { return statuses[s].zh }

// NameEN is the English name of the status in the code list.
func (s Status) NameEN() string { return statuses[s].en }

// Allows reports whether a figure of this status may have a value (withheld
// false) or none (withheld true).
func (s Status) Allows(withheld bool) bool {
	switch statuses[s].value {
	case always:
		return !withheld
	case never:
		return withheld
	}
	return true
}
