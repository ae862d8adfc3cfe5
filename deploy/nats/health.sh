#!/bin/sh
# The health check of the container: sh health.sh http://127.0.0.1:8222/healthz
#
# After an error of its disk, a full one above all, NATS stores nothing until it
# is restarted, also when there is room again. So one that was well since its
# start and says that it no longer is, is ended, and Docker starts it anew. One
# that is reading its streams in has not been well yet, and one that is too busy
# to answer says nothing: both are left alone.
if answer=$(wget -q -T 4 -O - "$1" 2>&1); then
  touch /tmp/well
  exit 0
fi
echo "$answer"
case $answer in
*' 503 '*) [ ! -e /tmp/well ] || kill 1 ;;
esac
exit 1
