# shellcheck shell=bash
# Functions that the parts share. Each part sources this file first, which changes to the root of the
# repository. The functions install what a part needs, on Debian or Ubuntu, as root or with sudo.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target_dir=$(realpath -m "${CARGO_TARGET_DIR:-target}")
mkdir -p target

say() { printf '\n-- %s\n' "$*"; }

fail() {
  echo "error: $*" >&2
  exit 1
}

# not_checked WHAT: reports a check that can't run on this machine. On a GitHub runner it is an error.
not_checked() {
  [ "${GITHUB_ACTIONS:-}" != true ] || fail "not checked: $*"
  echo "NOT CHECKED: $*"
}

# without_shared WHAT: reports a check that needs ../shared, which a GitHub runner doesn't have either
without_shared() { echo "NOT CHECKED: $*: there is no ../shared"; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# apt_install PACKAGE…: installs missing packages, so that a second run needs neither root nor network
apt_install() { apt_install_in / "$@"; }

# The directory in which ../shared/docker/up installs Debian and the engine.
engine_root=${DOCKER_ROOT:-/opt/docker-root}

# engine_install PACKAGE…: installs missing packages of Debian next to the engine of ../shared
engine_install() { apt_install_in "$engine_root" "$@"; }

# apt_install_in ROOT PACKAGE…: installs missing packages in the Debian whose root directory is ROOT
apt_install_in() {
  local root=$1 package missing=()
  shift
  for package; do
    [ "$(dpkg-query --admindir "$root/var/lib/dpkg" --show --showformat '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      missing+=("$package")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  local apt=(as_root chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get -qq)
  (
    # only one apt can run at a time, and parts can run in parallel
    flock 9
    # The package lists may be missing or old, but usually are not. Those of a mirror may have expired.
    "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null 2>&1 || {
      "${apt[@]}" -o Acquire::Check-Valid-Until=false update >/dev/null
      "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null
    }
  ) 9>target/ci-apt.lock
}

# venv PACKAGE…: installs Python packages in the versions of requirements.txt. Each part has its own venv.
venv() {
  apt_install python3 python3-venv
  local folder=target/ci-venv/${0##*/}
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check --constraint .ci/requirements.txt "$@"
  export PATH="$PWD/$folder/bin:$PATH"
}

# rustc calls cc to link, even if no C is compiled
linker() { command -v cc >/dev/null || apt_install gcc libc6-dev; }

# cargo_tool CRATE VERSION [OPTION…]: installs a program with `cargo install`, unless PATH has this version
cargo_tool() {
  local crate=$1 version=$2 tools=$PWD/target/ci-tools
  shift 2
  export PATH="$tools/bin:$PATH"
  case $("$crate" --version 2>/dev/null || true) in
  "$crate $version" | "$crate v$version" | "$version") return ;;
  esac
  linker
  # a debug build: compiling takes longer than running
  cargo install "$crate" --debug --quiet --locked --version "$version" --root "$tools" --target-dir "$tools/build-$crate" "$@"
  rm -rf "$tools/build-$crate"
}

# Whether the toolchain has a target, or can install it.
has_target() {
  # installs the toolchain of rust-toolchain.toml if it is missing
  rustc --version >/dev/null
  rustup target list --installed | grep -x "$1" >/dev/null || rustup target add "$1" >/dev/null 2>&1
}

# without_paths BINARY: a path of this machine in a binary would be different elsewhere
without_paths() {
  local path
  for path in "$PWD" "$target_dir" "${CARGO_HOME:-$HOME/.cargo}/registry/src" "$(rustc --print sysroot)"; do
    if grep -aqF -e "$path" "$1"; then fail "$1 has the path $path of this machine"; fi
  done
  # the check above does find paths: messages in the binary contain those of crates
  grep -aqF /cargo/ "$1" || fail "$1 contains no path of a crate, so the check above finds nothing"
}

# Prints a port of this machine that is free.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# Builds the command for a release. $binary is its path. It is the static binary, as in releases, unless the toolchain
# lacks the target.
# shellcheck disable=SC2034 # used by the scripts that source this file
build_binary() {
  local target
  target=$(uname -m)-unknown-linux-musl
  linker
  if has_target "$target"; then
    release/build "$target" --quiet
    binary=$target_dir/$target/release/railpack2docker
  else
    cargo build --locked --quiet --release --bin railpack2docker
    binary=$target_dir/release/railpack2docker
  fi
}

# Whether a Docker Engine answers. Starts one with ../shared, if that exists.
engine() {
  local said
  if [ -d ../shared ]; then
    said=$(../shared/docker/up) || fail "../shared/docker/up failed"
    eval "$said"
  fi
  docker version >/dev/null 2>&1
}
