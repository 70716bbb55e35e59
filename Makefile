# The two commands of a fresh machine are `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The compiled form of triage comes before the sources; where there is none, this names no folder.
COMPILED := PYTHONPATH="$(CURDIR)/build/native$${PYTHONPATH:+:$$PYTHONPATH}"

.PHONY: install install-dev compile run test check audit bench soak format clean

install: $(VENV)/.installed

install-dev: $(VENV)/.installed-dev

# A changed lock or project file installs anew; otherwise both targets return at once.
$(VENV)/.installed: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit("Qunban needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Compiles what has changed, or returns at once. Without a C compiler it says so, and everything runs interpreted.
compile: install
	@$(BIN)/python native.py

run: install
	@$(BIN)/python native.py || true
	@$(COMPILED) $(BIN)/qunban run

test: install-dev
	@$(BIN)/python -m tests.browser_setup
	@$(MAKE) --no-print-directory check
	$(BIN)/pytest --numprocesses 2 --dist worksteal

check: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

audit: install-dev
	$(BIN)/python -m tests.audit

format: install-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# -P keeps the sources in this folder from coming before the compiled form.
bench: install-dev
	@$(BIN)/python native.py || true
	$(COMPILED):"$(CURDIR)" $(BIN)/python -P -m tests.bench

# SOAK="--seconds 60 --seed 7" makes it shorter, or raises the same storm again.
soak: install-dev
	$(BIN)/python -W ignore -m tests.soak $(SOAK)

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis
