PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run test check wheel benchmark clean

run: $(STAMP)  ## search, decide and report the whole catalogue at the default budget
	$(BIN)/refute run --reports reports

test: $(STAMP)  ## all tests; those that need a GPU skip themselves
	$(BIN)/pytest

check: $(STAMP)  ## format, lint and types
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy

benchmark: $(STAMP)  ## throughput and oracle speed as ratios within one run, false alarms, deep chains, power of the search
	$(BIN)/python benchmarks/throughput.py
	$(BIN)/python benchmarks/oracle_speed.py
	$(BIN)/python benchmarks/false_alarms.py
	$(BIN)/python -m benchmarks.deep_chain
	$(BIN)/python benchmarks/power.py

wheel: $(STAMP)  ## build the wheel, install it in a clean environment, examine a claim there
	rm -rf dist build/wheel && $(BIN)/python -m build --wheel --outdir dist .
	$(PYTHON) -m venv build/wheel
	build/wheel/bin/pip install --quiet --constraint constraints.txt torch==2.13.0 dist/*.whl
	cd build/wheel && bin/refute list isometry && bin/refute run isometry/normalization --budget 2s

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt torch==2.13.0
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $(STAMP)

clean:
	rm -rf $(VENV) build dist
