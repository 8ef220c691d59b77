# Finds a Python that Breaktime runs on; sourced by setup.sh and install. `find_python` prints it, or says what to do.
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
  return 1
}
