# Each target installs what it needs into .venv; nothing is installed by hand.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
# What stands in locks/ and nothing else: files with another digest are refused.
LOCKED := $(PIP) --require-hashes --no-deps
# Where PyTorch comes from: cpu, pypi (with CUDA on Linux), or another name of locks/torch-NAME.txt.
# Empty: what is installed already, or else what fits this machine's NVIDIA driver.
TORCH_INDEX ?=
torch = $(or $(TORCH_INDEX),$(patsubst $(VENV)/torch-%,%,$(firstword $(wildcard $(VENV)/torch-*))),$(shell .ci/torch-index))
# Where its own indexes are. One that cannot be reached is tried twice, then pip looks where it always does.
export TORCH_WHEELS ?= https://download.pytorch.org/whl
export NO_MKDOCS_2_WARNING := 1
# Small models gain nothing from more threads, and lose much on a busy machine.
export OMP_NUM_THREADS ?= 1
# A tutorial to run; all stale ones without it, and FORCE=1 runs fresh ones too.
NAME ?=
# A language to begin.
CODE ?=
export UPGRADE ?=
SET ?= test
FORCE ?=
# What to run on: auto, cpu or cuda.
DEVICE ?= auto
# Where `make serve` listens.
ADDRESS ?= 127.0.0.1:8000

.DEFAULT_GOAL := help
.PHONY: help site build serve new language run verify device data check messages test lint bench preview lock newest clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 8

site: $(VENV)/site ## Build both languages into site/, running stale tutorials first
	@$(PY) -m weaver status || $(MAKE) run
	@$(MAKE) --no-print-directory build

build: $(VENV)/site ## Build both languages from the records as they are
	$(PY) -m mkdocs build --strict

serve: $(VENV)/site ## Show the site at http://127.0.0.1:8000 and reload on save
	$(PY) -m mkdocs serve --livereload --dev-addr $(ADDRESS)

new: $(VENV)/site ## Begin a tutorial: NAME=…, and TITLE_EN=… in each language if you have them
	@$(PY) -m weaver new "$(NAME)" $(foreach title,$(filter TITLE_%,$(.VARIABLES)),\
		--title "$(title:TITLE_%=%)=$($(title))")

language: $(VENV)/site ## Begin a language, to be translated: CODE=de
	@$(PY) -m weaver language "$(CODE)"

run: $(VENV)/run ## Run stale tutorials, or only NAME=…
	@$(PY) -m weaver run $(if $(FORCE),--force )--device $(DEVICE) $(NAME)

verify: $(VENV)/run ## Run again all tutorials, or only NAME=…, and say what moved
	$(PY) -m weaver verify $(NAME)

device: $(VENV)/run ## Say what runs would run on, and try it: DEVICE=cuda takes nothing else
	@$(PY) -m weaver device --device $(DEVICE)

data: $(VENV)/site ## Download and verify the datasets
	$(PY) -m weaver data

check: $(VENV)/site ## Check prose, programs and records against each other
	@$(PY) -m weaver check

messages: $(VENV)/site ## Collect what the engine says, for languages/*/messages.po to translate
	@mkdir -p .cache
	@$(VENV)/bin/pybabel --quiet extract --mapping pyproject.toml --no-default-keywords \
		--keyword "_ ngettext:1,2" --no-location --sort-output --output .cache/messages.pot weaver
	@for catalogue in languages/*/messages.po; do \
		$(VENV)/bin/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete \
		--ignore-pot-creation-date --width 99 --input-file .cache/messages.pot \
		--output-file $$catalogue --locale $$(basename $$(dirname $$catalogue)) || exit 1; done

lint: $(VENV)/test ## Check the style, the types and the imports of the Python code
	$(PY) -m ruff check .
	$(PY) -m ruff format --check weaver tests benchmarks .ci
	$(VENV)/bin/lint-imports --no-logo --no-cache
	$(PY) -m mypy

# What is wrong in prose is told first, in seconds: the tests take minutes.
test: $(VENV)/test check lint data ## Run every test, in a real kernel and a real browser
	$(PY) -m pytest -n auto --dist worksteal

bench: $(VENV)/test ## Measure the budgets
	$(PY) -m benchmarks

# A stranger's page must not meet this site's: each preview has a port that no other had, and so
# storage and service workers of its own, and a folder of its own, which goes with it.
preview: $(VENV)/python ## Show the site of a pull request, apart from ours: RUN=the number of its check
	@mkdir -p .cache && folder=$$(mktemp -d .cache/preview.XXXXXX) && trap 'rm -rf "$$folder"' EXIT INT TERM \
		&& gh run download "$(RUN)" --name site --dir "$$folder" \
		&& $(PY) -m http.server --bind 127.0.0.1 --directory "$$folder" 0

lock: $(VENV)/lock ## Make locks/ fit requirements*.txt: UPGRADE=1 renews the rest, TORCH_INDEX=cu126 adds an index
	@$(PY) .ci/lock.py $(VENV)/bin/uv $(TORCH_INDEX)

newest: ## Test with the newest versions of everything, and report in Markdown; SET=site without PyTorch
	@TORCH_INDEX=$(torch) $(PYTHON) .ci/newest.py $(SET)

clean: ## Delete what can be made again; run records and data stay
	rm -rf site .cache .pytest_cache .ruff_cache $(VENV)

$(VENV)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(not (3, 11) <= v <= (3, 14) and f"Python 3.11 to 3.14 is needed, this is {v[0]}.{v[1]}: set PYTHON=python3.12, say")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

# The engine itself, built by the setuptools of the lock.
engine = $(PIP) --no-deps --no-build-isolation --editable .

.SECONDEXPANSION:

$(VENV)/site: locks/site.txt pyproject.toml | $(VENV)/python
	$(LOCKED) -r $<
	$(engine)
	@touch $@

$(VENV)/run: locks/run.txt locks/site.txt pyproject.toml $(VENV)/torch-$$(torch)
	$(LOCKED) -r $<
	$(engine)
	@touch $@ $(VENV)/site

$(VENV)/test: locks/test.txt locks/run.txt locks/site.txt pyproject.toml $(VENV)/torch-$$(torch)
	$(LOCKED) -r $<
	$(engine)
	@touch $@ $(VENV)/site $(VENV)/run

$(VENV)/lock: locks/lock.txt | $(VENV)/python
	$(LOCKED) -r $<
	@touch $@

# By force: pip takes one build of a version for any other.
$(VENV)/torch-%: locks/torch-%.txt | $(VENV)/python
	$(LOCKED) --force-reinstall -r $< \
		$(if $(filter-out pypi,$*),--retries 1 --timeout 15 --extra-index-url $(TORCH_WHEELS)/$*) \
		|| { echo "TORCH_INDEX chooses where PyTorch comes from: $(patsubst locks/torch-%.txt,%,$(wildcard locks/torch-*.txt))" >&2; exit 1; }
	@rm -f $(VENV)/torch-*; touch $@

locks/torch-%.txt:
	@echo "$@ is not there: \`make lock TORCH_INDEX=$*\` makes it, where $(TORCH_WHEELS)/$* can be reached" >&2; exit 1
