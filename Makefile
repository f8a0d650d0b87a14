# PORT and DATA_DIR may be given: make run PORT=8001
.DEFAULT_GOAL := help
.PHONY: help run setup test lint check-long mutation bench lock clean

# The newest Python we know all wheels exist for; any other that is new enough serves as well.
PYTHON := $(shell for python in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	$$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
ifeq ($(PYTHON),)
$(error Python 3.11 or newer with its venv module is needed and was not found on the PATH)
endif

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 14

run: ## set up what is missing and run the venue; Ctrl-C stops it
	@$(PYTHON) -m config.make.setup
	@exec .venv/bin/python manage.py run --with-parent

setup: ## set up everything, development included
	@$(PYTHON) -m config.make.setup --development

test: ## run every check and test
	@exec $(PYTHON) -m config.make.checks test

lint: ## run the static checks only
	@exec $(PYTHON) -m config.make.checks lint

check-long: ## the long runs: many examples, many kills
	@exec $(PYTHON) -m config.make.checks check-long

mutation: setup ## change the book and the auction in one place at a time: do the tests notice?
	@exec .venv/bin/python -m config.make.mutation

bench: ## measure the engine, beside others, the whole drain, and statements
	@exec $(PYTHON) -m config.make.bench

LOCK := .venv/bin/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet
LOCK_PRODUCT := $(LOCK) --python-version 3.11
# One of the engines measured asks for Python 3.12, though it can do without.
LOCK_BENCH := $(LOCK) --python-version 3.12
lock: setup ## lock the requirements anew, within what the .in files allow
	@$(LOCK_PRODUCT) requirements.in --output-file requirements.txt
	@$(LOCK_PRODUCT) requirements-dev.in --output-file requirements-dev.txt
	@$(LOCK_BENCH) requirements-bench.in --output-file requirements-bench.txt
	@$(LOCK_BENCH) requirements-bench-built.in --output-file requirements-bench-built.txt

clean: ## remove what set-up made; the data in .local stays
	@rm -rf .venv frontend/node_modules frontend/dist .mypy_cache .ruff_cache .hypothesis .import_linter_cache
