# The only task runner: `make` lists the targets. Everything lives in .venv and .warehouse, beside this file.
# Stamp files under .venv/.stamps remember what is installed, so a second run decides in well under a second.

SHELL         := bash
.SHELLFLAGS   := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS     += --no-print-directory --no-builtin-rules
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMPS := $(VENV)/.stamps
# Arguments handed on, as in: make test ARGS="tests/engine -x"
ARGS   ?=
WORKERS = $$(getconf _NPROCESSORS_ONLN)

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help setup setup-test demo test check bench test-sqlserver up down lock clean distclean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' Makefile

setup: $(STAMPS)/project  ## Create .venv and install what running needs

setup-test: $(STAMPS)/test  ## The same, and what tests need: Airflow, linters, a second ODBC driver

demo: setup  ## 1.5 million sales from CSV to gold, on this machine
	@$(BIN)/warehouse demo $(ARGS)

test: setup-test  ## Run every test, a process per core; ARGS are pytest's
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile $(ARGS)

check: check-python check-sql check-config  ## Linters, types, import contracts, Microsoft's parser, configuration

.PHONY: check-python check-sql check-config
check-python: setup-test
	@echo "check: ruff";        $(BIN)/ruff check --quiet
	@echo "check: mypy";        $(BIN)/mypy --no-error-summary
	@echo "check: import contracts"; $(BIN)/lint-imports --no-cache > $(STAMPS)/imports.log || { cat $(STAMPS)/imports.log; exit 1; }

# Exit code 2 is a refusal of maxdop's own formatter, not of Microsoft's parser: only 1 is a parse error.
check-sql: setup-test
	@echo "check: every .sql file parses as SQL Server 2019's language"
	@git ls-files -z '*.sql' | xargs -0 -r -n 1 -P 2 bash -c \
		'said=$$($(BIN)/maxdop --parser-version 2019 "$$0" 2>&1) || test $$? = 2 || { echo "$$0: $$said" >&2; exit 1; }'

check-config: setup-test
	@echo "check: compose, YAML";   $(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
	@$(BIN)/yamllint --strict -d '{extends: default, rules: {line-length: {max: 130}, document-start: disable}}' \
		docker-compose.yml dags
	@echo "check: Dockerfile";      $(BIN)/hadolint --ignore DL3008 Dockerfile

bench: setup-test  ## Print the figures: seconds, rows a second, memory, ratios to DuckDB by hand
	@$(BIN)/python -m tests.bench $(ARGS)

# The server reads the landing folder of docker-compose.yml, so the tests write there.
test-sqlserver: export WAREHOUSE_TEST_LANDING = $(CURDIR)/.warehouse/landing
test-sqlserver: export WAREHOUSE_TEST_LANDING_ON_SERVER = /landing
test-sqlserver: setup-test .env  ## The same tests against SQL Server 2022 in Docker
	@mkdir -p "$$WAREHOUSE_TEST_LANDING"
	docker compose up --detach --wait sqlserver
	@setting() { sed -n "s/^$$1=//p" .env; }; port=$$(setting SQLSERVER_PORT); \
		export WAREHOUSE_TEST_DSN="Server=tcp:127.0.0.1,$${port:-1433};UID=sa;PWD={$$(setting SQLSERVER_SA_PASSWORD)};Encrypt=yes;TrustServerCertificate=yes"; \
		$(BIN)/python -m pytest $(or $(ARGS),tests/warehouse tests/dags tests/e2e)

up: .env  ## Start SQL Server, migrate it, start Airflow (needs Docker)
	@mkdir -p .warehouse/landing
	docker compose up --build --detach

down:  ## Stop them; their volumes stay
	docker compose down

lock:  ## Resolve requirements/*.in anew into requirements/*.txt, with hashes
	@$(BIN)/python -m pip install --quiet uv==0.13.9
	@cd requirements && $(call resolve,test,run.in airflow.in test.in)
	@cd requirements && $(call resolve,airflow,run.in airflow.in --constraint test.txt)
	@cd requirements && $(call resolve,run,run.in --constraint test.txt)

clean:  ## Remove caches, test leftovers and the demo's database; keep .venv
	rm -rf .warehouse build dist scripts/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean  ## Remove .venv as well
	rm -rf $(VENV)

# Fills each empty secret of .env.example with a random one: 32 bytes, as a Fernet key is, which also satisfies the
# password policy of SQL Server. Accepting that product's licence is left to a person.
.env: | .env.example
	@$(find_python); (umask 077; "$$python" -c 'import base64, re, secrets, sys; \
		fill = lambda name: name[0] + "Aa1" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()[3:]; \
		sys.stdout.write(re.sub(r"(?m)^(?!ACCEPT_EULA)[A-Z_]+=$$", fill, sys.stdin.read()))' < .env.example > .env)
	@echo "make: wrote .env with random secrets; write ACCEPT_EULA=Y there when you accept the licence of SQL Server"

# --- How it is set up ------------------------------------------------------------------------------------

resolve = ../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" --output-file $(1).txt $(2) $(if $(UPGRADE),--upgrade)

# A line for every package where there is a terminal to overwrite it on, for every 25th where there is none.
define install
	echo "setup: installing $(1) ($$(grep -c '^[a-z].*==' $(1)) locked packages)"
	$(BIN)/python -m pip install --require-hashes --requirement $(1) 2>&1 | tee $(STAMPS)/pip.log \
	| awk -v tty="$$(test -t 1 && echo 1 || echo 0)" \
		'/^Collecting /{n++; if (tty) printf "\r  %d %-60.60s", n, $$2; else if (n % 25 == 0) print "  " n " packages"} \
		 /^Installing collected/{if (tty) printf "\r  %-66s", "unpacking"} {fflush()} END{if (tty) printf "\r%-70s\r", ""}' \
	|| { tail -n 20 $(STAMPS)/pip.log >&2; exit 1; }
endef

define find_python
	for candidate in $(PYTHON) python3.14 python3.13 python3.12 python3.11; do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then python=$$candidate; break; fi; \
	done; \
	test -n "$${python:-}" || { echo "setup: Python 3.11 or later is needed, and $(PYTHON) is $$($(PYTHON) -V 2>&1 || true); name one: make PYTHON=/path/to/python3.12" >&2; exit 2; }
endef

$(STAMPS)/venv:
	@$(find_python); echo "setup: creating $(VENV) with $$("$$python" -V)"; \
	"$$python" -m venv $(VENV) > /dev/null 2>&1 || { \
		.ci/apt-install "the module venv of $$python" python3-venv && "$$python" -m venv $(VENV); }
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/system: | $(STAMPS)/venv
	@$(BIN)/python -c 'import ctypes; ctypes.CDLL("libodbc.so.2"); ctypes.CDLL("libgssapi_krb5.so.2")' 2> /dev/null \
		|| test "$$(uname)" != Linux || .ci/apt-install "unixODBC" unixodbc libgssapi-krb5-2
	@touch $@

$(STAMPS)/system-test: | $(STAMPS)/system
	@odbcinst -q -d -n FreeTDS > /dev/null 2>&1 \
		|| test "$$(uname)" != Linux || .ci/apt-install "the FreeTDS ODBC driver" tdsodbc odbcinst
	@touch $@

$(STAMPS)/run: requirements/run.txt | $(STAMPS)/venv $(STAMPS)/system
	@$(call install,$<)
	@touch $@

$(STAMPS)/project: pyproject.toml $(STAMPS)/run
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# test.txt holds all that run.txt and airflow.txt hold, at the same versions.
$(STAMPS)/test: requirements/test.txt $(STAMPS)/project | $(STAMPS)/system-test
	@$(call install,$<)
	@touch $@
