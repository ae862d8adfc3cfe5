# What a contributor does most often. Each target is one command that also works
# without make. They need Go; race also needs a C compiler, and check also cargo and
# curl, for InfluxDB 2.

.PHONY: demo test race lint bench generate check

demo: ## run everything in one process tree, with the sample
	go run ./cmd/tidemark demo

test: ## run all tests, on real engines
	go test ./...

race: ## the same with the race detector
	CGO_ENABLED=1 go test -race -timeout 30m ./...

lint: ## run vet and the pinned version of the linter
	go vet ./...
	go tool -modfile=.ci/tools/go.mod golangci-lint run

bench: ## run every benchmark once; docs/performance.md has the command for each result
	go test -run '^$$' -bench . -benchtime 1x -timeout 2h ./...

generate: ## write the dashboards and the JSON Schema
	go generate ./...

check: ## run everything a change must pass
	bash .ci/run
