# shellcheck shell=bash
# npm_programs: installs the programs of .ci/npm, in the versions of its lock file, and puts them on the PATH.
npm_programs() {
  command -v npm >/dev/null || apt_install nodejs npm
  mkdir -p target/ci-npm
  (
    flock 9
    if ! cmp --quiet .ci/npm/package-lock.json target/ci-npm/installed; then
      cp .ci/npm/package*.json target/ci-npm/
      npm ci --silent --ignore-scripts --prefix target/ci-npm
      cp .ci/npm/package-lock.json target/ci-npm/installed
    fi
  ) 9>target/ci-npm.lock
  export PATH="$PWD/target/ci-npm/node_modules/.bin:$PATH"
}
