#!/usr/bin/env bash
# Compares plans with their secrets in a bundle. With the oracle's arguments, `PLAN --output FILE`, it generates the
# Dockerfile with $RAILPACK2DOCKER, and the bundle next to it. By the name `docker`, it is $DOCKER, and a build gets
# that bundle.
set -euo pipefail
if [ "${0##*/}" = docker ]; then
  for word; do
    if [ "${before:-}" = -f ]; then bundle=$(dirname "$word")/bundle; fi
    before=$word
  done
  [ -s "${bundle:-}" ] || exec "$DOCKER" "$@"
  exec "$DOCKER" "$1" --secret "id=ALL_SECRETS,src=$bundle" "${@:2}"
fi
"$RAILPACK2DOCKER" --secret-mount bundle=ALL_SECRETS "$@"
# the oracle's values
mapfile -t secrets < <(python3 -c 'import json, sys
for name in json.load(open(sys.argv[1])).get("secrets") or []:
    print(f"--secret={name}=val-of-{name}")' "$1")
"$RAILPACK2DOCKER" bundle "$1" "${secrets[@]}" >"$(dirname "$3")/bundle"
