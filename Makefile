# Every command that a developer or a technician needs. Each sets up what it needs first.
#   make run            the gateway in the foreground          (AT=2026-11-23T09:30 rehearses that time)
#   make test           everything but the long tests          (installs Debian packages if root and missing)
#   make check          format, lint, types, import contracts, unit tests, policy check and test
#                       (installs Debian's prometheus, whose promtool tests the alerts, if root and missing)
#   make test-long      random kills, long loads                (installs Debian packages, too)
#   make pictures       the guides' pictures, anew             (installs Debian packages, too)
#   make bench          figures for tests/bench/README.md       (installs Debian packages, too)
#   make bench-gateway  the same against squid and e2guardian   (installs them, too; starts no service)
SHELL := /bin/bash
VENV  := .venv
BIN   := $(VENV)/bin
AT    ?=

.PHONY: run setup setup-dev check format test test-long pictures bench bench-gateway lock clean

run: setup
	@$(BIN)/breaktime run $(if $(AT),--at $(AT))

setup:
	@deploy/setup.sh

setup-dev:
	@deploy/setup.sh dev

check: setup-dev
	@deploy/test-packages.sh --only prometheus
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest -n 2 tests/core --cov --cov-report=term
	$(BIN)/pytest -n 2 -m "not system and not long" --ignore tests/core
	$(BIN)/breaktime check config
	$(BIN)/breaktime test --strict config

format: setup-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: check
	@deploy/test-packages.sh
	$(BIN)/pytest -n 2 --dist loadfile -m "system and not long" --reruns 1 -r fER

test-long: setup-dev
	@deploy/test-packages.sh
	$(BIN)/pytest -m long --timeout 1800

pictures: setup-dev
	@deploy/test-packages.sh
	BREAKTIME_PICTURES=yes $(BIN)/pytest -m long tests/system/console/test_pictures.py

bench: setup-dev
	@deploy/test-packages.sh
	$(BIN)/python -m tests.bench

bench-gateway: setup-dev
	@deploy/test-packages.sh
	@deploy/bench-packages.sh
	$(BIN)/python -m tests.bench gateway unsteered

# The locks name versions and hashes only, never where a package comes from.
lock:
	uv pip compile --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --extra dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
