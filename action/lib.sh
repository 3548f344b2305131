# shellcheck shell=bash
# Functions that the scripts of the action share. They run in bash 3.2, too, which macOS has: it has neither `mapfile` nor
# `**`, and an empty array is an unset variable there.
set -euo pipefail
shopt -s nullglob

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

# GitHub interprets lines that begin with `::`, so the output of other programs is printed between two commands that
# disable this.
word="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"

# Runs a command whose output can contain anything, and returns its status.
without_commands() {
    local status=0
    echo "::stop-commands::$word"
    "$@" || status=$?
    echo "::$word::"
    return "$status"
}

# Prints files, or the standard input.
show() {
    without_commands cat "$@"
}

# Escapes a value in a workflow command.
escape() {
    local text=${1//\%/%25}
    text=${text//$'\r'/%0D}
    text=${text//$'\n'/%0A}
    text=${text//:/%3A}
    printf '%s' "${text//,/%2C}"
}

# annotate LEVEL MESSAGE
annotate() {
    local text=${2//\%/%25}
    text=${text//$'\r'/%0D}
    text=${text//$'\n'/%0A}
    echo "::$1 title=railpack2docker::$text"
}

# Ends the script with an annotation.
fail() {
    annotate error "$1"
    exit 1
}

# Sets `array` to the texts on the standard input, which end with NUL bytes.
read_array() {
    local item
    array=()
    while IFS= read -r -d '' item; do array+=("$item"); done
}

# without_variables NAME… -- COMMAND…: runs a command without these variables. They are removed by name, because values on
# a command line are visible to all users of the machine.
without_variables() {
    local removed=()
    while [ "$1" != -- ]; do
        removed+=(-u "$1")
        shift
    done
    shift
    env ${removed[@]+"${removed[@]}"} "$@"
}

# Sets `files` to the plans of PLANS, or with ALL to those below this directory, except those that git ignores.
find_plans() {
    local plan
    files=()
    if [ "${ALL:-}" = true ]; then
        read_array < <(git ls-files -z --cached --others --exclude-standard -- ':(glob)**/railpack-plan.json' | sort -zu)
        # git also lists files that were deleted
        for plan in ${array[@]+"${array[@]}"}; do [ ! -e "$plan" ] || files+=("$plan"); done
        [ "${#files[@]}" != 0 ] || fail "There is no \`railpack-plan.json\` below this directory."
    else
        case $PLANS in
        *'**'*) shopt -s globstar 2>/dev/null || fail "The bash of this runner is too old for \`**\` in the input \`plans\`. Use \`all: true\` instead." ;;
        esac
        # patterns are expanded here; a name without a wildcard stays, even if there is no such file
        # shellcheck disable=SC2206 # the words of an input, which its author separates
        files=($PLANS)
        [ "${#files[@]}" != 0 ] || fail "No plan matches the input \`plans\`: $PLANS"
    fi
    if [ -n "${DOCKERFILE:-}" ] && [ "${#files[@]}" -gt 1 ]; then
        fail "The input \`dockerfile\` can only be used with a single plan. With several plans, each Dockerfile is next to its plan."
    fi
}

# Prints the path of a plan's Dockerfile.
dockerfile_of() {
    local directory
    directory="$(dirname -- "$1")/"
    printf '%s' "${DOCKERFILE:-${directory#./}Dockerfile}"
}
