#!/usr/bin/env bash
# Makes .venv with the `breaktime` command in it; `setup.sh dev` adds what the tests need. Does nothing twice.
set -euo pipefail
cd "$(dirname "$0")/.."
lock=requirements.lock
[ "${1:-}" = dev ] && lock=requirements-dev.lock

. deploy/python.sh

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

# A PDF needs libraries of the machine. Without them everything else works, and `breaktime report` says what is missing.
. deploy/paper.sh
mapfile -t missing < <(paper_packages)
if [ ${#missing[@]} -gt 0 ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  echo "breaktime: installing ${missing[*]}, for reports on paper" >&2
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null ||
    echo "breaktime: that failed; no report on paper until: apt-get install ${missing[*]}" >&2
fi
