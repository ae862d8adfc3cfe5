package engines

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// change is how the sources of one module differ from its release when an
// engine is built from them. The release itself is checked against go.sum.
type change struct {
	module string // path of the module
	what   string // a description, different for each change
	// edit returns the new text of a file of the module, or nil to omit the
	// file.
	edit func(file string, text []byte) []byte
	// skip, if not nil, reports whether a directory is omitted.
	skip func(dir string) bool
	add  map[string]string // files to add to the release
}

// changed writes a go.mod next to the result that replaces the module with its
// changed copy. discard removes both.
func (b *build) changed(ctx context.Context, c *change) (modfile string, discard func(), err error) {
	out, err := b.goCommand(ctx, "mod", "download", "-json", c.module)
	if err != nil {
		return "", nil, err
	}
	var release struct{ Dir string }
	if err := json.Unmarshal(out, &release); err != nil {
		return "", nil, fmt.Errorf("go mod download: %w", err)
	}
	// Always at the same path, so that Go reuses what it has compiled.
	work := filepath.Join(b.kept, "sources")
	discard = func() { _ = os.RemoveAll(work) } // the next build starts over
	discard()
	sources := filepath.Join(work, filepath.Base(release.Dir))
	if err := c.copy(sources, release.Dir); err != nil {
		discard()
		return "", nil, err
	}
	modfile = filepath.Join(work, "go.mod")
	for from, to := range map[string]string{"go.mod": modfile, "go.sum": filepath.Join(work, "go.sum")} {
		text, err := os.ReadFile(filepath.Join(b.module, from))
		if err == nil && to == modfile {
			text = fmt.Appendf(text, "\nreplace %s => %q\n", c.module, sources)
		}
		if err == nil {
			err = os.WriteFile(to, text, 0o600)
		}
		if err != nil {
			discard()
			return "", nil, err
		}
	}
	return modfile, discard, nil
}

// copy writes the changed copy of the release.
func (c *change) copy(to, release string) error {
	err := filepath.WalkDir(release, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		file, err := filepath.Rel(release, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if c.skip != nil && c.skip(filepath.ToSlash(file)) {
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, file), 0o755)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if c.edit != nil {
			if text = c.edit(filepath.ToSlash(file), text); text == nil {
				return nil
			}
		}
		return os.WriteFile(filepath.Join(to, file), text, 0o600)
	})
	if err != nil {
		return err
	}
	for file, text := range c.add {
		path := filepath.Join(to, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}
