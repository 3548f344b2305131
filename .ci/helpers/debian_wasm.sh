#!/usr/bin/env bash
# Runs Debian's cargo or wasm-bindgen in the root of the repository, in the directory of the Docker Engine from ../shared:
# debian_wasm.sh cargo ARGUMENT…, debian_wasm.sh wasm-bindgen ARGUMENT…
set -euo pipefail
source "$(dirname "$0")/../lib.sh"
packages=(wasm-bindgen)
[ "$1" = wasm-bindgen ] || packages=(rustc cargo libstd-rust-dev-wasm32 lld)
engine_install "${packages[@]}"

# the mounts end with this process
# shellcheck disable=SC2016 # the inner shell expands it
exec unshare --mount bash -c '
  root=$1 cargo_home=$2 repository=$3
  shift 3
  for directory in "$cargo_home" "$repository"; do
    mkdir -p "$root$directory"
    mount --bind "$directory" "$root$directory"
  done
  exec chroot "$root" env --unset=RUSTUP_TOOLCHAIN HOME=/root CARGO_HOME="$cargo_home" PATH=/usr/bin:/bin \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld \
    sh -c "cd \"\$0\" && exec \"\$@\"" "$repository" "$@"' debian_wasm "$engine_root" "${CARGO_HOME:-$HOME/.cargo}" "$PWD" "$@"
