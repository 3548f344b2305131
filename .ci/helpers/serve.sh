# shellcheck shell=bash
# serve DIR LOG [PEM]: serves a directory on this machine until the script ends, with HTTPS if there is a file with a key
# and a certificate. $served is its address, and $server its process.
serve() {
  python3 .ci/helpers/serve.py "$1" "${@:3}" >"$2" 2>&1 &
  # shellcheck disable=SC2034 # used by the scripts that source this file
  server=$!
  for _ in {1..100}; do
    served=$(sed -n '1s#^https*://.*#&#p' "$2")
    [ -z "$served" ] || return 0
    sleep 0.1
  done
  fail "no server: $(cat "$2")"
}
