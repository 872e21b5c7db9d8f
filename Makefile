# `make demo` and `make test` do all their set-up themselves. Python 3.11 or newer, and make, are all they need.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
FILES := pyproject.toml atlassian-connect.json

.PHONY: demo test lint check wheel pictures clean

demo: $(VENV)/.installed
	$(BIN)/learnloop demo

test: $(VENV)/.tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(VENV)/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Build the wheel and play the demo's month from it, in a virtual environment that has nothing else.
wheel: $(VENV)/.tests
	rm -rf dist build/wheel
	$(BIN)/python -m build --wheel --outdir dist .
	$(PYTHON) -m venv build/wheel
	build/wheel/bin/python -m pip install --quiet dist/*.whl
	cd build && wheel/bin/learnloop demo --check

pictures: $(VENV)/.tests
	$(BIN)/python -m tests.browser.pictures docs/pictures

$(VENV)/.installed: $(FILES)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.tests: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --group test --group lint
	touch $@

clean:
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
