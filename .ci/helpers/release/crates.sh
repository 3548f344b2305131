#!/usr/bin/env bash
# Packages both crates. With FULL=1, compiles them from the packages, as `cargo publish` does.
set -euo pipefail
source "$(dirname "$0")/../../lib.sh"
linker

options=(--no-verify)
[ "${FULL:-}" != 1 ] || options=()
# the command needs the library in this version, which no registry has yet: cargo uses the one next to it
cargo package --locked --quiet --allow-dirty ${options[@]+"${options[@]}"} --package railpack2docker --package railpack2docker-cli
for crate in railpack2docker railpack2docker-cli; do
  [ "$(cargo package --list --allow-dirty --package "$crate" | grep -cx -e src/lib.rs -e README.md -e LICENSE)" = 3 ] || fail "$crate is incomplete"
done
