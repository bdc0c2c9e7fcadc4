# Everything here makes its own environment in .venv from Python (3.11 or newer) and make alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help serve test check bench hunt openapi clean

help:  ## show what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

serve: $(VENV)/.serve  ## start the simulator on 127.0.0.1:8080, MCP on 9090 (make serve ARGS="--port 0 --pace instant")
	@exec $(BIN)/mjsim serve $(ARGS)

test: $(VENV)/.dev check  ## everything that has to hold; every branch of the core is taken by its own tests
	$(BIN)/python -m pytest -n auto $(ARGS) --ignore=tests/core
	$(BIN)/python -m coverage run --source=mjsim.core -m pytest tests/core
	$(BIN)/python -m coverage report --fail-under=100 --skip-covered

check: $(VENV)/.dev  ## types, lint, layers, and that the generated documents are fresh
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m mjsim_contracts.overlay openapi --check

bench: $(VENV)/.dev  ## speed, as ratios against a bare server in the same run
	$(BIN)/python tests/bench/bench.py $(ARGS)

hunt: $(VENV)/.dev  ## the long hunts, for a night
	$(BIN)/python -m pytest -n auto -m hunt $(ARGS)
	$(BIN)/python -m pytest -n auto --hypothesis-profile=new $(ARGS)

openapi: $(VENV)/.dev  ## write the JSON documents from their YAML sources
	$(BIN)/python -m mjsim_contracts.overlay openapi

clean:  ## remove the environment and what tools leave behind
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis .import_linter_cache dist build

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "mjsim needs Python 3.11 or newer; name one: make PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python's venv module is missing (on Debian and Ubuntu: apt install python3-venv)." >&2; rm -rf $(VENV); exit 2; }

$(VENV)/.serve: $(BIN)/python pyproject.toml constraints.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[mcp]'
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@ $(VENV)/.serve

$(VENV)/.node: tests/mcp/package.json
	@mkdir -p $(VENV)/node && cp $< $(VENV)/node/
	@npm install --prefix $(VENV)/node --no-package-lock --no-audit --no-fund --loglevel error
	@touch $@
