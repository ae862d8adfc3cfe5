# The image contains only tidemark and the certificates of public authorities: no
# shell, no packages, no root. The build downloads only Go modules.
#
#   docker build --build-arg VERSION=1.0.0 --tag tidemark:1.0.0 .
ARG GO_IMAGE=golang:1.26.8-alpine3.24

FROM ${GO_IMAGE} AS build
# Where Go modules come from; empty for Go's default.
ARG GOPROXY
# Always use the compiler of the image.
ENV CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=-buildvcs=false
WORKDIR /src
COPY . .
ARG VERSION=dev
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    go build -trimpath -ldflags "-s -w -X github.com/prometheus/common/version.Version=${VERSION}" -o /tidemark ./cmd/tidemark

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /tidemark /tidemark
USER 65532:65532
# The exporter and the worker.
EXPOSE 9464 9465 9466
ENTRYPOINT ["/tidemark"]
