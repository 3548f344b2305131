#!/usr/bin/env bash
# Builds the wheel for a target, and installs it from an index on this machine: wheel.sh TARGET BINARY
set -euo pipefail
target=$1
binary=$(realpath "$2")
source "$(dirname "$0")/../../lib.sh"
source .ci/helpers/serve.sh
venv maturin uv
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT

index=$work/index/railpack2docker
release/wheel "$target" "$index"
wheels=("$index"/*.whl)
[ "${#wheels[@]}" = 1 ] || fail "one wheel expected: ${wheels[*]}"
# glibc and musl: the binary is static
case ${wheels[0]} in
*-py3-none-manylinux_2_17_*.musllinux_1_1_*.whl) ;;
*) fail "unexpected tags: ${wheels[0]}" ;;
esac
python3 -m zipfile --extract "${wheels[0]}" "$work/wheel"
cmp "$work"/wheel/railpack2docker-*.data/scripts/railpack2docker "$binary" || fail "the wheel has another binary"

serve "$work/index" "$work/log"
mkdir "$work/empty"
cp examples/node-private-registry/plan.json "$work/empty/"
cd "$work/empty"
"$binary" plan.json >"$work/expected" 2>/dev/null
# the settings of this machine would add other indexes
export UV_NO_CONFIG=1 UV_CACHE_DIR=$work/cache
uvx --quiet --default-index "$served" railpack2docker plan.json 2>/dev/null | cmp - "$work/expected"
python3 -m venv "$work/venv"
env -u PIP_FIND_LINKS PIP_CONFIG_FILE=/dev/null "$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir \
  --index-url "$served" railpack2docker
"$work/venv/bin/railpack2docker" plan.json 2>/dev/null | cmp - "$work/expected"
[ "$(ls -A)" = plan.json ] || fail "files were left behind: $(ls -A)"
echo "installed with uvx and pip: ${wheels[0]##*/}"
