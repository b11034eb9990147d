# Porchlight: the commands for development. The only prerequisite is Python 3.11 or newer with venv.

HOST ?= 127.0.0.1
PORT ?= 8000
URL ?= http://localhost:$(PORT)
# Number of parallel tests: one more than there are cores, because many tests wait for processes, leases and pages.
JOBS ?= $(shell expr 1 + `getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1`)

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.porchlight-installed

# scripts/bootstrap writes the project's folder into the stamp: an environment that was moved, or whose Python is missing, is rebuilt.
ALIVE := $(shell test "`cat $(STAMP) 2>/dev/null`" = "$(CURDIR)" && $(BIN)/python -c '' 2>/dev/null && echo yes)

.PHONY: help install run test lint check demo bench faults fuzz shots coverage lock clean FORCE

help:
	@echo 'make run       install what is missing and serve http://localhost:8000'
	@echo 'make test      install what is missing and run every test'
	@echo 'make check     lint, types, import rules and tests'
	@echo 'make demo      play a whole story against a running server (URL=$(URL))'
	@echo 'make install   only install (into $(VENV))'
	@echo 'make bench     measure (docs/performance.md)'
	@echo 'make faults    kill, freeze and starve real processes for hours (docs/reliability.md; SEED=1 KILLS=200)'
	@echo 'make fuzz      send odd requests to every operation of the API (SEED=1 EXAMPLES=200)'
	@echo 'make shots     take a picture of every screen of the phone app (build/shots/, docs/images/)'
	@echo 'make coverage  run the tests and list the lines they miss'
	@echo 'make lock      update the requirements files (UPGRADE=1 takes newer versions)'
	@echo 'make clean     remove what was built; your data in var/ stays'

install: $(STAMP)
	@$(BIN)/python hatch_build.py

$(STAMP): pyproject.toml requirements-dev.txt $(if $(ALIVE),,FORCE)
	@PYTHON="$(PYTHON)" scripts/bootstrap $(VENV)

run: install
	@exec $(BIN)/porchlight serve --host $(HOST) --port $(PORT)

test: install
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python hatch_build.py lint

check: lint
	@$(MAKE) --no-print-directory test

demo: install
	@exec $(BIN)/porchlight demo --url $(URL)

bench: install
	@exec $(BIN)/python -m benchmarks

# The same seed injects the same faults in the same order. A short night is part of make test.
faults: install
	@exec $(BIN)/python -m tests.faults.night --seed $(or $(SEED),1) --kills $(or $(KILLS),200)

# Right and wrong requests of every kind, made from the OpenAPI description. A short run is part of make test.
fuzz: install
	@exec $(BIN)/python -m tests.fuzz --seed $(or $(SEED),1) --examples $(or $(EXAMPLES),200)

# Every screen in two widths, two colour schemes and every language; the pictures are in build/shots/. A sample is part of make test.
shots: install
	@exec $(BIN)/python -m tests.browser.shots

coverage: install
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

# To run, to develop (which includes what runs), to build the wheel, and the Node that builds the phone app.
LOCK = $(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header $(if $(UPGRADE),--upgrade)

lock: $(STAMP)
	@test -x $(VENV)/lock/bin/uv || { $(BIN)/python -m venv $(VENV)/lock && $(VENV)/lock/bin/python -m pip install --quiet uv; }
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) -c requirements.txt --group dev pyproject.toml -o requirements-dev.txt
	$(LOCK) -c requirements-dev.txt --group pyproject.toml:build -o requirements-build.txt
	$(LOCK) --group pyproject.toml:node -o requirements-node.txt

clean:
	rm -rf $(VENV) build dist phone/dist phone/node_modules .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.* htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
