#!/bin/sh
# curl and sed: what a shell script in a pipeline does.
set -u
ask() { curl --silent --show-error --fail --max-time 5 -H "Authorization: Bearer $MIDJOURNEY_TOKEN" "$@"; }
text() { tr -d '\n' | sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p"; }
number() { tr -d '\n' | sed -n "s/.*\"$1\" *: *\([0-9]*\).*/\1/p"; }

at=$MIDJOURNEY_BASE_URL/api/v1/mj
created=$(ask -H 'Content-Type: application/json' -d '{"taskType": "mj_txt2img", "prompt": "a tin robot", "speed": "turbo"}' "$at/generate") || exit 1
task=$(printf '%s' "$created" | text taskId)
[ -n "$task" ] || { echo "no task: $created" >&2; exit 1; }
for _ in 1 2 3 4 5 6 7 8; do
  record=$(ask "$at/record-info?taskId=$task") || exit 1
  [ "$(printf '%s' "$record" | number code)" = 200 ] || { echo "no record: $record" >&2; exit 1; }
  case $(printf '%s' "$record" | number successFlag) in
    1) echo done; exit 0 ;;
    2 | 3) echo "the task did not make it" >&2; exit 1 ;;
  esac
  sleep 0.3
done
echo "the task takes too long" >&2
exit 1
