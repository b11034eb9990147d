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

.PHONY: help install run test lint check demo bench peers faults fuzz mutants shots coverage description clients audit sbom lock pin clean FORCE

help:
	@echo 'make run       install what is missing and serve http://localhost:8000'
	@echo 'make test      install what is missing and run every test'
	@echo 'make check     lint, types, import rules and tests'
	@echo 'make demo      play a whole story against a running server (URL=$(URL))'
	@echo 'make install   only install (into $(VENV))'
	@echo 'make bench     measure (docs/performance.md)'
	@echo 'make peers     install what the peers of the benchmark are built with (into $(VENV)/peers)'
	@echo 'make faults    kill, freeze and starve real processes for hours (docs/reliability.md; SEED=1 KILLS=200)'
	@echo 'make fuzz      odd requests to every operation, lives against a model of who sees what, anything at once (SEED=1 EXAMPLES=200 STEPS=50000)'
	@echo 'make mutants   change the rules of access, sharing and the ladder, and count what the tests notice (docs/mutants.md)'
	@echo 'make shots     take a picture of every screen of the phone app (build/shots/, docs/images/)'
	@echo 'make coverage  run the tests and list the lines they miss; access, sessions, encryption and outbox may miss none'
	@echo 'make description  list what breaks apps that are built on the released API (ACCEPT=1: release the present one)'
	@echo 'make clients   generate clients of the API for Kotlin, Swift and TypeScript (build/clients/, docs/build-a-phone-app.md)'
	@echo 'make audit     ask the advisory databases about every pinned package'
	@echo 'make sbom      list what the server and the phone app are made of (build/sbom/, CycloneDX)'
	@echo 'make lock      update the requirements files (UPGRADE=1 takes newer versions)'
	@echo 'make pin       pin the container images by digest (needs Docker)'
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

bench: install peers
	@exec $(BIN)/python -m benchmarks

# What the peers in benchmarks/peers/ are built with, in an environment of its own.
$(VENV)/peers/.installed: requirements-peers.txt | $(STAMP)
	@$(BIN)/python -m venv --clear $(VENV)/peers
	@$(VENV)/peers/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements-peers.txt
	@touch $@

peers: $(VENV)/peers/.installed

# The same seed injects the same faults in the same order. A short night is part of make test.
faults: install
	@exec $(BIN)/python -m tests.faults.night --seed $(or $(SEED),1) --kills $(or $(KILLS),200)

# Lives of five people, compared with a model of who sees what; then right and wrong requests of every kind, made from the
# OpenAPI description. A short run of each is part of make test.
fuzz: install
	@exec $(BIN)/python -m tests.fuzz --seed $(or $(SEED),1) --examples $(or $(EXAMPLES),200) --steps $(or $(STEPS),50000)

# mutmut brings packages of its own, so it has an environment of its own; through a .pth file it sees those of development.
MUTANTS := $(VENV)/mutants

$(MUTANTS)/.installed: requirements-mutants.txt | $(STAMP)
	@$(BIN)/python -m venv --clear $(MUTANTS)
	@$(MUTANTS)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements-mutants.txt
	@$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
		> `$(MUTANTS)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))'`/development.pth
	@touch $@

mutants: $(MUTANTS)/.installed
	@$(BIN)/python -m scripts.mutants $(CURDIR)/$(MUTANTS)/bin/mutmut

# Every screen in two widths, two colour schemes and every language; the pictures are in build/shots/. A sample is part of make test.
shots: install
	@exec $(BIN)/python -m tests.browser.shots

# Who may see what, sessions, encryption, the outbox: no branch of these is missed.
WHOLE := rules/access/*,rules/accounts/sessions.py,rules/guests/guest_sessions.py,core/encryption.py,core/key_file.py,core/push_keys.py,rules/sealed_values.py,rules/outbox/*

coverage: install
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report
	@$(BIN)/coverage report --include='$(WHOLE)' --fail-under=100

description: $(STAMP)
	@$(BIN)/python -m scripts.description $(if $(ACCEPT),accept)

# The generator brings a Java of its own.
$(VENV)/clients/.installed: requirements-clients.txt | $(STAMP)
	@$(BIN)/python -m venv --clear $(VENV)/clients
	@$(VENV)/clients/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements-clients.txt
	@touch $@

clients: install $(VENV)/clients/.installed
	@$(BIN)/python -m scripts.clients $(VENV)/clients/bin/openapi-generator-cli

# The tools are in an environment of their own: what they bring must not reach the one that runs.
AUDIT := $(VENV)/audit/bin

$(VENV)/audit/.installed: requirements-audit.txt | $(STAMP)
	@$(BIN)/python -m venv --clear $(VENV)/audit
	@$(AUDIT)/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements-audit.txt
	@touch $@

audit: $(VENV)/audit/.installed
	@$(BIN)/python -m scripts.audit $(AUDIT)/pip-audit

sbom: $(VENV)/audit/.installed
	@$(BIN)/python -m scripts.sbom $(AUDIT)/python

# To run, to develop (which includes what runs), to build the wheel, the Node that builds the phone app, to audit all that, to generate clients, and to try mutants.
# The peers to measure against have a list of their own.
LOCK = $(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header $(if $(UPGRADE),--upgrade)

lock: $(STAMP)
	@test -x $(VENV)/lock/bin/uv || { $(BIN)/python -m venv $(VENV)/lock && $(VENV)/lock/bin/python -m pip install --quiet uv; }
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) -c requirements.txt --group dev pyproject.toml -o requirements-dev.txt
	$(LOCK) -c requirements-dev.txt --group pyproject.toml:build -o requirements-build.txt
	$(LOCK) --group pyproject.toml:node -o requirements-node.txt
	$(LOCK) --group pyproject.toml:audit -o requirements-audit.txt
	$(LOCK) -c requirements.txt --group pyproject.toml:peers -o requirements-peers.txt
	$(LOCK) --group pyproject.toml:clients -o requirements-clients.txt
	$(LOCK) -c requirements-dev.txt --group pyproject.toml:mutants -o requirements-mutants.txt

# A tag can be moved to another image; a digest cannot.
pin:
	@python3 scripts/pin_images.py

clean:
	rm -rf $(VENV) build dist phone/dist phone/node_modules .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.* htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
