#!/bin/sh
# The health check of the container: sh health.sh http://127.0.0.1:8222/healthz /data
#
# After an error of its disk, a full one above all, NATS stores nothing until it
# is restarted, also when there is room again. So one that reports such an error
# while there is room is ended, and Docker starts it anew. While there is none a
# restart would not help. What else makes it unwell passes by itself, as reading
# its streams does.
address=${1#http://}
path=/${address#*/}
address=${address%%/*}
# wget of this image shows no answer but a good one.
answer=$(printf 'GET %s HTTP/1.0\r\n\r\n' "$path" | nc -w 4 "${address%:*}" "${address#*:}" 2>&1)
case $answer in
'HTTP/1.'?' 200 '*) exit 0 ;;
*'write error'*) [ "$(df -Pk "$2" | awk 'END { print $4 }')" -lt 1024 ] || kill 1 ;;
esac
echo "$answer" | tail -n 1
exit 1
