#!/usr/bin/env bash
# By the name `docker`, it is $DOCKER, but a build puts the image into the store of the engine first, and writes its
# output from there: the classic image store can't export an OCI archive, and stores files in its own way.
set -euo pipefail
[ "$1" = build ] || exec "$DOCKER" "$@"
shift
arguments=()
for word; do
  case $word in
  --output) ;;
  type=tar,dest=*) files=${word#*dest=} ;;
  type=oci,dest=*) image=${word#*dest=} ;;
  --progress=*) ;;
  *) arguments+=("$word") ;;
  esac
done
id=$("$DOCKER" build --quiet "${arguments[@]}")
# the engine would create the working directory of the image
container=$("$DOCKER" create --workdir / "$id" true)
trap '"$DOCKER" rm "$container" >/dev/null' EXIT
[ -z "${files:-}" ] || "$DOCKER" export --output "$files" "$container"
[ -z "${image:-}" ] || "$DOCKER" save --output "$image" "$id"
