#!/bin/sh
# Writes the passwords that docker-compose.yml and deploy/nats/nats.conf refer to,
# each of 192 random bits, into .env next to docker-compose.yml or into FILE:
#
#   sh deploy/secrets.sh [FILE]
#
# It also writes the hashes of the NATS passwords, which is all that NATS gets, and
# a name for the Compose project that no other clone has. The files that containers
# read from this source tree are made readable for their users, in case it was
# cloned under a strict umask: run this again after an update under one.
#
# Only its owner can read the file; Git and the Docker build ignore it. Existing
# entries are never changed, because InfluxDB and Grafana keep the passwords they
# were set up with. A NATS password without a hash gets one.
set -eu
umask 077

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
file=${1:-$here/../.env}

fail() {
  echo "secrets.sh: $*" >&2
  exit 1
}

# random BYTES prints so many random bytes in hexadecimal.
random() {
  bytes=$(od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n')
  [ ${#bytes} -eq $(($1 * 2)) ] || fail 'no random bytes from /dev/urandom'
  printf '%s' "$bytes"
}

# bcrypt PASSWORD prints its hash. The cost is low because nobody can guess 192
# bits and NATS pays it for every connection. The password is never on a command
# line, which others on the machine could see.
bcrypt() {
  salt=$(random 11) || exit 1
  hashed=$(printf '%s' "$1" | perl -e 'print crypt(<STDIN>, shift)' "\$2a\$06\$$salt" 2>/dev/null) || hashed=
  [ ${#hashed} -eq 60 ] || # this perl's C library does not support bcrypt
    hashed=$(printf '%s\n' "$1" | htpasswd -niBC 6 x 2>/dev/null | sed -n 's/^x:\$2[aby]\$/$2a$/p')
  [ ${#hashed} -eq 60 ] || fail 'no program that supports bcrypt: install perl, or htpasswd (package apache2-utils in Debian and Alpine)'
  printf '%s' "$hashed"
}

# Alertmanager's secrets, and what only its owner may read, keep their permissions.
for dir in deploy/nats deploy/desk deploy/prometheus deploy/alertmanager deploy/grafana dashboards; do
  [ ! -d "$here/../$dir" ] ||
    find "$here/../$dir" ! -path '*/secrets/*' ! -perm 0400 -exec chmod a+rX {} + ||
    fail "cannot make $dir readable for the users of the containers: run this script as the owner of the source tree"
done

users=$(sed -n 's/.*password: \$NATS_HASH_\([A-Z0-9_]*\).*/\1/p' "$here/nats/nats.conf")
[ -n "$users" ] || fail "$here/nats/nats.conf refers to no password"

if [ -e "$file" ]; then
  text=
  for user in $users; do
    ! grep -q "^NATS_HASH_$user=" "$file" || continue
    password=$(sed -n "s/^NATS_PASSWORD_$user=//p" "$file" | tail -n 1 | sed "s/^'\(.*\)'\$/\1/; s/^\"\(.*\)\"\$/\1/")
    [ -n "$password" ] || continue
    hashed=$(bcrypt "$password") || exit 1
    text="${text}
NATS_HASH_$user='$hashed'"
  done
  [ -n "$text" ] ||
    fail "$file exists already and was not changed; add what is missing by hand, or move it away together with the data"
  printf '%s\n' "$text" >>"$file" || fail "cannot write $file"
  echo "added password hashes to $file"
  exit
fi

project=$(random 4) || exit 1
text="# Written by deploy/secrets.sh. Keep it: InfluxDB and Grafana keep the passwords of their first start.
COMPOSE_PROJECT_NAME=tidemark-$project"
for name in INFLUX_PASSWORD INFLUX_TOKEN GRAFANA_PASSWORD; do
  secret=t$(random 24) || exit 1
  text="$text
$name=$secret"
done
# The quotes keep Compose from expanding $ in a hash.
for user in $users; do
  secret=t$(random 24) || exit 1
  hashed=$(bcrypt "$secret") || exit 1
  text="$text
NATS_PASSWORD_$user=$secret
NATS_HASH_$user='$hashed'"
done

# Written to a temporary file that is then linked to its name, which is atomic: an
# interrupted run leaves no partial file, and a file created meanwhile is kept. On
# file systems without hard links mv does nearly the same.
part=$(mktemp "$file.XXXXXX") || fail "cannot write a temporary file next to $file"
trap 'rm -f "$part"' EXIT
trap 'exit 1' HUP INT TERM
printf '%s\n' "$text" >"$part" || fail "cannot write $part"
ln "$part" "$file" 2>/dev/null || { mv -n "$part" "$file" && [ ! -e "$part" ]; } || fail "cannot write $file"
echo "wrote $file"
