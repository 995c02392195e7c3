# Two commands do everything on a fresh machine: `make demo` and `make test`.
# The first Python that runs and is new enough.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$name; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1
WORKERS ?= auto

.PHONY: demo test check unit e2e bench build pages clean

demo: $(VENV)/.runtime
	@$(BIN)/bitrix-node demo

test: check unit

check: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bitrix-node validate

unit: $(VENV)/.development
	@command -v redis-server >/dev/null || scripts/install-redis
	$(BIN)/pytest -n $(WORKERS) -m "not e2e"

e2e: $(VENV)/.browser
	$(BIN)/pytest -m e2e tests/e2e tests/clients

build: $(VENV)/.runtime
	$(BIN)/bitrix-node build
	$(BIN)/pip wheel -q --no-deps -w dist .

# Against other clients; minutes. QUICK=1 is a minute in small, FULL=1 leaves nothing out.
bench: $(VENV)/.development
	$(BIN)/python -m benchmarks $(if $(QUICK),--quick) $(if $(FULL),--full) $(if $(NOTE),--note "$(NOTE)")

# The pages about the actions, and what their items look like, after a change of definitions or cases.
pages: $(VENV)/.development
	$(BIN)/python -m tools.action_pages
	$(BIN)/python -m tools.output_schemas

clean:
	rm -rf $(VENV) dist

$(BIN)/python:
	@$(if $(PYTHON),,$(error Python 3.11 or newer is needed; name it with make PYTHON=...))
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python cannot make environments here: install its venv module (python3-venv)." >&2; exit 1; }

$(VENV)/.runtime: $(BIN)/python pyproject.toml
	@$(BIN)/pip install -q -e .
	@touch $@

$(VENV)/.development: $(BIN)/python pyproject.toml
	$(BIN)/pip install -q -e '.[dev]'
	@touch $@

$(VENV)/.browser: $(BIN)/python pyproject.toml
	$(BIN)/pip install -q -e '.[dev,e2e]'
	@command -v chromium >/dev/null || scripts/install-chromium
	@touch $@
