#!/usr/bin/env bash
# By the name `docker`, it is $DOCKER, but builds with the builder `newest`. That builder has no images, so each line
# of the file $CONTEXTS is a build context that replaces one. It would replace a stage of that name, too.
set -euo pipefail
[ "$1" = build ] || exec "$DOCKER" "$@"
for word; do
  if [ "${before:-}" = -f ]; then stages=$(sed -n 's/^FROM .* AS //p' "$word"); fi
  before=$word
done
contexts=()
while IFS= read -r context; do
  image=${context%%=*}
  grep -qxF "${image%:latest}" <<<"${stages:-}" || contexts+=("--build-context=$context")
done <"${CONTEXTS:?}"
exec "$DOCKER" buildx build --builder newest "${contexts[@]}" "${@:2}"
