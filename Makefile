# dardr. Each target sets up what it needs, on a fresh machine too; nothing is done twice while the locks stand.
#
#   make run      the demonstration: set up everything, then serve it and print the address and the sign-ins
#   make test     every test: SQLite, PostgreSQL, browser, documents

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Without compiled modules beside the sources, each program that is started would compile all of them again.
export PYTHONDONTWRITEBYTECODE :=

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .make
PIP := $(BIN)/pip --disable-pip-version-check --quiet
WORKERS ?= 2
SERVE_ARGS ?=
PYTEST_ARGS ?=
TESTS ?= tests

.PHONY: help run test check bench assets lock release clean

help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: system-run $(STAMPS)/installed $(STAMPS)/assets ## set up everything and serve the demonstration
	$(BIN)/dardr serve --demo $(SERVE_ARGS)

test: system-test $(STAMPS)/dev $(STAMPS)/installed $(STAMPS)/assets ## every test, on SQLite and PostgreSQL
	@$(BIN)/python -m pytest -n $(WORKERS) --maxschedchunk=16 $(PYTEST_ARGS) $(TESTS)

check: $(STAMPS)/dev $(STAMPS)/installed $(STAMPS)/node ## style, types and the direction of imports
	$(BIN)/ruff check .
	node_modules/.bin/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports --no-logo

bench: system-run $(STAMPS)/dev $(STAMPS)/installed ## measure, in ratios taken in one run
	$(BIN)/python -m tests.bench

assets: ## copy the page assets from npm into dardr/web/static/vendor
	@rm -f $(STAMPS)/assets
	@$(MAKE) $(STAMPS)/assets

release: $(STAMPS)/dev $(STAMPS)/installed ## record the fingerprints of the processes to be released
	$(BIN)/python -m workflows.fingerprints --write

lock: $(STAMPS)/uv ## resolve the dependencies of pyproject.toml and package.json anew, keeping what still fits
	$(STAMPS)/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --custom-compile-command "make lock" --extra build pyproject.toml -o requirements.lock
	$(STAMPS)/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --custom-compile-command "make lock" --extra build --extra dev pyproject.toml -o requirements-dev.lock
	npm install --package-lock-only --ignore-scripts

clean: ## forget the environment and everything built
	rm -rf $(VENV) $(STAMPS) node_modules dardr/web/static/vendor dist build

# ------------------------------------------------------------------------------------------------ set-up, in steps

.PHONY: system-run system-test
system-run:
	@.ci/system-packages run
system-test:
	@.ci/system-packages test

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "dardr needs Python 3.11 or later. Name one: make PYTHON=/path/to/python3 run" >&2; exit 1; }
	@echo "Making the Python environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) \
	    || { echo "Python's venv module is missing: on Debian, apt-get install python3-venv" >&2; exit 1; }

$(STAMPS)/runtime: requirements.lock | $(VENV)/pyvenv.cfg
	@mkdir -p $(STAMPS)
	@echo "Installing what dardr runs on (a few minutes the first time)"
	@$(PIP) install --require-hashes -r requirements.lock
	@touch $@

$(STAMPS)/dev: requirements-dev.lock | $(VENV)/pyvenv.cfg
	@mkdir -p $(STAMPS)
	@echo "Installing what dardr runs on, and what its tests need (a few minutes the first time)"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $(STAMPS)/runtime $@

$(STAMPS)/installed: pyproject.toml $(STAMPS)/runtime
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(STAMPS)/node: package.json package-lock.json .npmrc
	@mkdir -p $(STAMPS)
	@command -v npm >/dev/null \
	    || { echo "dardr needs Node.js 20 or later, with npm, for its page assets." >&2; exit 1; }
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/assets: $(STAMPS)/node dardr/web/build_assets.py | $(VENV)/pyvenv.cfg
	@$(BIN)/python -I dardr/web/build_assets.py
	@touch $@

$(STAMPS)/uv: | $(VENV)/pyvenv.cfg
	@mkdir -p $(STAMPS)
	@$(BIN)/python -m venv $@
	@$@/bin/pip --disable-pip-version-check --quiet install uv
