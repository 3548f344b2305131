#!/usr/bin/env bash
# By the name `docker`, it is $DOCKER, but builds with the builder `newest`. That builder has no images, so each line
# of the file $CONTEXTS is a build context that replaces one.
set -euo pipefail
[ "$1" = build ] || exec "$DOCKER" "$@"
mapfile -t replaced <"$CONTEXTS"
exec "$DOCKER" buildx build --builder newest "${replaced[@]/#/--build-context=}" "${@:2}"
