PYTHON ?= python3
ENVIRONMENT := .venv
BIN := $(ENVIRONMENT)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# A file stays in one process: its cases share one warm cache.
PYTEST_FLAGS ?= --numprocesses auto --maxprocesses 4 --dist loadfile
# Where the field applications and their environments are kept between runs.
FIELD_BASE ?= $(shell $(PYTHON) -c 'import tempfile; print(tempfile.gettempdir())')/field

.PHONY: help demo test lint docs bench field clean

help:
	@echo "make demo             what the plugin reports on examples/"
	@echo "make test             the tests, on the newest mypy and SQLAlchemy"
	@echo "make lint             ruff, and mypy --strict with the plugin itself"
	@echo "make docs             the documentation, in docs/_build/html"
	@echo "make bench            what the plugin costs"
	@echo "make field NAME=...   the plugin on a real application; needs FIELD_DIR"
	@echo "make clean            remove what the other targets made"

demo: $(ENVIRONMENT)/installed-mypy
	@$(BIN)/python examples/run.py

test: $(ENVIRONMENT)/installed-test
	@$(BIN)/python -m pytest $(PYTEST_FLAGS)

lint: $(ENVIRONMENT)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(ENVIRONMENT)/installed-docs
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

bench: $(ENVIRONMENT)/installed-test
	@$(BIN)/python -m benchmarks

# FIELD_DIR names a folder with setup.py, run.py and score.py, each of which takes NAME and --base.
field:
	$(if $(FIELD_DIR),,$(error FIELD_DIR is not set: it names the folder with the field applications))
	$(if $(NAME),,$(error NAME is not set: it names the field application))
	@test -d $(FIELD_BASE)/$(NAME)/venv || $(PYTHON) $(FIELD_DIR)/setup.py $(NAME) --base $(FIELD_BASE)
	@$(PYTHON) $(FIELD_DIR)/run.py $(NAME) --base $(FIELD_BASE) --plugin --plugin-path $(CURDIR)
	@$(PYTHON) $(FIELD_DIR)/score.py $(NAME) --base $(FIELD_BASE)

clean:
	rm -rf $(ENVIRONMENT) .nox .mypy_cache .pytest_cache .ruff_cache .hypothesis dist docs/_build

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: PYTHON=...")'
	@echo "Making the environment $(ENVIRONMENT)."
	@$(PYTHON) -m venv $(ENVIRONMENT)

# One stamp file for each extra, so that the demo need not wait for the tools of the tests.
$(ENVIRONMENT)/installed-%: pyproject.toml | $(BIN)/python
	@echo "Installing mypy-session-plugin[$*] into $(ENVIRONMENT)."
	@$(PIP) install --quiet --editable '.[$*]'
	@touch $@

.PRECIOUS: $(ENVIRONMENT)/installed-%
