#!/bin/sh
# client.sh CALL [JSON | FILE]   with LIENTHONG_URL, LIENTHONG_SYSTEM and LIENTHONG_KEY in the environment; sendEdoc takes an edXML file
set -eu
call=$1 body=${2:-'{}'} type=application/json
if [ "$call" = sendEdoc ]; then body="@$body" type=application/octet-stream; fi
# What may pass (429, 5xx) is tried again, unless it is to wait longer than five minutes; the same packet sent twice is one, so this never doubles anything.
# --fail-with-body needs curl 7.76 or later. No --location: a redirect would carry the key to somebody else.
exec curl --silent --show-error --fail-with-body --retry 5 --retry-max-time 300 --max-time 300 \
  --header "X-SystemId: $LIENTHONG_SYSTEM" --header "X-SecretKey: $LIENTHONG_KEY" --header "Content-Type: $type" \
  --data-binary "$body" "${LIENTHONG_URL%/}/v1/$call"
