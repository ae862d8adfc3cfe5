# What a contributor does most. Each target is one command that also works by
# itself; only Go is needed, and a C compiler for the race detector.

.PHONY: demo test race lint bench generate check

demo: ## everything in one process tree, with the sample
	go run ./cmd/tidemark demo

test: ## all tests, on real engines
	go test ./...

race: ## the same under the race detector
	CGO_ENABLED=1 go test -race -timeout 30m ./...

lint: ## vet and the linter in its pinned version
	go vet ./...
	go tool -modfile=.ci/tools/go.mod golangci-lint run

bench: ## every benchmark once; docs/performance.md has the one for each figure
	go test -run '^$$' -bench . -benchtime 1x -timeout 2h ./...

generate: ## dashboards and JSON Schema
	go generate ./...

check: ## what a change must pass
	bash .ci/run
