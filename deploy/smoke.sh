#!/bin/sh
# Uses a running stack as a person would, and exits with 0 if everything works:
#
#   sh deploy/secrets.sh
#   docker compose up --detach --wait
#   sh deploy/smoke.sh
#
# Run it only on a stack without data worth keeping: it sends the sample, kills
# every process once, and removes and restores all figures. It needs docker with
# Compose, and curl. The images only have to exist under the names in
# docker-compose.yml.
set -eu
cd "$(dirname -- "$0")/.."
umask 077
work=$(mktemp -d)
busybox=nats:2.15.2-alpine # an image of the stack that has the tools of busybox
rule=deploy/prometheus/rules/smoke.yml
# The script adds a first route, to a receiver that it runs itself.
configuration=deploy/alertmanager/alertmanager.yml
receiver=
tidy() {
  [ ! -f "$work/alertmanager.yml" ] || cat "$work/alertmanager.yml" >"$configuration"
  rm -rf "$rule" "$work"
  [ -z "$receiver" ] || docker rm --force "$receiver" >/dev/null
}
trap tidy EXIT
trap 'exit 1' HUP INT TERM

step() { echo "smoke: $*"; }
fail() {
  echo "smoke.sh: $*" >&2
  docker compose ps --all >&2
  exit 1
}
# within SECONDS COMMAND... repeats the command until it succeeds.
within() {
  end=$(($(date +%s) + $1))
  shift
  until "$@" >"$work/last" 2>&1; do
    [ "$(date +%s)" -lt "$end" ] || fail "$* did not succeed: $(tail -n 5 "$work/last")"
    sleep 1
  done
}
value() { sed -n "s/^$1=//p" .env; }
exporter=http://$(docker compose port exporter 9464)
network=$(value COMPOSE_PROJECT_NAME)_default

# push AGENCY sends the file on standard input as that agency.
push() {
  TIDEMARK_NATS_PASSWORD=$(value "NATS_PASSWORD_$(echo "$1" | tr '[:lower:]' '[:upper:]')") \
    docker compose run --rm -T --no-deps --env TIDEMARK_NATS_PASSWORD --env "TIDEMARK_NATS_USER=$1" sample push -
}
pushed() { push port <"$work/figure"; }
throughput() { printf 'indicator,area,measure,period,value,unit\ncontainer_throughput,NBZS,level,%s,%s,万TEU\n' "$1" "$2"; }
exports() { printf 'indicator,area,measure,period,value,unit\ntrade_exports,330200,level,2024-05,700,亿元\n'; }
metrics() { curl -fsS "$exporter/metrics"; }
# The figures, without metrics that depend on the exporter's process or the clock.
figures() { metrics | grep '^tidemark_figure{' | sort; }
history() { curl -fsS "$exporter/api/v1/query_range?query=tidemark_figure&start=1672531200&end=1735689600&step=2678400" >"$work/history" && grep -q '"status":"success".*"values"' "$work/history"; }
healthy() { docker compose up --detach --wait --no-recreate >/dev/null; }
reload() { for service in nats prometheus alertmanager; do docker compose exec -T "$service" kill -HUP 1; done; }
# of SERVICE FORMAT prints a property of the service's container.
of() { docker inspect --format "$2" "$(docker compose ps --all --quiet "$1")"; }
# assassinate SERVICE kills its process from outside: Docker does not restart a
# container that it has killed itself, and a process cannot kill the first process
# of its own container.
assassinate() { docker run --rm --pid host --user 0 --entrypoint kill "$busybox" -KILL "$(of "$1" '{{.State.Pid}}')"; }
restarted() { [ "$(of "$1" '{{.RestartCount}} {{.State.Health.Status}}')" = "$2 healthy" ]; }
initialised() { [ "$(of init '{{.State.Status}} {{.State.ExitCode}}')" = "exited 0" ]; }

step "the sample is stored"
docker compose run --rm -T sample >"$work/sample" || fail "the sample was not accepted: $(cat "$work/sample")"
within 60 sh -c "curl -fsS $exporter/metrics | grep -q '^tidemark_figure{'"

step "an agency sends its own figure and no other's"
throughput 2024-05 346 | push port >"$work/port" 2>&1 || fail "port cannot push: $(cat "$work/port")"
if exports | push port >"$work/other" 2>&1; then fail "port may send for customs"; fi
grep -q 'may not send for agency customs; it may send for port' "$work/other" || fail "a refused sender sees: $(cat "$work/other")"

step "history can be queried"
within 60 history

step "Prometheus scrapes everything and has its rules"
within 120 sh -c 'docker compose exec -T prometheus promtool query instant http://127.0.0.1:9090 "count(up == 1) == 4" | grep -q "=>"'
within 60 sh -c 'docker compose exec -T prometheus wget -qO- http://127.0.0.1:9090/api/v1/rules | grep -q TidemarkExporterDown'

step "each process is killed once while a figure is pushed"
month=1
for service in nats influxdb ingest-1 ingest-2 exporter prometheus alertmanager grafana; do
  docker compose ps --services | grep -qx "$service" || { step "$service is not running and is skipped"; continue; }
  period=2025-0$month
  month=$((month + 1))
  throughput "$period" "34$month" >"$work/figure"
  again=$(($(of "$service" '{{.RestartCount}}') + 1))
  assassinate "$service" &
  killer=$!
  # Figures that NATS did not confirm are pushed again, as the report says.
  within 120 pushed
  wait "$killer" || fail "$service could not be killed"
  within 120 restarted "$service" "$again"
done

step "everything works after a restart"
docker compose restart >/dev/null 2>&1 || fail "the stack does not restart"
within 150 initialised
healthy || fail "the stack does not come back from a restart"
within 60 sh -c "curl -fsS $exporter/metrics | grep -q '^tidemark_figure{'"

step "a changed rule takes effect"
run=$(date +%s) # distinguishes this run's alert from those Alertmanager remembers
cat >"$rule" <<RULE
groups:
  - name: smoke
    rules:
      - alert: TidemarkSmoke
        expr: vector(1)
        labels: {severity: critical, run: "$run"}
RULE
chmod a+r "$rule"
cp "$configuration" "$work/alertmanager.yml"
receiver=$(docker run --detach --rm --network "$network" --network-alias smoke-receiver --entrypoint sh "$busybox" -c \
  'while :; do printf "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" | nc -l -p 8080; done')
sed -e 's|^  routes:|  routes:\n    - {matchers: [alertname="TidemarkSmoke"], receiver: smoke, group_wait: 1s}|' \
  -e 's|^receivers:|receivers:\n  - {name: smoke, webhook_configs: [{url: "http://smoke-receiver:8080/"}]}|' \
  "$work/alertmanager.yml" >"$configuration"
reload
within 90 sh -c 'docker compose exec -T prometheus promtool query instant http://127.0.0.1:9090 "ALERTS{alertname=\"TidemarkSmoke\",alertstate=\"firing\"}" | grep -q "run=\"$0\""' "$run"

step "its alert arrives"
within 120 sh -c "docker logs $receiver 2>&1 | grep -q 'TidemarkSmoke.*$run'"
for link in externalURL generatorURL; do
  docker logs "$receiver" 2>&1 | grep -q "\"$link\":\"http://localhost" || fail "$link of the message is an address that people cannot reach"
done
rm "$rule"
cat "$work/alertmanager.yml" >"$configuration"
reload

step "backup and restore give the same figures"
figures >"$work/before"
[ -s "$work/before" ] || fail "there are no figures to compare"
docker compose stop nats
docker compose run --rm --no-deps -T backup >"$work/nats-data.tar.gz"
docker compose down
docker volume rm "$(value COMPOSE_PROJECT_NAME)_nats-data" "$(value COMPOSE_PROJECT_NAME)_influxdb-data" "$(value COMPOSE_PROJECT_NAME)_influxdb-config" >/dev/null
docker compose run --rm --no-deps -T restore <"$work/nats-data.tar.gz"
docker compose run --rm -T replay
healthy || fail "the stack does not start after the restore"
same() { figures >"$work/after" && cmp "$work/before" "$work/after"; }
within 120 same

step "everything works"
