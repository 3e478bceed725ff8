# Every target sets up .venv by itself (Python 3.11 or newer, venv and pip are all it needs) and does nothing twice.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# Processes that run tests: a file's tests stay in one of them.
WORKERS ?= 2

.PHONY: help demo test messages wheel docs lint proof soak spark java oldest newest clean
help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

.venv/.installed: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "jianbao needs Python 3.11 or newer: install it, or make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11: make PYTHON=/path/to/python3.11"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@# The pip that Python 3.11 brings (23) stumbles over what readability-lxml (in dev) asks of lxml.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=24.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: .venv/.installed ## crawl the small web on loopback, clean, match, store, and report
	$(BIN)/jianbao demo

messages: .venv/.installed ## the Chinese catalogue brought up to what the command line says
	$(BIN)/python -m tests.catalogue

# Half a gigabyte, for one test: only where CI runs and Java is. Without it the test is skipped.
.venv/.spark: .venv/.installed
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,spark]' && touch $@

test: .venv/.installed $(if $(CI),$(if $(shell command -v java),.venv/.spark)) ## all tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

wheel: .venv/.installed ## wheel and sdist into dist/, and the demo from the wheel in an environment of its own
	rm -rf dist build .venv-wheel
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .
	$(BIN)/python -c "from setuptools import build_meta; build_meta.build_sdist('dist')"
	$(PYTHON) -m venv .venv-wheel && .venv-wheel/bin/python -m pip install --quiet --disable-pip-version-check dist/*.whl
	rm -rf build && mkdir build && cd build && ../.venv-wheel/bin/jianbao demo

docs: .venv/.installed ## the documentation as a site, in site/
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'mkdocs-material>=9.5' 'mkdocstrings[python]>=0.27'
	$(BIN)/mkdocs build --quiet --strict

lint: .venv/.installed ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy tests/typed_program.py

proof: .venv/.installed ## commands that write, broken off in many ways: kills, full disks, random bytes
	$(BIN)/python -m pytest -n $(WORKERS) -m proof tests/test_faults.py

soak: .venv/.installed ## the long runs: kill -9 at many moments
	$(BIN)/python -m pytest -m soak

.venv-spark/.installed: pyproject.toml constraints.txt
	test -x .venv-spark/bin/python || $(PYTHON) -m venv .venv-spark
	.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=24.1'
	.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,spark]'
	@touch $@

java:
	@test -n "$${JAVA_HOME:-$$(command -v java)}" || { echo "Spark needs Java 17 or newer: install it, or name its folder in JAVA_HOME"; exit 1; }

spark: java .venv-spark/.installed ## the engine on Spark against this machine (own environment, needs Java 17)
	.venv-spark/bin/python -m pytest -m 'soak or not soak' -rs tests/test_spark_cluster.py tests/test_spark.py

# What pip would not choose by itself: uv resolves to the lowest versions that are allowed.
oldest: ## all tests with the oldest dependencies that pyproject.toml allows (own environment)
	$(PYTHON) -m venv --clear .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet --disable-pip-version-check uv
	.venv-oldest/bin/uv pip install --quiet --python .venv-oldest/bin/python --resolution lowest-direct --editable '.[dev]'
	.venv-oldest/bin/python -m pytest -n $(WORKERS) --dist loadfile

newest: ## all tests with the newest ones, whatever constraints.txt says (own environment)
	$(PYTHON) -m venv --clear .venv-newest
	.venv-newest/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	.venv-newest/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	.venv-newest/bin/python -m pytest -n $(WORKERS) --dist loadfile

clean: ## remove .venv and caches
	rm -rf .venv .venv-spark .venv-oldest .venv-newest .venv-wheel build dist site *.egg-info .pytest_cache .mypy_cache .ruff_cache
