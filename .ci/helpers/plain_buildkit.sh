#!/usr/bin/env bash
# Runs a command whose builds use a plain BuildKit, not the engine's: plain_buildkit.sh DIR COMMAND…
# DIR contains the program buildkitd. This BuildKit pulls all images from a registry that $STAND_INS names, and loads
# what it builds into the engine. At the end, it is removed with its data, the registry and the builder.
source "$(dirname "$0")/../lib.sh"
programs=$1
shift
name=railpack2docker-$$
work=$(mktemp -d)
STAND_INS=127.0.0.1:$(free_port)
export STAND_INS

cat >"$work/registry.yml" <<END
version: 0.1
log: { level: error }
storage: { filesystem: { rootdirectory: $work/registry } }
http: { addr: '$STAND_INS' }
END
{
  for registry in docker.io ghcr.io localhost; do
    printf '[registry."%s"]\nmirrors = ["%s"]\n' "$registry" "$STAND_INS"
  done
  printf '[registry."%s"]\nhttp = true\n' "$STAND_INS"
} >"$work/buildkitd.toml"

docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
registry=$!
"$programs/buildkitd" --config "$work/buildkitd.toml" --addr "unix://$work/buildkitd.sock" --root "$work/state" \
  --oci-worker-net host --oci-worker-gc=false --containerd-worker=false >"$work/log" 2>&1 &
buildkit=$!

end() {
  docker buildx rm "$name" >/dev/null 2>&1 || true
  kill "$registry" "$buildkit" 2>/dev/null || true
  wait "$registry" "$buildkit" || true
  rm -rf "$work"
}
trap end EXIT

docker buildx create --name "$name" --driver remote --driver-opt default-load=true "unix://$work/buildkitd.sock" >/dev/null
for _ in $(seq 120); do
  docker buildx inspect --bootstrap "$name" >/dev/null 2>&1 && break
  { kill -0 "$registry" && kill -0 "$buildkit"; } || break
  sleep 0.5
done
docker buildx inspect "$name" >/dev/null 2>&1 || {
  tail -n 20 "$work"/*log >&2
  echo "error: BuildKit or the registry did not start" >&2
  exit 1
}
BUILDX_BUILDER=$name "$@"
