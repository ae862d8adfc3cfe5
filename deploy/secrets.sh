#!/bin/sh
# Writes the passwords that docker-compose.yml and deploy/nats/nats.conf name,
# each of 192 random bits, into .env beside docker-compose.yml or into the file
# that is named:
#
#   sh deploy/secrets.sh [FILE]
#
# With them go the hashes of those of NATS, which is given nothing else, and the
# name of the Compose project, which no other clone has. What the containers read
# of this source tree is made readable for their users, also in a clone under a
# strict umask: run it again after an update under one.
#
# Only its owner can read the file, Git and the Docker build ignore it. What is
# in one that is there is never changed: InfluxDB and Grafana keep the passwords
# they were set up with. A password of NATS without a hash gets one.
set -eu
umask 077

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
file=${1:-$here/../.env}

fail() {
  echo "secrets.sh: $*" >&2
  exit 1
}

# random BYTES in hexadecimal.
random() {
  bytes=$(od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n')
  [ ${#bytes} -eq $(($1 * 2)) ] || fail 'no random bytes from /dev/urandom'
  printf '%s' "$bytes"
}

# bcrypt PASSWORD gives its hash. The cost is a small one: nobody guesses 192 bits, and
# NATS pays it for every connection. The password is on no command line, which
# others on the machine can see.
bcrypt() {
  salt=$(random 11) || exit 1
  hashed=$(printf '%s' "$1" | perl -e 'print crypt(<STDIN>, shift)' "\$2a\$06\$$salt" 2>/dev/null) || hashed=
  [ ${#hashed} -eq 60 ] || # a perl whose C library knows no bcrypt
    hashed=$(printf '%s\n' "$1" | htpasswd -niBC 6 x 2>/dev/null | sed -n 's/^x:\$2[aby]\$/$2a$/p')
  [ ${#hashed} -eq 60 ] || fail 'nothing here can hash by bcrypt: install perl, or htpasswd (Debian: apache2-utils, Alpine: apache2-utils)'
  printf '%s' "$hashed"
}

# The secrets of Alertmanager stay as they are.
for dir in deploy/nats deploy/prometheus deploy/alertmanager deploy/grafana dashboards; do
  [ ! -d "$here/../$dir" ] ||
    find "$here/../$dir" ! -path '*/secrets/*' -exec chmod a+rX {} + ||
    fail "cannot make $dir readable for the users of the containers: run it as the owner of the source tree"
done

users=$(sed -n 's/.*password: \$NATS_HASH_\([A-Z0-9_]*\).*/\1/p' "$here/nats/nats.conf")
[ -n "$users" ] || fail "no password is named in $here/nats/nats.conf"

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
    fail "$file is there already and was not touched; add to it by hand what is missing, or move it away together with the data"
  printf '%s\n' "$text" >>"$file" || fail "cannot write $file"
  echo "added the hashes of passwords to $file"
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
# The quotes keep Compose from taking a hash for variables.
for user in $users; do
  secret=t$(random 24) || exit 1
  hashed=$(bcrypt "$secret") || exit 1
  text="$text
NATS_PASSWORD_$user=$secret
NATS_HASH_$user='$hashed'"
done

# Written beside it and then linked into its place, which happens at once or not
# at all: a run that is broken off leaves no half of a file, and a file that came
# in between stays. A file system without links has mv do nearly the same.
part=$(mktemp "$file.XXXXXX") || fail "cannot write beside $file"
trap 'rm -f "$part"' EXIT
trap 'exit 1' HUP INT TERM
printf '%s\n' "$text" >"$part" || fail "cannot write $part"
ln "$part" "$file" 2>/dev/null || { mv -n "$part" "$file" && [ ! -e "$part" ]; } || fail "cannot write $file"
echo "wrote $file"
