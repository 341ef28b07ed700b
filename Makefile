# make book: the whole study, from songs to a rendered book.  make test: the tests.
# Set PROFILE, CORPUS and SET to change the study: make book PROFILE=smoke SET="epochs=2 seed=7"
# make reference: the paper's whole grid, for a GPU; its small tables go to book/results/.
PYTHON ?= python3
PROFILE ?= quick
CORPUS ?= synthetic
SET ?=
BIN := .venv/bin

.PHONY: book test lint bench reference clean

book: .venv
	$(BIN)/python -m mgrlib run --profile $(PROFILE) --corpus "$(CORPUS)" $(foreach pair,$(SET),--set '$(pair)')

# What one process makes, a study say, serves all tests of a file.
test: .venv
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

lint: .venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/nbstripout --keep-id --verify notebooks/*.ipynb

bench: .venv
	$(BIN)/python -m mgrlib.bench

reference: .venv
	$(BIN)/python -m mgrlib reference $(foreach pair,$(SET),--set '$(pair)')

# Runs are kept: they may be days of work.
clean:
	rm -rf .cache .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path "./.venv/*" -prune -exec rm -rf {} +

# The environment is made again when a requirement changes; the stamp is written last,
# so an interrupted installation is taken up by the next call.
.venv: .venv/.installed
.venv/.installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or later is needed, this is " + sys.version.split()[0] + ": name one, make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@
.PHONY: .venv
