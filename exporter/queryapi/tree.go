package queryapi

import (
	"strconv"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// treeOf is an expression in the form Prometheus returns to programs, with the
// members of its objects ordered by name. Members that are always nil or false
// belong to features that must be enabled when Prometheus starts, and that this
// parser does not have.
func treeOf(expr parser.Expr) any {
	switch n := expr.(type) {
	case *parser.AggregateExpr:
		return object{{"expr", treeOf(n.Expr)}, {"grouping", n.Grouping}, {"op", n.Op.String()}, {"param", treeOf(n.Param)}, {"type", "aggregation"}, {"without", n.Without}}
	case *parser.BinaryExpr:
		return object{{"bool", n.ReturnBool}, {"lhs", treeOf(n.LHS)}, {"matching", matchingOf(n.VectorMatching)}, {"op", n.Op.String()}, {"rhs", treeOf(n.RHS)}, {"type", "binaryExpr"}}
	case *parser.Call:
		return callOf(n)
	case *parser.MatrixSelector:
		return selectorOf(n.VectorSelector.(*parser.VectorSelector), "matrixSelector", member{"range", n.Range.Milliseconds()}, member{"rangeExpr", nil})
	case *parser.SubqueryExpr:
		return object{{"expr", treeOf(n.Expr)}, {"offset", n.OriginalOffset.Milliseconds()}, {"offsetExpr", nil}, {"range", n.Range.Milliseconds()}, {"rangeExpr", nil},
			{"startOrEnd", endOf(n.StartOrEnd)}, {"step", n.Step.Milliseconds()}, {"stepExpr", nil}, {"timestamp", momentOf(n.Timestamp)}, {"type", "subquery"}}
	case *parser.NumberLiteral:
		return object{{"type", "numberLiteral"}, {"val", strconv.FormatFloat(n.Val, 'f', -1, 64)}}
	case *parser.ParenExpr:
		return object{{"expr", treeOf(n.Expr)}, {"type", "parenExpr"}}
	case *parser.StringLiteral:
		return object{{"type", "stringLiteral"}, {"val", n.Val}}
	case *parser.UnaryExpr:
		return object{{"expr", treeOf(n.Expr)}, {"op", n.Op.String()}, {"type", "unaryExpr"}}
	case *parser.VectorSelector:
		return selectorOf(n, "vectorSelector")
	}
	return nil // an aggregation without a parameter
}

func matchingOf(m *parser.VectorMatching) any {
	if m == nil {
		return nil
	}
	return object{{"card", m.Card.String()}, {"fillValues", object{{"lhs", nil}, {"rhs", nil}}}, {"include", m.Include}, {"labels", m.MatchingLabels}, {"on", m.On}}
}

func callOf(n *parser.Call) object {
	arguments, types := []any{}, []string{}
	for _, argument := range n.Args {
		arguments = append(arguments, treeOf(argument))
	}
	for _, t := range n.Func.ArgTypes {
		types = append(types, string(t))
	}
	of := object{{"argTypes", types}, {"name", n.Func.Name}, {"returnType", string(n.Func.ReturnType)}, {"variadic", int64(n.Func.Variadic)}}
	return object{{"args", arguments}, {"func", of}, {"type", "call"}}
}

// selectorOf is a selector, with further members after its offset.
func selectorOf(n *parser.VectorSelector, kind string, more ...member) object {
	all := object{{"anchored", false}, {"matchers", matchersOf(n.LabelMatchers)}, {"name", n.Name}, {"offset", n.OriginalOffset.Milliseconds()}, {"offsetExpr", nil}}
	return append(append(all, more...), object{{"smoothed", false}, {"startOrEnd", endOf(n.StartOrEnd)}, {"timestamp", momentOf(n.Timestamp)}, {"type", kind}}...)
}

func matchersOf(matchers []*labels.Matcher) []any {
	all := []any{}
	for _, m := range matchers {
		all = append(all, object{{"name", m.Name}, {"type", m.Type.String()}, {"value", m.Value}})
	}
	return all
}

// endOf is the time range end that @ names.
func endOf(item parser.ItemType) any {
	if item == 0 {
		return nil
	}
	return item.String()
}

// momentOf is the time that @ names.
func momentOf(ms *int64) any {
	if ms == nil {
		return nil
	}
	return *ms
}
