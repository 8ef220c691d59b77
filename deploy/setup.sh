#!/usr/bin/env bash
# Makes .venv with the `breaktime` command in it; `setup.sh dev` adds what the tests need. Does nothing twice.
set -euo pipefail
cd "$(dirname "$0")/.."
lock=requirements.lock
[ "${1:-}" = dev ] && lock=requirements-dev.lock

usable() { "$@" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; }

find_python() {
  # A .python-version that names a version this machine lacks makes `python3` of a version manager fail: go on then.
  for name in python3 python3.13 python3.12 python3.14; do
    if command -v "$name" >/dev/null && usable "$name"; then echo "$name"; return; fi
  done
  if command -v uv >/dev/null; then
    found=$(uv python find '>=3.12' 2>/dev/null || { uv python install 3.13 >&2 && uv python find 3.13; }) || true
    if [ -n "${found:-}" ] && usable "$found"; then echo "$found"; return; fi
  fi
  cat >&2 <<'TEXT'
breaktime: no Python of 3.12 or later was found (python3, python3.13, python3.12, python3.14, uv).
  Debian 13:  apt-get install python3 python3-venv
  Debian 12:  its Python is 3.11; install `uv` (pipx install uv) or another Python 3.13, then run this again.
TEXT
  exit 1
}

# A .venv that was cut off while it was made can have a Python and no pip.
if [ ! -x .venv/bin/python ] || ! usable .venv/bin/python || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  python=$(find_python)
  echo "breaktime: making .venv with $("$python" --version)" >&2
  rm -rf .venv
  "$python" -m venv .venv
fi

stamp=.venv/.installed-$(cat "$lock" pyproject.toml | sha256sum | cut -c1-16)
if [ ! -e "$stamp" ]; then
  echo "breaktime: installing from $lock" >&2
  .venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r "$lock"
  .venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
  touch "$stamp"
fi
