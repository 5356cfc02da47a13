#!/usr/bin/env bash
# Brings what a bare Debian lacks: a working venv, and the programs some tests call.
#   tools.sh venv PYTHON FOLDER
#   tools.sh libraries FOLDER REQUIREMENTS   into that venv
#   tools.sh programs COMMAND:PACKAGE …
#   tools.sh npm NAME@VERSION …   into .cache/npm; only for tests
set -euo pipefail

install() {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        exec {turn}<"$0" && flock "$turn" # apt-get refuses to run twice at once
        echo "→ apt-get install $*"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        echo "Missing: $*. Install with: sudo apt-get install $*" >&2
        exit 1
    fi
}

case "$1" in
venv)
    # Debian splits ensurepip from python3: a bare machine has no working venv.
    [ -x "$3/bin/pip" ] || "$2" -m venv "$3" 2>/dev/null || { rm -rf "$3"; install python3-venv; "$2" -m venv "$3"; }
    ;;
libraries)
    # uv takes a sixth of pip's time. It does not know an index that only pip is told of: then pip does it.
    pip=("$2/bin/python" -m pip install --quiet --disable-pip-version-check)
    [ -x "$2/bin/uv" ] || "${pip[@]}" uv==0.13.9 || true
    "$2/bin/uv" pip install --quiet --python "$2/bin/python" -r "$3" || "${pip[@]}" --no-compile -r "$3"
    ;;
programs)
    shift
    missing=()
    for pair in "$@"; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
    done
    [ ${#missing[@]} = 0 ] || install "${missing[@]}"
    ;;
npm)
    shift
    for package in "$@"; do
        name="${package%@*}" # a folder each: npm takes away whatever it was not asked for this time
        grep -qs "\"version\": \"${package##*@}\"" ".cache/npm/$name/node_modules/$name/package.json" && continue
        echo "→ npm install $package"
        npm install --prefix ".cache/npm/$name" --ignore-scripts --no-audit --no-fund --no-save --silent "$package"
    done
    ;;
esac
