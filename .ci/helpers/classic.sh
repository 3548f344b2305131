#!/usr/bin/env bash
# Runs a command with a second Docker Engine, which has the classic image store: classic.sh ROOT COMMAND…
# ROOT is the directory that Docker is installed in. The engine and its data are removed at the end.
set -euo pipefail
root=$1
shift
name=railpack2docker-$$
bridge=r2d$$
socket=/run/docker-dev/$name.sock
data=/var/lib/$name
echo '{"features": {"containerd-snapshotter": false}}' >"$root/tmp/$name.json"
# without a bridge of its own, this engine would delete the one of the first engine
ip link add name "$bridge" type bridge
ip address add 172.31.255.1/24 dev "$bridge"
chroot "$root" dockerd --config-file "/tmp/$name.json" --data-root "$data" --exec-root "/run/$name" \
  --pidfile "/run/$name.pid" --host "unix://$socket" --bridge "$bridge" --storage-driver overlay2 \
  --iptables=false --ip6tables=false >"$root/tmp/$name.log" 2>&1 &
engine=$!

end() {
  kill "$engine" 2>/dev/null || true
  wait "$engine" || true
  ip link delete "$bridge" || true
  # the engine mounts its data on itself
  umount --lazy "$root$data" 2>/dev/null || true
  rm -rf "${root:?}$data" "$root/run/$name" "$root/tmp/$name.json" "$root/tmp/$name.log" || true
}
trap end EXIT

export DOCKER_HOST=unix://$socket
for _ in $(seq 120); do
  docker version >/dev/null 2>&1 && break
  kill -0 "$engine" 2>/dev/null || break
  sleep 0.5
done
docker version >/dev/null 2>&1 || {
  tail -n 20 "$root/tmp/$name.log" >&2
  echo "error: the engine with the classic image store did not start" >&2
  exit 1
}
"$@"
