#!/bin/sh
# Writes the passwords that docker-compose.yml and deploy/nats/nats.conf name,
# each of 192 random bits, into .env beside docker-compose.yml or into the file
# that is named:
#
#   sh deploy/secrets.sh [FILE]
#
# With them goes the name of the Compose project, which no other clone has. What
# the containers read of this source tree is made readable for their users, also
# in a clone under a strict umask: run it again after an update under one.
#
# Only its owner can read the file, Git and the Docker build ignore it, and one
# that is there is never overwritten: InfluxDB and Grafana keep the passwords
# they were set up with.
set -eu
umask 077

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
file=${1:-$here/../.env}

fail() {
  echo "secrets.sh: $*" >&2
  exit 1
}

# NATS takes what begins with a digit for a number, hence the letter.
secret() {
  random=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
  [ ${#random} -eq 48 ] || fail 'no random bytes from /dev/urandom'
  printf '%s=t%s\n' "$1" "$random"
}

# The secrets of Alertmanager stay as they are.
for dir in deploy/nats deploy/prometheus deploy/alertmanager deploy/grafana dashboards; do
  [ ! -d "$here/../$dir" ] ||
    find "$here/../$dir" ! -path '*/secrets/*' -exec chmod a+rX {} + ||
    fail "can not make $dir readable for the users of the containers: run it as the owner of the source tree"
done

nats=$(sed -n 's/.*password: \$\(NATS_PASSWORD_[A-Z0-9_]*\).*/\1/p' "$here/nats/nats.conf")
[ -n "$nats" ] || fail "no password is named in $here/nats/nats.conf"

random=$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
text="# Written by deploy/secrets.sh. Keep it: InfluxDB and Grafana keep the passwords of their first start.
COMPOSE_PROJECT_NAME=tidemark-$random"
for name in INFLUX_PASSWORD INFLUX_TOKEN GRAFANA_PASSWORD $nats; do
  line=$(secret "$name")
  text="$text
$line"
done

[ ! -e "$file" ] ||
  fail "$file is there already and was not touched; add to it by hand what is missing, or move it away together with the data"
# Written beside it and then linked into its place, which happens at once or not
# at all: a run that is broken off leaves no half of a file, and a file that came
# in between stays. A file system without links has mv do nearly the same.
part=$(mktemp "$file.XXXXXX") || fail "can not write beside $file"
trap 'rm -f "$part"' EXIT
trap 'exit 1' HUP INT TERM
printf '%s\n' "$text" >"$part" || fail "can not write $part"
ln "$part" "$file" 2>/dev/null || { mv -n "$part" "$file" && [ ! -e "$part" ]; } || fail "can not write $file"
echo "wrote $file"
