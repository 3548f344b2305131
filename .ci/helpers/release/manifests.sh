#!/usr/bin/env bash
# Checks the manifests of package managers, and installs with those that run on this machine:
# manifests.sh ARCHIVES BINARY
set -euo pipefail
archives=$(realpath "$1")
binary=$(realpath "$2")
source "$(dirname "$0")/../../lib.sh"
source .ci/helpers/npm.sh
source .ci/helpers/serve.sh
apt_install nix-bin ruby
npm_programs
venv aquaproj-aqua pyyaml
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; chmod -R u+w "$work"; rm -rf "$work"' EXIT
version=$("$binary" --version)
version=${version#* }

serve "$archives" "$work/log"
write() { REPOSITORY_URL=https://github.com/Owner/Name BASE_URL="$1" python3 release/manifests.py "$2" "$archives" "$version"; }
write "$served" "$work/local"
write "https://github.com/Owner/Name/releases/download/v$version" "$work/manifests" >/dev/null
# shellcheck disable=SC2016 # no shell may expand it
if write 'https://example.com/$(id)' "$work/refused" >/dev/null 2>&1; then fail "accepted a URL with a command in it"; fi

say "every file of the release, with its checksum"
# on a machine with glibc, the manifests install the static binary
shopt -s extglob
packaged=("$archives"/!(*-linux-gnu).tar.gz)
for file in "${packaged[@]}" "$archives"/*.zip; do
  grep -rqF "/${file##*/}" "$work/manifests" || fail "no manifest has ${file##*/}"
done

say "Homebrew"
ruby -wc "$work/manifests/homebrew/railpack2docker.rb"
ruby .ci/helpers/release/formula.rb "$work/local/homebrew/railpack2docker.rb" "$work/prefix"
"$work/prefix/bin/railpack2docker" --version

say "Nix"
# a separate store: the one of this machine needs a daemon
mkdir "$work/nix"
echo "build-users-group =" >"$work/nix/nix.conf"
export NIX_STORE_DIR=$work/nix/store NIX_STATE_DIR=$work/nix/state NIX_LOG_DIR=$work/nix/log NIX_CONF_DIR=$work/nix
nix-instantiate --parse "$work/manifests/nix/flake.nix" >/dev/null
nix-instantiate --eval --strict --json .ci/helpers/release/flake.nix --argstr flake "$work/manifests/nix/flake.nix" >"$work/flake.json"
for file in "${packaged[@]}"; do
  # nixpkgs has dropped Intel Macs
  case $file in *x86_64-apple-darwin*) continue ;; esac
  hash=$(nix --extra-experimental-features nix-command hash file --type sha256 --sri "$file")
  grep -qF "{\"hash\":\"$hash\",\"url\":\"https://github.com/Owner/Name/releases/download/v$version/${file##*/}\"}" "$work/flake.json" ||
    fail "the flake has no ${file##*/} with the hash $hash"
done

say "mise"
mkdir -p "$work/empty"
cp "$work/local/mise/mise.toml" "$work/empty"
if command -v mise >/dev/null; then (
  cd "$work/empty"
  export HOME=$work/home MISE_DATA_DIR=$work/mise MISE_YES=1
  mise trust --quiet
  mise install --quiet
  [ "$(mise exec -- railpack2docker --version)" = "railpack2docker $version" ]
); else echo "NOT CHECKED: mise, whose package is for x86-64"; fi

say "aqua"
mkdir "$work/aqua"
cp "$work/manifests/aqua/registry.yaml" "$work/aqua"
cat >"$work/aqua/aqua.yaml" <<YAML
registries: [{name: local, type: local, path: registry.yaml}]
packages: [{name: "Owner/Name@v$version", registry: local}]
YAML
# aqua_path SYSTEM MACHINE: the path that aqua would run, from the name of the archive on
aqua_path() {
  AQUA_ROOT_DIR=/ AQUA_GOOS=$1 AQUA_GOARCH=$2 aqua --config "$work/aqua/aqua.yaml" which railpack2docker | sed "s#.*/v$version/##"
}
for platform in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64; do
  path=$(aqua_path "${platform%/*}" "${platform#*/}")
  archive=$archives/${path%%/*}
  case $archive in *.zip) list=(python3 -m zipfile --list) ;; *) list=(tar --list --file) ;; esac
  "${list[@]}" "$archive" | grep -q "^${path#*/}\( \|$\)" || fail "aqua's $path is not in the archive"
done

say "Scoop and WinGet"
python3 .ci/helpers/release/windows.py "$work/manifests" "$archives"
