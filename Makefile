# `make demo` and `make test` do all their set-up themselves. Python 3.11 or newer, and make, are all they need.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
FILES := pyproject.toml atlassian-connect.json

.PHONY: demo test databases lint check wheel pictures bench chaos clean

demo: $(VENV)/.installed
	$(BIN)/learnloop demo

# Three processes on two cores: some tests wait for processes of their own, a database or a browser.
test: $(VENV)/.tests
	$(BIN)/python -m pytest -n 3 --dist loadfile

# Every journey on both databases; `make test` makes most of them on SQLite alone.
databases: $(VENV)/.tests
	EVERY_DATABASE=1 $(BIN)/python -m pytest -n 2 --dist loadfile tests/journeys tests/store tests/queue

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

# Writes docs/benchmarks.md. SIZE=small is a look in two minutes; STEP, AGAIN=1 and MILLION=1 as the page says.
SIZE ?= full
bench: $(VENV)/.tests
	$(BIN)/python -m bench --size $(SIZE) $(if $(STEP),--step $(STEP)) $(if $(AGAIN),--again) $(if $(MILLION),--million)

# Every cell of the fault matrix in jobs, 200 kills on each database, then ten days with the clock run fast. MINUTES=9
# stops between two steps in time (exit code 3); the same command goes on from build/chaos. Delete that folder to begin
# anew.
KILLS ?= 200
SEED ?= 1
MINUTES ?= 600
chaos: $(VENV)/.tests
	EVERY_CELL=1 $(BIN)/python -m pytest -n 2 --dist loadfile tests/journeys/test_fault_matrix.py \
		tests/chaos/test_fault_matrix_of_confluence.py
	$(BIN)/python -m tests.chaos.kills --kills $(KILLS) --seed $(SEED) --minutes $(MINUTES) --database sqlite
	$(BIN)/python -m tests.chaos.kills --kills $(KILLS) --seed $(SEED) --minutes $(MINUTES) --database postgresql
	$(BIN)/python -m tests.chaos.week --days 10

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
