#!/usr/bin/env bash
# Installs a wheel from an index on this machine, and runs it: wheel.sh ARCHIVES BINARY
set -euo pipefail
archives=$(realpath "$1")
binary=$(realpath "$2")
source "$(dirname "$0")/../../lib.sh"
source .ci/helpers/serve.sh
venv check-wheel-contents twine uv
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
version=$("$binary" --version)
version=${version#* }

index=$work/index/railpack2docker
python3 release/wheel.py "$index" "$archives" "$version"
python3 release/wheel.py "$work/again" "$archives" "$version" >/dev/null
diff -r "$index" "$work/again"
# the wheels contain no Python module
check-wheel-contents --ignore W007,W008 "$index"/*.whl
twine check --strict "$index"/*.whl

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
cmp "$work/venv/bin/railpack2docker" "$binary"
[ "$(ls -A)" = plan.json ] || fail "files were left behind: $(ls -A)"
grep -q 'GET /railpack2docker/.*musllinux.* 200' "$work/log" || fail "not from the index: $(cat "$work/log")"
