#!/bin/sh
# Writes the passwords that docker-compose.yml and deploy/nats/nats.conf name,
# each of 192 random bits, into .env beside docker-compose.yml or into the file
# that is named:
#
#   sh deploy/secrets.sh [FILE]
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

nats=$(sed -n 's/.*password: \$\(NATS_PASSWORD_[A-Z0-9_]*\).*/\1/p' "$here/nats/nats.conf")
[ -n "$nats" ] || fail "no password is named in $here/nats/nats.conf"

text='# Written by deploy/secrets.sh. Keep it: InfluxDB and Grafana keep the passwords of their first start.'
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
