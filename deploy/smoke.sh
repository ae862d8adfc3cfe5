#!/bin/sh
# Does with a running stack what a person would, and ends with 0 when all of it
# works:
#
#   sh deploy/secrets.sh
#   docker compose up --detach --wait
#   sh deploy/smoke.sh
#
# It is for a stack that holds nothing worth keeping: it sends the sample, kills
# every process once, and removes and restores all figures. It needs docker with
# Compose and curl, and minds no image, as long as those of docker-compose.yml
# are there under their names.
set -eu
cd "$(dirname -- "$0")/.."
umask 077
work=$(mktemp -d)
busybox=nats:2.15.2-alpine # an image that is here anyway and has its tools
rule=deploy/prometheus/rules/smoke.yml
# A route ahead of the others, to a receiver that the script runs itself.
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
# within SECONDS COMMAND... until it succeeds.
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

# push AGENCY takes a file from standard input and sends it as that agency.
push() {
  TIDEMARK_NATS_PASSWORD=$(value "NATS_PASSWORD_$(echo "$1" | tr '[:lower:]' '[:upper:]')") \
    docker compose run --rm -T --no-deps --env TIDEMARK_NATS_PASSWORD --env "TIDEMARK_NATS_USER=$1" sample push -
}
pushed() { push port <"$work/figure"; }
throughput() { printf 'indicator,area,measure,period,value,unit\ncontainer_throughput,NBZS,level,%s,%s,万TEU\n' "$1" "$2"; }
exports() { printf 'indicator,area,measure,period,value,unit\ntrade_exports,330200,level,2024-05,700,亿元\n'; }
metrics() { curl -fsS "$exporter/metrics"; }
# The figures, without what belongs to the exporter's process and to the clock.
figures() { metrics | grep '^tidemark_figure{' | sort; }
history() { curl -fsS "$exporter/api/v1/query_range?query=tidemark_figure&start=1672531200&end=1735689600&step=2678400" >"$work/history" && grep -q '"status":"success".*"values"' "$work/history"; }
healthy() { docker compose up --detach --wait --no-recreate >/dev/null; }
reload() { for service in nats prometheus alertmanager; do docker compose exec -T "$service" kill -HUP 1; done; }
# of SERVICE FORMAT: what Docker says of its container.
of() { docker inspect --format "$2" "$(docker compose ps --all --quiet "$1")"; }
# assassinate SERVICE as the machine would: Docker would not restart what it has
# killed itself, and no process can kill the first one of its own container.
assassinate() { docker run --rm --pid host --user 0 --entrypoint kill "$busybox" -KILL "$(of "$1" '{{.State.Pid}}')"; }
restarted() { [ "$(of "$1" '{{.RestartCount}} {{.State.Health.Status}}')" = "$2 healthy" ]; }
initialised() { [ "$(of init '{{.State.Status}} {{.State.ExitCode}}')" = "exited 0" ]; }

step "the sample goes in"
docker compose run --rm -T sample >"$work/sample" || fail "the sample was not taken: $(cat "$work/sample")"
within 60 sh -c "curl -fsS $exporter/metrics | grep -q '^tidemark_figure{'"

step "an agency sends its own figure and no other's"
throughput 2024-05 346 | push port >"$work/port" 2>&1 || fail "port cannot push: $(cat "$work/port")"
if exports | push port >"$work/other" 2>&1; then fail "port may send for customs"; fi
grep -q 'may not send for agency customs; it may send for port' "$work/other" || fail "a refused sender is told: $(cat "$work/other")"

step "history is answered"
within 60 history

step "Prometheus scrapes everything and has its rules"
within 120 sh -c 'docker compose exec -T prometheus promtool query instant http://127.0.0.1:9090 "count(up == 1) == 4" | grep -q "=>"'
within 60 sh -c 'docker compose exec -T prometheus wget -qO- http://127.0.0.1:9090/api/v1/rules | grep -q TidemarkExporterDown'

step "each process is killed once while a figure is pushed"
month=1
for service in nats influxdb ingest-1 ingest-2 exporter prometheus alertmanager grafana; do
  docker compose ps --services | grep -qx "$service" || { step "$service does not run here and is left out"; continue; }
  period=2025-0$month
  month=$((month + 1))
  throughput "$period" "34$month" >"$work/figure"
  again=$(($(of "$service" '{{.RestartCount}}') + 1))
  assassinate "$service" &
  killer=$!
  # What NATS did not answer for is sent again by hand, as the report says.
  within 120 pushed
  wait "$killer" || fail "$service could not be killed"
  within 120 restarted "$service" "$again"
done

step "a restart of everything ends well"
docker compose restart >/dev/null 2>&1 || fail "it does not restart"
within 150 initialised
healthy || fail "the stack does not come back from a restart"
within 60 sh -c "curl -fsS $exporter/metrics | grep -q '^tidemark_figure{'"

step "a changed rule is taken"
run=$(date +%s) # or Alertmanager remembers that it has told of the last run's
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
  docker logs "$receiver" 2>&1 | grep -q "\"$link\":\"http://localhost" || fail "$link of the message is an address that nobody reaches"
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

step "all is well"
