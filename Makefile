# Two commands on a machine with Python >= 3.11: make figures, make test.  `make help` lists all.
PYTHON ?= python3
CATALOGUE ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help figures html test trials lab lock benchmark clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 20

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# What builds source packages is pinned as they are, and comes first.
$(READY): build.lock requirements.lock pyproject.toml notebooks/jupyter_config.py
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r build.lock
	$(PIP) --require-hashes --no-build-isolation -r requirements.lock
	$(PIP) --no-build-isolation --no-deps --editable .
	@mkdir -p $(VENV)/etc/jupyter && cp notebooks/jupyter_config.py $(VENV)/etc/jupyter/
	@touch $(READY)

figures: $(READY)  ## restore the texts, execute every notebook, write figures/ (CATALOGUE=… for your own reports)
	$(BIN)/python -m analysis run $(if $(CATALOGUE),--catalogue "$(CATALOGUE)")

test: $(READY)  ## lint, doctests, tests; re-execute the notebooks and compare with what is committed
	$(BIN)/ruff check .
	$(BIN)/pytest -n auto --dist loadgroup -m "not slow and not notebooks"
	$(BIN)/pytest -m notebooks

trials: $(READY)  ## the long trials: damage and faults on purpose, coverage, placebo (about two hours)
	$(BIN)/pytest -m slow
	$(BIN)/python -m benchmarks.reliability

html: $(READY)  ## render what was executed into html/, to be read from disk (CATALOGUE=… as above)
	$(BIN)/python -m analysis html $(if $(CATALOGUE),--catalogue "$(CATALOGUE)")

# Kernels run in notebooks/, so both places are named in full before they start; what they write is not tracked.
lab: $(READY)  ## open JupyterLab on the notebooks (CATALOGUE=… as above)
	CATALOGUE="$$($(BIN)/python -c 'from analysis import paths; print(paths.CATALOGUE)')" \
	FIGURES="$$($(BIN)/python -c 'from analysis import paths; print(paths.outputs(paths.CATALOGUE) / "scratch")')" \
	$(BIN)/jupyter lab --notebook-dir=notebooks

benchmark: $(READY)  ## measure speed against named alternatives in the same run
	$(BIN)/python -m benchmarks

lock:  ## make requirements.lock from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --custom-compile-command "make lock" --quiet --output-file requirements.lock
	$(PIP) --require-hashes --no-build-isolation -r requirements.lock
	$(BIN)/python recipes/licences.py

clean:  ## delete the cache, never raw data
	rm -rf .cache build html
