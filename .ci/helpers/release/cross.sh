#!/usr/bin/env bash
# Builds the binaries of a release for all other machines, with zig as the linker, and runs them: cross.sh [BINARIES]
#
# BINARIES gets a directory for each target, as pack.py reads them; the default is target/cross. The binary for this
# machine, which the others are compared with, is built by the usual linker. Those for arm64 run in QEMU, and the one
# for Windows runs in Wine. Those for macOS can't run: their headers and their signature are checked.
set -euo pipefail
binaries=$(realpath -m "${1:-target/cross}")
source "$(dirname "$0")/../../lib.sh"
if [ "$(uname -m)" != x86_64 ]; then
  not_checked "the binaries for other machines: this builds them on x86-64"
  exit 0
fi
apt_install binutils libc6-arm64-cross llvm qemu-user-static wine wine64
linker
venv --require-hashes --requirement release/zig.txt
work=$(mktemp -d)
trap 'WINEPREFIX=$work/wine wineserver --kill 2>/dev/null || true; rm -rf "$work"' EXIT

# build TARGET [AS]: builds a binary, and puts it into BINARIES as that of the target AS
build() {
  local target=$1 folder=$binaries/${2:-$1} suffix=''
  case $target in *windows*) suffix=.exe ;; esac
  has_target "$target" || fail "the target $target can't be installed"
  release/build "$target" --quiet
  mkdir -p "$folder"
  cp "$target_dir/$target/release/railpack2docker$suffix" "$folder/"
  without_paths "$folder/railpack2docker$suffix"
}

# same TARGET [COMMAND…]: the binary, run by the command, does what the one for this machine does
same() {
  local file=$binaries/$1/railpack2docker
  [ -e "$file" ] || file+=.exe
  echo "$1: $(python3 .ci/helpers/release/same.py "$native" "${@:2}" "$file")"
}

say "this machine"
build x86_64-unknown-linux-musl
native=$binaries/x86_64-unknown-linux-musl/railpack2docker
export ZIG=1

for machine in x86_64 aarch64; do
  say "glibc, $machine"
  target=$machine-unknown-linux-gnu
  build "$target"
  # the newest version of the symbols that it needs
  needed=$(readelf --version-info --wide "$binaries/$target/railpack2docker" | grep -o 'GLIBC_[0-9.]*' | sort --version-sort | tail -n 1)
  [ "$needed" = GLIBC_2.17 ] || fail "$target needs $needed"
done
same x86_64-unknown-linux-gnu
same aarch64-unknown-linux-gnu qemu-aarch64-static -L /usr/aarch64-linux-gnu

say "musl, aarch64"
build aarch64-unknown-linux-musl
if readelf --program-headers "$binaries/aarch64-unknown-linux-musl/railpack2docker" | grep -q INTERP; then fail "not static"; fi
same aarch64-unknown-linux-musl qemu-aarch64-static

say "Windows"
# Microsoft's linker and libraries are not available here, so this is the binary for GNU's C library in the place of
# the one that the workflow builds on Windows
build x86_64-pc-windows-gnu x86_64-pc-windows-msvc
export WINEPREFIX=$work/wine WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
unset DISPLAY
mkdir "$WINEPREFIX"
# so that it does not start again for each command
wineserver --persistent >/dev/null 2>&1
wine wineboot --init >/dev/null 2>&1
# Debian's Wine lacks this library of Windows 10, which Rust's standard library takes random numbers from
cat >"$work/prng.c" <<'C'
unsigned char SystemFunction036(void *, unsigned long);
__declspec(dllexport) int ProcessPrng(void *bytes, unsigned long long size) { return SystemFunction036(bytes, size); }
int DllMainCRTStartup(void) { return 1; }
C
(cd "$work" && python-zig cc -target x86_64-windows-gnu -nostdlib -shared -o bcryptprimitives.dll prng.c -ladvapi32)
mv "$work/bcryptprimitives.dll" "$WINEPREFIX/drive_c/windows/system32/"
same x86_64-pc-windows-msvc wine

for machine in x86_64 aarch64; do
  say "macOS, $machine"
  build "$machine-apple-darwin"
  python3 .ci/helpers/release/macho.py "$binaries/$machine-apple-darwin/railpack2docker" "$machine-apple-darwin"
done
