# The two commands of the README: `make build`, then `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# An environment that forbids bytecode makes every start of dbt compile it again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: build test published style types soak demo clean bench

build: $(VENV)/.installed  ## install, check, land, build, test, publish
	$(BIN)/parvn build

test: $(VENV)/.installed  ## lint, types, unit and end-to-end tests, notebooks
	$(MAKE) --no-print-directory --jobs=2 style types published
	$(BIN)/pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder --nbmake tests notebooks

style: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --processes 2 models dbt_project/tests

types: $(VENV)/.installed
	$(BIN)/mypy

published: $(VENV)/.installed  # the notebooks read it
	$(BIN)/parvn build --quiet

soak: $(VENV)/.installed  ## the tests of faults with high counts; writes the table of docs/reliability.md
	PARVN_SOAK=1 $(BIN)/pytest tests/test_faults.py tests/test_mutations.py

demo: $(VENV)/.installed  ## a synthetic warehouse of many provinces and years, in demo/
	$(BIN)/parvn demo

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps -r requirements.lock
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --editable .
	touch $@

# In an environment of its own: PySpark is large, and nothing else needs it.
SPARK := $(VENV)/spark
.PHONY: spark
spark: $(SPARK)/.installed  ## the models on a Spark cluster of this machine, compared with DuckDB's; needs Java 17
	$(SPARK)/bin/python -m ingest.spark compare $(if $(DOSSIERS),--dossiers $(DOSSIERS))

$(SPARK)/.installed: $(VENV)/.installed requirements-spark.lock
	$(PYTHON) -m venv --clear $(SPARK)
	VIRTUAL_ENV=$(SPARK) $(BIN)/uv pip install --quiet --no-deps -r requirements.lock -r requirements-spark.lock
	VIRTUAL_ENV=$(SPARK) $(BIN)/uv pip install --quiet --no-deps --editable .
	touch $@

bench: $(VENV)/.installed  ## measure, write benchmarks/README.md; ONLY=queries SIZE=small for less
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --editable '.[bench]'
	$(BIN)/python -m benchmarks $(ONLY) --size $(or $(SIZE),default)

clean:  ## remove what was installed and the demo; records, landed vintages and releases stay
	rm -rf $(VENV) target logs demo warehouse/build
