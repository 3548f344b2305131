#!/usr/bin/env bash
# Builds the binary of a release in another directory, with another CARGO_HOME, and compares it with the
# first one: reproduce.sh TARGET BINARY
set -euo pipefail
target=$1
binary=$(realpath "$2")
source "$(dirname "$0")/../../lib.sh"
linker
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/a directory/of another depth" "$work/cargo"
git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from=- | tar --extract --directory "$work/a directory/of another depth"
(
  cd "$work/a directory/of another depth"
  CARGO_HOME=$work/cargo CARGO_TARGET_DIR=$work/target release/build "$target"
)
cmp "$binary" "$work/target/$target/release/railpack2docker" || fail "two builds differ"
sha256sum "$binary"
