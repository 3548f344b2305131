#!/bin/sh
# Installs railpack2docker: downloads the archive for this machine, checks its SHA-256, and installs the
# binary to ~/.local/bin. It changes nothing else, and does not need root.
#
#   sh install.sh [--to DIR]
#
# The archives and SHA256SUMS are downloaded from RAILPACK2DOCKER_BASE_URL, https://… or file:///…; the
# default is the release that this script is part of.
set -eu

# `release/pack.py` writes the URL of the release here
released_at=""

main() {
    to=""
    while [ $# -gt 0 ]; do
        case $1 in
        --to) [ $# -gt 1 ] || fail "\`--to\` requires a directory"; to=$2; shift 2 ;;
        --to=?*) to=${1#--to=}; shift ;;
        -h | --help) usage; return ;;
        *) usage >&2; fail "unknown argument \`$1\`" ;;
        esac
    done
    if [ -z "$to" ]; then
        [ -n "${HOME:-}" ] || fail "HOME is not set: pass the directory with \`--to DIR\`"
        to=$HOME/.local/bin
    fi
    base=${RAILPACK2DOCKER_BASE_URL:-$released_at}
    [ -n "$base" ] || fail "this script is not part of a release: set RAILPACK2DOCKER_BASE_URL"
    base=${base%/}

    name=railpack2docker-$(target)
    work=$(mktemp -d)
    new=""
    trap 'rm -rf "$work" ${new:+"$new"}' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM

    fetch "$base/SHA256SUMS" "$work/SHA256SUMS"
    fetch "$base/$name.tar.gz" "$work/$name.tar.gz"
    check "$name.tar.gz"
    tar -xzf "$work/$name.tar.gz" -C "$work" "$name/railpack2docker"

    # a temporary name first: the old binary may be running, and the new one must never be incomplete
    mkdir -p "$to"
    new=$to/.railpack2docker.$$
    cp "$work/$name/railpack2docker" "$new"
    chmod 755 "$new"
    version=$("$new" --version) || fail "the binary does not run on this machine"
    mv -f "$new" "$to/railpack2docker"
    printf '%s\n' "installed $version: $to/railpack2docker"
    case :${PATH:-}: in
    *:"$to":*) ;;
    *) printf '%s\n' "note: $to is not in PATH" ;;
    esac
}

usage() {
    echo "usage: sh install.sh [--to DIR]"
    echo "installs railpack2docker to DIR, ~/.local/bin by default"
}

fail() {
    printf '%s\n' "error: $1" >&2
    exit 1
}

# Prints the target triple of this machine, which is part of the archive's name.
target() {
    system=$(uname -s)
    machine=$(uname -m)
    # a shell that runs in Rosetta on Apple silicon
    if [ "$system" = Darwin ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || true)" = 1 ]; then
        machine=arm64
    fi
    case $machine in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
    *) fail "no binary for $machine: build it with \`cargo install\`" ;;
    esac
    case $system in
    Linux) echo "$machine-unknown-linux-musl" ;;
    Darwin) echo "$machine-apple-darwin" ;;
    *) fail "unsupported system $system: for Windows, unpack the .zip of the release" ;;
    esac
}

# Downloads a URL to a file: https, also after redirects, or a local file.
fetch() {
    case $1 in
    file:///*) cp "${1#file://}" "$2" || fail "can't read $1" ;;
    https://?*)
        command -v curl >/dev/null || fail "\`curl\` is required"
        curl --proto '=https' --proto-redir '=https' --tlsv1.2 --fail --silent --show-error --location \
            --retry 3 --output "$2" "$1" || fail "can't download $1"
        ;;
    *) fail "\`$1\` is neither https:// nor file:///" ;;
    esac
}

# Compares a file in the work directory with its line in SHA256SUMS.
check() {
    wanted=$(awk -v name="$1" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
    [ ${#wanted} -eq 64 ] || fail "SHA256SUMS has no line for $1, or more than one"
    if command -v sha256sum >/dev/null; then
        found=$(sha256sum "$work/$1")
    elif command -v shasum >/dev/null; then
        found=$(shasum -a 256 "$work/$1")
    else
        fail "\`sha256sum\` or \`shasum\` is required"
    fi
    [ "${found%% *}" = "$wanted" ] || fail "$1 does not match SHA256SUMS: nothing was installed"
}

# at the end, so that an incomplete download of this script does nothing
main "$@"
