#!/bin/sh
# The health check of the container: sh health.sh http://127.0.0.1:8222/healthz /data
#
# After a disk error, typically a full disk, NATS stores nothing until it is
# restarted, even when there is space again. So if it reports such an error while
# there is space, this script kills it and Docker restarts it. Without space a
# restart would not help. Other failures pass by themselves, such as reading the
# streams after a start.
address=${1#http://}
path=/${address#*/}
address=${address%%/*}
# wget in this image prints only successful answers.
answer=$(printf 'GET %s HTTP/1.0\r\n\r\n' "$path" | nc -w 4 "${address%:*}" "${address#*:}" 2>&1)
case $answer in
'HTTP/1.'?' 200 '*) exit 0 ;;
*'write error'*) [ "$(df -Pk "$2" | awk 'END { print $4 }')" -lt 1024 ] || kill 1 ;;
esac
echo "$answer" | tail -n 1
exit 1
