#!/usr/bin/env bash
# Publishes the npm packages to a registry on this machine, and runs them from there: npm.sh ARCHIVES BINARY
set -euo pipefail
archives=$(realpath "$1")
binary=$(realpath "$2")
source "$(dirname "$0")/../../lib.sh"
source .ci/helpers/npm.sh
npm_programs
work=$(mktemp -d)
trap 'kill "${registry:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
version=$("$binary" --version)
version=${version#* }

python3 release/npm.py "$work/packages" "$archives" "$version"
python3 release/npm.py "$work/again" "$archives" "$version"
diff -r "$work/packages" "$work/again"

# a registry without an upstream registry
port=$(free_port)
cat >"$work/verdaccio.yaml" <<YAML
storage: $work/storage
auth: {htpasswd: {file: $work/htpasswd}}
packages: {'**': {access: \$all, publish: \$all}}
log: {type: stdout, format: json, level: warn}
YAML
verdaccio --listen "127.0.0.1:$port" --config "$work/verdaccio.yaml" >"$work/log" 2>&1 &
registry=$!
for _ in {1..100}; do
  curl --silent --fail "http://127.0.0.1:$port/-/ping" >/dev/null && break
  kill -0 "$registry" 2>/dev/null || fail "no registry: $(cat "$work/log")"
  sleep 0.2
done
cat >"$work/npmrc" <<NPMRC
registry=http://127.0.0.1:$port/
//127.0.0.1:$port/:_authToken=none
cache=$work/cache
audit=false
fund=false
update-notifier=false
NPMRC
export npm_config_userconfig=$work/npmrc npm_config_globalconfig=/dev/null

say "publish"
# as the workflow does: npm takes a path without `./` for a repository
(
  cd "$work"
  for package in ./packages/*; do
    npm publish --loglevel error --access public "$package"
  done
)

say "npx"
mkdir "$work/empty"
cp examples/node-private-registry/plan.json "$work/empty/"
cd "$work/empty"
"$binary" plan.json >"$work/expected" 2>/dev/null
npx --yes railpack2docker plan.json 2>/dev/null | cmp - "$work/expected"
[ "$(npx --yes "railpack2docker@$version" --version)" = "railpack2docker $version" ]
[ "$(ls -A)" = plan.json ] || fail "files were left behind: $(ls -A)"
# the status is that of the binary
status=0
npx --yes railpack2docker --no-such-option >/dev/null 2>&1 || status=$?
[ "$status" = 2 ] || fail "status $status for a usage error"

say "npm install"
cd "$work"
install() { npm install --silent --no-save --prefix "$work/$1" "${@:2}" railpack2docker; }
install glibc --libc=glibc
install musl --libc=musl
for libc in glibc musl; do
  cmp "$work/$libc/node_modules/@railpack2docker/linux-$(node -p process.arch)/railpack2docker" "$binary"
done
[ "$(find glibc/node_modules/@railpack2docker -mindepth 1 -maxdepth 1 | wc -l)" = 1 ] || fail "more than one platform was installed"
launcher=glibc/node_modules/railpack2docker/bin/railpack2docker.js

say "messages"
# expect WORDS COMMAND…: the command fails with status 1 and prints the words
expect() {
  local status=0
  "${@:2}" >"$work/said" 2>&1 </dev/null || status=$?
  [ "$status" = 1 ] || fail "status $status: $(cat "$work/said")"
  grep -qF -e "$1" "$work/said" || fail "unexpected message: $(cat "$work/said")"
}
install omitted --omit=optional
expect 'is not installed' node omitted/node_modules/railpack2docker/bin/railpack2docker.js --version
echo 'Object.defineProperty(process, "platform", { value: "sunos" })' >"$work/sunos.js"
expect "there is no binary for \`sunos-$(node -p process.arch)\`" node --require "$work/sunos.js" "$launcher" --version

say "signals"
mkfifo "$work/input"
node "$launcher" - <"$work/input" >/dev/null 2>&1 &
child=$!
# the binary runs, and waits for its input
exec 9>"$work/input"
until pgrep --parent "$child" >/dev/null; do sleep 0.1; done
status=0
kill -TERM "$child"
wait "$child" || status=$?
exec 9>&-
[ "$status" = 143 ] || fail "status $status after SIGTERM"
