#!/bin/sh
# curl and sed: what a shell script in a pipeline does.
set -u
ask() { curl --silent --show-error --fail --max-time 5 -H "Authorization: Bearer $MIDJOURNEY_TOKEN" "$@"; }
field() { tr -d '\n' | sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p"; }

created=$(ask -H 'Content-Type: application/json' -d '{"prompt": "a tin robot"}' "$MIDJOURNEY_BASE_URL/v1/imagine") || exit 1
id=$(printf '%s' "$created" | field job_id)
[ -n "$id" ] || { echo "no job id" >&2; exit 1; }
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
  job=$(ask "$MIDJOURNEY_BASE_URL/v1/jobs/$id") || exit 1
  case $job in
    *'"completed"'*) echo done; exit 0 ;;
    *'"failed"'* | *'"cancelled"'*) echo "the job did not make it" >&2; exit 1 ;;
  esac
  sleep 0.3
done
echo "the job takes too long" >&2
exit 1
