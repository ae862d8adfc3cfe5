package catalog

import (
	"os"
	"strings"
	"testing"
)

// docs returns docs/catalog.md by section heading.
func docs(t *testing.T) map[string]string {
	t.Helper()
	page, err := os.ReadFile("../docs/catalog.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for section := range strings.SplitSeq(string(page), "\n## ") {
		heading, text, _ := strings.Cut(section, "\n")
		sections[heading] = text
	}
	return sections
}

func TestEveryKeyIsExplained(t *testing.T) {
	sections := docs(t)
	for part, keys := range partKeys {
		for _, key := range keys {
			if !strings.Contains(sections[part], "\n| `"+key+"` |") {
				t.Errorf("docs/catalog.md: %q lacks the key %q", part, key)
			}
		}
	}
}

func TestOnlyKnownKeysAreExplained(t *testing.T) {
	for part, text := range docs(t) {
		for line := range strings.SplitSeq(text, "\n") {
			key, isKey := strings.CutPrefix(line, "| `")
			key, _, _ = strings.Cut(key, "`")
			if isKey && !known(part, key) {
				t.Errorf("docs/catalog.md: %q explains %q, which is not a key", part, key)
			}
		}
	}
}

// known reports whether the part has the key; targets also list their kinds.
func known(part, key string) bool {
	for _, k := range partKeys[part] {
		if k == key {
			return true
		}
	}
	for _, rule := range targetRules {
		if part == "target" && string(rule.kind) == key {
			return true
		}
	}
	return false
}

func TestEveryKindOfTargetIsExplained(t *testing.T) {
	for _, rule := range targetRules {
		if !strings.Contains(docs(t)["target"], "\n| `"+string(rule.kind)+"` |") {
			t.Errorf("docs/catalog.md lacks %s", rule.kind)
		}
	}
}
