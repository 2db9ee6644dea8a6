# Everything a person or CI runs. `make help` lists it.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help

FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
# Name another one with `make demo PYTHON=/path/to/python3.12`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do "$$p" -c '$(FITS)' 2>/dev/null && echo "$$p" && break; done)
BIN := .venv/bin
TRAIN_BIN := .venv-train/bin
STEP := scripts/step
# Handed on to the program, for example `make demo ARGS=--once`.
ARGS ?=

.PHONY: help demo check test browser train-check soak bench format lock wheel clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

# --- for people who try it or run it -------------------------------------------------------------------------------

demo: .venv/.run ## install what carebot needs into .venv, then show it working (ARGS=... is handed on)
	@$(BIN)/carebot demo $(ARGS)

check: .venv/.run ## one harmless call per connection: OK, or what to do
	@$(BIN)/carebot check $(ARGS)

# --- for people who change it --------------------------------------------------------------------------------------

test: .venv/.dev ## everything CI runs; with CI=true the training, too
	@$(STEP) "ruff" $(BIN)/ruff check
	@$(STEP) "ruff format" $(BIN)/ruff format --check
	@$(STEP) "mypy" $(BIN)/mypy
	@$(STEP) "import contracts" $(BIN)/lint-imports --no-logo
	@$(STEP) "unit tests" $(BIN)/pytest tests/unit
	@$(STEP) "contract tests" $(BIN)/pytest tests/contract
	@$(STEP) "acceptance tests" $(BIN)/pytest tests/acceptance
	@$(STEP) "kills" $(BIN)/pytest tests/kills
	@scripts/browser
	@$(STEP) "browser tests" $(BIN)/pytest tests/browser
	@$(STEP) "wheel tests" $(BIN)/pytest -m wheel tests/unit/test_wheel.py
	@[ "$${CI:-}" != true ] || $(MAKE) --no-print-directory train-check

browser: ## get Chromium for the tests in a browser, or say how
	@scripts/browser --install

train-check: .venv-train/.train ## train the model again from models/data and compare it with the shipped one
	@$(STEP) "training" $(TRAIN_BIN)/pytest -m train

soak: .venv/.dev ## the long tests: processes killed at any point, more messages than fit
	@$(STEP) "soak tests" $(BIN)/pytest -m soak $(ARGS)

bench: .venv/.dev ## measure speed on this machine
	@for file in benchmarks/[a-z]*.py; do echo "$$file"; $(BIN)/python "$$file" $(ARGS); done

format: .venv/.dev ## let ruff lay out the code and mend what it can
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format --quiet

# The locks hold on Python 3.11 to 3.13 and name no hashes: pip-compile writes those of the files for the Python it runs
# on, and where a package is built per Python the others would be refused. The oldest Python makes them, because only
# it sees the packages that older Pythons need besides.
COMPILE = $(BIN)/pip-compile --quiet --allow-unsafe --strip-extras --no-emit-index-url \
	--no-emit-find-links --no-emit-options $(if $(UPGRADE),--upgrade)
EXTRAS := x slack mastodon bluesky postgres
lock: export CUSTOM_COMPILE_COMMAND := make lock

lock: .venv/.dev ## pin what pyproject.toml names (UPGRADE=1: the newest versions); needs a .venv of Python 3.11
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "locks are made on Python 3.11: rm -r .venv; make lock PYTHON=python3.11")'
	@$(STEP) "requirements/run.txt" $(COMPILE) -o requirements/run.txt pyproject.toml
	@$(STEP) "requirements/dev.txt" $(COMPILE) --extra dev $(EXTRAS:%=--extra %) -c requirements/run.txt -o requirements/dev.txt pyproject.toml
	@$(STEP) "requirements/train.txt" $(COMPILE) --extra dev --extra train -c requirements/dev.txt -o requirements/train.txt pyproject.toml
	@# A CPU build of PyTorch answers to its public version, too; other machines have other builds.
	@sed -i.bak -E 's/^(torch==[0-9.]+)\+[a-z0-9.]+/\1/' requirements/train.txt && rm requirements/train.txt.bak

wheel: .venv/.dev ## build the wheel into dist/
	@$(STEP) "wheel" $(BIN)/python -m build --wheel --no-isolation --outdir dist
	@ls -lh dist/*.whl | awk '{print $$5, $$NF}'

clean: ## remove build results and caches; the environments .venv and .venv-train stay
	@rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find carebot tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# --- environments: made once, again when a lock or pyproject.toml is newer than the stamp --------------------------

.venv/bin/python .venv-train/bin/python:
	@"$(PYTHON)" -c '$(FITS)' 2>/dev/null || { \
		echo "carebot needs Python 3.11, 3.12 or 3.13, and $(if $(PYTHON),$(PYTHON) is none of them,none was found)." >&2; \
		echo "Install one, or say where it is: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@"$(PYTHON)" -m venv $(@D:/bin=) || { rm -rf $(@D:/bin=); \
		echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

.venv/.run: requirements/run.txt pyproject.toml | .venv/bin/python
	@scripts/install .venv requirements/run.txt
	@touch $@

.venv/.dev: requirements/dev.txt pyproject.toml | .venv/bin/python
	@scripts/install .venv requirements/dev.txt
	@touch .venv/.run $@

.venv-train/.train: requirements/train.txt pyproject.toml | .venv-train/bin/python
	@scripts/install .venv-train requirements/train.txt
	@touch $@
