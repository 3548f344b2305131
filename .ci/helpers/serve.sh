# shellcheck shell=bash
# serve DIR LOG: serves a directory on this machine until the script ends. $served is its address, and $server
# its process.
serve() {
  python3 -u -m http.server --bind 127.0.0.1 --directory "$1" 0 >"$2" 2>&1 &
  # shellcheck disable=SC2034 # used by the scripts that source this file
  server=$!
  for _ in {1..100}; do
    served=$(sed -n 's/.*(\(http:[^)]*\)\/).*/\1/p' "$2")
    [ -z "$served" ] || return 0
    sleep 0.1
  done
  fail "no server: $(cat "$2")"
}
