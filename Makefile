# make book: the whole study, from songs to a rendered book.  make test: the tests.
# Set PROFILE, CORPUS and SET to change the study: make book PROFILE=smoke SET="epochs=2 seed=7"
# make test-browser: the book in a real browser; RUN=runs/quick tests the book of another run.
# make pdf: the whole book on paper; RUN=runs/mine prints that of another run.
# make pack: the archive of a run to deposit, runs/NAME/NAME-archive.zip; RUN as above.
# make reference: the paper's whole grid, for a GPU; its small tables go to book/results/.
PYTHON ?= python3
PROFILE ?= quick
CORPUS ?= synthetic
SET ?=
BIN := .venv/bin
RUNS := $(or $(MGRLIB_RUNS),runs)

.PHONY: book pdf test test-browser in-browser pack attach lint bench reference clean

book: .venv
	$(BIN)/python -m mgrlib run --profile $(PROFILE) --corpus "$(CORPUS)" $(foreach pair,$(SET),--set '$(pair)')

# The whole book as one PDF: of RUN, else of the profile's run, which is made if it is missing.
pdf: run := $(or $(RUN),$(RUNS)/$(PROFILE))
pdf: .venv
	$(if $(RUN)$(wildcard $(run)/study.json),,$(BIN)/python -m mgrlib run --profile $(PROFILE) $(foreach pair,$(SET),--set '$(pair)'))
	$(BIN)/python -m mgrlib pdf "$(run)"

# What one process makes, a study say, serves all tests of a file; files in the order of conftest.
test: .venv
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

# Says so and is done where there is no Chromium, which the script tells by ending with 3; any
# other failure of it is one.
test-browser: .venv
	@$(BIN)/python tests/browser/chromium.py; case $$? in \
	  0) $(MAKE) --no-print-directory in-browser ;; \
	  3) ;; \
	  *) exit 1 ;; \
	esac

# Without RUN, a small run is made, or taken up where nothing has changed since. Its networks
# are kept: the live explorer asks them.
in-browser: .venv/.browser
	$(if $(RUN),,$(BIN)/python -m mgrlib run --profile smoke --name browser --set keep_models=true)
	BROWSER_RUN="$(or $(RUN),$(RUNS)/browser)" $(BIN)/python -m pytest --numprocesses 2 --dist loadfile tests/browser

# The archive of a run to deposit: of RUN, else of the profile's run.
pack: .venv
	$(BIN)/python -m mgrlib pack "$(or $(RUN),$(RUNS)/$(PROFILE))"

# What the workflow of a release calls, with TAG=v1.0.
attach: pack
	gh release upload "$(TAG)" "$(or $(RUN),$(RUNS)/$(PROFILE))"/*-archive.zip --clobber

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

# Only the tests in a browser need these.
.venv/.browser: .venv/.installed tests/browser/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement tests/browser/requirements.txt
	@touch $@
