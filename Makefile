# Everything runs in .venv, which is made on first use from the exact versions in requirements-mock.txt, which is what the
# mock needs, and requirements.txt.
PYTHON ?= python3
BIN := .venv/bin
# Each of many short processes would compile its modules again where bytecode is not written, as in some containers.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/.cache/bytecode
SOURCES := mock conformance tests
# Debian's pip takes four times as long to choose among a registry's files.
PIP := pip==26.3
UV := uv==0.13.9
.DEFAULT_GOAL := help
.PHONY: help mock conformance test test-lowest bench faults measure soak lint lint-peers clients check format install clean

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1 \2/' | awk '{c=$$1" "$$2; sub(/^ *make [a-z-]+ /,""); printf "  %-18s %s\n", c, $$0}'

mock: .venv/mock  ## Serve the mock on http://127.0.0.1:4010 (options: make mock ARGS="--seed documents")
	@$(BIN)/audience-mock $(ARGS)

conformance: install  ## Check a server against the contract, by default a mock (options: make conformance ARGS="--url URL")
	@$(BIN)/audience-conformance run $(ARGS)

test: install  ## Run all tests (options: make test ARGS="-k cursor")
	@$(BIN)/pytest -q -n 3 --dist worksteal $(ARGS)

LOWEST := .cache/lowest/bin
LOWEST_INSTALL := $(LOWEST)/uv pip install --quiet --python $(LOWEST)/python --resolution lowest-direct
LOWEST_TEST := $(LOWEST)/python -m pytest -q -n 3 --dist worksteal -W ignore::DeprecationWarning

test-lowest: install  ## Run most tests with the lowest versions that pyproject.toml allows, in a venv of their own, 6 minutes
	@$(PYTHON) -m venv --clear .cache/lowest && $(LOWEST)/python -m pip install --quiet --disable-pip-version-check $(UV)
	@$(LOWEST_INSTALL) -e '.[conformance]' $$(grep -E '^(packaging|pytest-xdist)==' requirements.txt)
	@$(LOWEST_TEST) --ignore tests/mock/console --ignore tests/mock/test_hatch_build.py tests/mock tests/conformance tests/test_contract.py $(ARGS)
	@echo "The mock alone, whose lowest click is below that of the suite:"
	@$(LOWEST_INSTALL) --upgrade-package click -e . && $(LOWEST_TEST) tests/mock/test_cli.py tests/mock/serve

bench: install  ## Measure speed and scale, compared with other servers, 15 minutes; figures in .cache/bench (options: make bench ARGS="--speed")
	@$(BIN)/python -m tests.bench $(ARGS)

faults: install  ## Run the suite on every faulty server, hours (options: make faults ARGS="--chosen --owner-only"); ARGS=--choose updates what make test runs
	@$(BIN)/python -m tests.faults $(ARGS)

measure: install  ## Count the requests of every check anew, for --dry-run, half an hour (options: make measure ARGS="smoke")
	@$(BIN)/python -m tests.measure $(ARGS)

soak: install  ## Send 1,000,000 requests at once, half of them hostile, to a mock, then compare its state with a model, 15 minutes (options: make soak ARGS="--requests 50000")
	@$(BIN)/python -m tests.soak $(ARGS)

lint: install  ## Lint openapi.yaml: the specification's rules and the contract's own
	@$(BIN)/audience-conformance lint $(ARGS)

lint-peers: .cache/peers/installed  ## Lint openapi.yaml with Spectral and Redocly too (needs npm)
	@.cache/peers/node_modules/.bin/spectral lint --ruleset tests/peers/spectral.yaml --fail-severity hint openapi.yaml
	@REDOCLY_TELEMETRY=off .cache/peers/node_modules/.bin/redocly lint --extends recommended-strict openapi.yaml

.cache/peers/installed: tests/peers/package.json tests/peers/package-lock.json
	@mkdir -p .cache/peers && cp $^ .cache/peers
	@npm ci --ignore-scripts --prefix .cache/peers --no-audit --no-fund --loglevel=error
	@touch $@

clients: install  ## Generate clients from openapi.yaml with 7 generators and drive the mock; Specmatic, Postman (options: make clients ARGS="go orval")
	@$(BIN)/python -m tests.clients $(ARGS)

check: install  ## Check format, style and types of the code, and lint the contract
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/mypy
	@$(BIN)/audience-conformance lint

format: install  ## Format the code
	@$(BIN)/ruff format $(SOURCES)
	@$(BIN)/ruff check --fix $(SOURCES)

install: .venv/installed  ## Make .venv with both commands in .venv/bin

.venv/mock: requirements-mock.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed; name it with PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv \
		|| { rm -rf .venv; echo "Python's venv module is needed (Debian: apt-get install python3-venv)"; exit 1; }
	@echo "Installing into .venv (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP) || echo "pip could not be updated: this takes longer"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-mock.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/installed: .venv/mock requirements.txt
	@echo "Installing the suite and the tools into .venv (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

clean:  ## Remove .venv and all caches
	@rm -rf .venv .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache
