# Everything a developer types. Needs root (a private Docker engine is a real dockerd) and apt-get.
.DEFAULT_GOAL := help
.PHONY: help install demo check test test-all test-unit-pythons test-engines test-scenarios test-kills test-updaters test-chaos test-self-update test-install test-leaks test-swarm bench test-matrix test-faults page-pictures docs release release-images audit lint format lock clean

VENV := .venv
BIN := $(VENV)/bin
ENGINES := 20.10 26.1 28.5 28.5c
PYTEST := $(BIN)/python -m pytest --numprocesses 3 --dist worksteal
WITH_ENGINE := tests/integration tests/e2e
# What is chosen, to be done in time: of how many tests that need an engine one is run, which faults, and in one
# of how many tests the commands are measured, which takes as long as they do.
SAMPLE := 5
FAULTS := commit/64
FAULT_SHARE := ci
export MEASURED := 4
# Percent of the code: a part covers less than all of it, which must cover 90.
COVERED := 75
# Without the byte code of tests and program each process compiles it again.
unexport PYTHONDONTWRITEBYTECODE

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1: \2/p' Makefile

install: $(VENV)/installed ## the package, its tools and the machine's missing packages

$(VENV)/installed: .ci/dev.txt .ci/prepare pyproject.toml
	.ci/prepare $(VENV)
	touch $@

demo: install ## the exercise, visible: an image rebuilt, a container replaced
	$(BIN)/python -m tests.testbed.demo

check: lint ## lint and unit tests: no root, no engine, the fast loop
	$(BIN)/python -m pytest --quiet --numprocesses 2 tests/unit

test: install ## on one engine, of the tests that need one a fifth that the commit chooses, and a few faults
	$(BIN)/python -m tests.testbed.downloads
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses 3 --dist worksteal --durations 25 --sample $(SAMPLE) --ignore tests/faults
	$(BIN)/coverage run -m pytest --numprocesses 3 --dist worksteal --fault-share $(FAULTS) tests/faults
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under $(COVERED)

test-all: ## the same with every test; of the faults and matrices a part that the commit chooses
	$(MAKE) test SAMPLE=1 MEASURED=1 COVERED=90

test-unit-pythons: install ## the unit tests on Python 3.11, 3.12 and 3.13, as far as they are here
	.ci/pythons .pythons

test-engines: install ## what differs between engines, on all of them; a fifth, as above
	set -e; for engine in $(ENGINES); do \
	  echo "== engine $$engine"; $(PYTEST) --engine $$engine --sample $(SAMPLE) -m every_engine $(WITH_ENGINE); done

test-scenarios: install ## the daemon, dependents, Compose and registries, on all engines
	set -e; for engine in $(ENGINES); do \
	  echo "== engine $$engine"; $(PYTEST) --engine $$engine -m scenario $(WITH_ENGINE); done

test-kills: install ## every SIGKILL of the updater, and a share of all other faults, on one engine
	$(PYTEST) --fault-share $(FAULT_SHARE) tests/faults

test-updaters: install ## two updaters without a shared directory, set on the same containers, on two engines
	$(BIN)/python -m pytest --updater-runs 200 tests/e2e/updaters
	$(BIN)/python -m pytest --updater-runs 50 --engine 20.10 tests/e2e/updaters

test-chaos: install ## a quarter of an hour of whatever can happen to a daemon, and floods of 10,000 events
	CHAOS_S=900 $(BIN)/python -m pytest tests/integration/daemon/test_chaos.py

test-self-update: install ## an updater that updates itself; updater, helper, successor, engine and all of them killed at each call
	set -e; for engine in $(ENGINES); do \
	  echo "== engine $$engine"; \
	  $(BIN)/python -m pytest --engine $$engine --matrix all tests/faults/test_self_update.py tests/e2e/self_update; done

test-install: install ## pip, pipx and uv install the commands, dependencies from their registry
	INSTALL_WAYS=1 $(BIN)/python -m pytest tests/e2e/install

test-leaks: install ## what a daemon holds after 500 updates is what it held before
	LEAK_UPDATES=500 $(BIN)/python -m pytest --timeout 1800 tests/integration/daemon/test_leaks.py

test-swarm: install ## services of a swarm of one node and of three, and a fault at each of their calls
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --matrix all tests/integration/swarm

bench: install ## the benchmarks, as ratios within one run
	set -e; for name in downtime latency pass_cost many idle engines one_shot questions; do $(BIN)/python -m benchmarks.$$name; done

test-matrix: install ## every line of the fidelity matrices, on all engines
	set -e; for engine in $(ENGINES); do \
	  echo "== engine $$engine"; $(PYTEST) --engine $$engine --matrix all tests/integration/container/fidelity; done

test-faults: install ## every fault at every call, on all engines; the table goes into docs/faults.md
	set -e; for engine in $(ENGINES); do \
	  echo "== engine $$engine"; \
	  $(PYTEST) --engine $$engine --fault-share all --fault-table docs/faults.md tests/faults; done

page-pictures: install ## the pictures of the page in docs/page.md, made anew
	$(BIN)/python -m pytest --pictures docs/page tests/e2e/page/test_pictures.py tests/e2e/page/test_engines.py

DOCS := .venv-docs
docs: install $(DOCS)/installed ## the documentation site in site/, strictly: links, anchors, nothing fetched from elsewhere
	$(BIN)/python .ci/site/reference.py .site
	NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/mkdocs build --quiet

$(DOCS)/installed: .ci/docs.txt
	$(BIN)/python -m venv $(DOCS)
	$(DOCS)/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r .ci/docs.txt
	touch $@

# A tag must be the version's; without one what is made is a trial.
TAG =
release: install ## wheel, sdist, SBOMs, checksums and the changelog's words in dist/; the same commit makes the same bytes
	set -e; version=$$($(BIN)/python -m hatchling version); \
	[ -z "$(TAG)" ] || [ "$(TAG)" = "v$$version" ] || { echo "the tag $(TAG) is not v$$version" >&2; exit 1; }; \
	name=$$([ -n "$(TAG)" ] && echo "$$version" || echo Unreleased); \
	notes=$$(sed -n "/^## \[$$name\]/,/^## \[/{/^## \[/d;p}" CHANGELOG.md); \
	[ -n "$$notes" ] || { echo "CHANGELOG.md has no section [$$name]" >&2; exit 1; }; \
	rm -rf dist; \
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m hatchling build -d dist; \
	for pins in runtime notify; do $(BIN)/python .ci/image/sbom.py .ci/$$pins.txt $$version > dist/ctr-updater-$$pins.cdx.json; done; \
	printf '%s\n' "$$notes" > dist/NOTES.md; \
	cd dist; sha256sum * > SHA256SUMS

# Of what the image is built, and a folder that `.ci/image/debian-root` made: with it the image for arm64 is made here, too.
BASE := python:3.13-slim
ARM64 =
release-images: install ## both targets of the image as OCI archives in dist/, and what is in each; the same files make the same bytes
	PYTHON=$(BIN)/python BASE=$(BASE) ARM64=$(ARM64) .ci/image/release \
	  $$($(BIN)/python -m hatchling version) $$(git rev-parse HEAD) $$(git log -1 --format=%ct) dist
	cd dist; rm -f SHA256SUMS; sha256sum * > SHA256SUMS

audit: install ## whether anything that is pinned is known to be vulnerable; asks a service on the network
	$(BIN)/python -m venv .venv-audit
	.venv-audit/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r .ci/audit.txt
	for pins in runtime notify dev docs audit; do .venv-audit/bin/pip-audit --strict --disable-pip --require-hashes -r .ci/$$pins.txt || exit; done

lint: install ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install ## put the format right
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: install ## take newer dependencies into .ci/*.txt
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --upgrade --python-version 3.11 \
	  pyproject.toml -o .ci/runtime.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --upgrade --python-version 3.11 \
	  --extra notify --constraint .ci/runtime.txt pyproject.toml -o .ci/notify.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --upgrade --python-version 3.11 \
	  --group dev --constraint .ci/notify.txt pyproject.toml -o .ci/dev.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --upgrade --python-version 3.11 \
	  --group docs -o .ci/docs.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --upgrade --python-version 3.11 \
	  --group audit -o .ci/audit.txt

clean: ## remove what was installed here
	rm -rf $(VENV) $(DOCS) .venv-audit site .site dist .pythons .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
