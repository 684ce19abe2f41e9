# The two commands that matter: `make demo` and `make test`.
# Needs Python 3.11 or newer and this repository. Another interpreter: make PYTHON=python3.12

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := PYTHONWARNINGS=ignore $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := install
.PHONY: install demo test lint format types fuzz bench sbom audit release clean distclean

install: $(VENV)/.runtime-installed  ## what serving needs, without torch

demo: install  ## start the service, send it bundled cases, show the answers; KEEP=1 leaves it running
	@$(BIN)/python -m service.demo

test: lint types  ## everything that must hold before a change is merged
	$(BIN)/python -m pytest -q

lint: $(VENV)/.dev-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev-installed
	$(BIN)/mypy

format: $(VENV)/.dev-installed  ## rewrite what `make lint` would complain about, where a machine can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

fuzz: $(VENV)/.dev-installed  ## 100,000 inputs of each kind against every door; hours. EXAMPLES=1000 for fewer
	TAKEDOWN_FUZZ_EXAMPLES=$(or $(EXAMPLES),100000) $(BIN)/python -m pytest -q tests/service/fuzz

bench: $(VENV)/.runtime-installed  ## measure this machine: .bench/perf.html, compared with the run before
	$(BIN)/python -m service.loadtest --out .bench/load.json
	$(BIN)/python -m eval.perf --out .bench --with .bench/load.json

sbom: $(VENV)/.supply-installed  ## dist/sbom.cdx.json: what serving needs, as CycloneDX
	@mkdir -p dist
	$(BIN)/cyclonedx-py environment $(BIN)/python --pyproject pyproject.toml --of JSON -o dist/sbom.cdx.json

audit: $(VENV)/.supply-installed  ## known vulnerabilities of what is installed; asks the package index's advisory service
	$(BIN)/pip-audit --skip-editable

release: $(VENV)/.supply-installed  ## dist/: wheel, source archive, SHA256SUMS; SIGN_KEY=key.pem signs them with Ed25519
	rm -rf dist build
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build --outdir dist .
	$(BIN)/python -m service.release seal dist $(if $(SIGN_KEY),--key $(SIGN_KEY))

clean:  ## caches and build outputs
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .demo .bench
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean  ## the virtual environment, too
	rm -rf $(VENV)

# Stamps: installing is repeated only when pyproject.toml has changed.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed. Name one: make PYTHON=/path/to/python3.12"; exit 1; }
	@echo "Creating a virtual environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime-installed: pyproject.toml | $(BIN)/python
	@echo "Installing what serving needs …"
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.dev-installed: pyproject.toml $(VENV)/.runtime-installed
	@echo "Installing what tests need …"
	@$(PIP) install --editable '.[dev]'
	@touch $@

$(VENV)/.supply-installed: pyproject.toml $(VENV)/.runtime-installed
	@echo "Installing what looks into dependencies …"
	@$(PIP) install --editable '.[supply]'
	@touch $@
