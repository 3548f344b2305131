#!/usr/bin/env bash
# Installs the command with cargo-binstall, from a server on this machine that stands in for GitHub:
# binstall.sh ARCHIVES VERSION
set -euo pipefail
archives=$(realpath "$1")
version=$2
source "$(dirname "$0")/../../lib.sh"
source .ci/helpers/serve.sh
apt_install openssl python3
# later versions need a later compiler than rust-toolchain.toml has
cargo_tool cargo-binstall 1.21.0 --no-default-features --features rustls,fancy-no-backtrace
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT

# cargo-binstall refuses addresses without TLS
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
  -addext basicConstraints=critical,CA:FALSE -keyout "$work/key.pem" -out "$work/certificate.pem" 2>/dev/null
cat "$work/key.pem" "$work/certificate.pem" >"$work/server.pem"
mkdir -p "$work/site/Owner/Name/releases/download" "$work/source/cli/src"
ln -s "$archives" "$work/site/Owner/Name/releases/download/v$version"
serve "$work/site" "$work/log" "$work/server.pem"

# the manifests as they are, except for the address of the repository
sed "s#^repository = .*#repository = \"$served/Owner/Name\"#" Cargo.toml >"$work/source/Cargo.toml"
cp cli/Cargo.toml "$work/source/cli/"
cp cli/src/*.rs "$work/source/cli/src/"
cargo-binstall --no-confirm --disable-telemetry --no-track --log-level warn --strategies crate-meta-data \
  --root-certificates "$work/certificate.pem" --manifest-path "$work/source/cli" --install-path "$work/bin" railpack2docker-cli
[ "$(ls -A "$work/bin")" = railpack2docker ] || fail "unexpected files: $(ls -A "$work/bin")"
archive=$(sed -n 's#.*"GET .*/\(railpack2docker-.*\.tar\.gz\) .* 200 .*#\1#p' "$work/log" | sort -u)
# Debian has glibc
[ "$archive" = "railpack2docker-$(uname -m)-unknown-linux-gnu.tar.gz" ] || fail "installed from $archive"
tar -xOzf "$archives/$archive" "${archive%.tar.gz}/railpack2docker" | cmp - "$work/bin/railpack2docker"
[ "$("$work/bin/railpack2docker" --version)" = "railpack2docker $version" ]
echo "installed from $archive"
