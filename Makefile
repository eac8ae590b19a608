# Each target makes what it needs; `make` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run test coverage screenshots lint format fuzz soak bench bench-quality data-named pins clean

help:  ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { echo "Python 3.11 or newer is needed, and $(PYTHON) is not: make run PYTHON=python3.12"; exit 1; }
	@echo "Getting what it needs, once: a minute or two."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }  # half of one would be taken for a whole

$(VENV)/semantic.stamp: requirements-semantic.txt | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-semantic.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements-dev.txt
	@touch $@

$(VENV)/bench.stamp: requirements-bench.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements-bench.txt
	@touch $@

run: $(VENV)/semantic.stamp  ## start the bot, its jobs and a Slack to try it in
	@exec $(BIN)/python -m playground

test: $(VENV)/dev.stamp  ## run the whole suite, on SQLite and on PostgreSQL
	$(BIN)/python -m pytest -n 2 --dist loadgroup

coverage: $(VENV)/dev.stamp  ## measure what the tests reach, on SQLite alone; fails below 95 %
	$(BIN)/python -m pytest -n 2 --dist loadgroup --ignore tests/soak -k "not postgresql" --cov --cov-report=term

screenshots: $(VENV)/dev.stamp  ## play the six steps and keep the pictures that the README shows
	SCREENSHOTS=docs/screenshots $(BIN)/python -m pytest -q tests/playground/test_journey.py -k six_steps

fuzz: $(VENV)/dev.stamp  ## spoil feeds and calendars for about ten minutes and read them
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-20000} $(BIN)/python -m pytest -n 2 tests/feeds/test_fuzz.py

soak: $(VENV)/dev.stamp  ## live through 2026 and count every post (see docs/alerts.md)
	$(BIN)/python -m tests.soak

lint: $(VENV)/dev.stamp  ## check format, style and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/dev.stamp  ## put the code in its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/bench.stamp  ## measure the matcher's speed beside others, about ten minutes
	$(BIN)/python -m benchmarks.speed

data-named:
	@test -n "$(DATA)" || { echo "Name the file of judged pairs: make bench-quality DATA=pairs.jsonl"; exit 2; }

bench-quality: data-named $(VENV)/bench.stamp  ## measure how well it ranks: DATA=a file of judged pairs
	$(BIN)/python -m benchmarks.quality --data "$(DATA)" --plot docs/plots/quality

pins: $(BIN)/python  ## compile requirements*.txt from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make pins" pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make pins" --extra semantic -c requirements.txt pyproject.toml -o requirements-semantic.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make pins" --extra dev --extra semantic -c requirements.txt pyproject.toml -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make pins" --extra bench --extra semantic -c requirements.txt pyproject.toml -o requirements-bench.txt

clean:  ## remove what was made here (never var/)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .coverage*
