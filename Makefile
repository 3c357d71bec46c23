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
# Arguments handed on, as in: make test ARGS="tests/engine -x", make check SKIP=dacfx
ARGS   ?=
SKIP   ?=
ONLY   ?=
FAST   ?=
WORKERS = $$(getconf _NPROCESSORS_ONLN)
# A file's tests stay in one process; files begin in the order of tests/conftest.py.
SIDE_BY_SIDE = --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Every command is a process, which else compiles some hundred modules each time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup setup-test setup-check demo test coverage soak check bench test-sqlserver up down lock clean distclean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' Makefile

setup: $(STAMPS)/project  ## Create .venv and install what running needs

setup-test: $(STAMPS)/test  ## The same, and what tests need: Airflow, linters, a second ODBC driver

setup-check: $(STAMPS)/microsoft  ## The same, and what the gates need: Microsoft's database model, mono to run it

demo: setup  ## 1.5 million sales from CSV to gold, on this machine
	@$(BIN)/warehouse demo $(ARGS)

test: setup-test  ## Run every test, a process per core; ARGS are pytest's
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(ARGS)

coverage: setup-test  ## Run the T-SQL tests and list the statements of the procedures that none reached
	@$(BIN)/tsqlt-runner run --coverage $(ARGS)

soak: setup-test  ## The long tests with their full counts and a seed of chance, which they print
	@$(BIN)/python -m pytest --soak --timeout 3600 $(SIDE_BY_SIDE) $(ARGS)

check: $(if $(FAST),setup-test,setup-check)  ## Run every gate; SKIP=, ONLY= name some, FAST=1: those of the commit hook
	@$(BIN)/python -m tests.gates $(if $(FAST),--fast) $(if $(ONLY),--only "$(ONLY)") $(if $(SKIP),--skip "$(SKIP)")

bench: setup-test  ## Print the figures: seconds, rows a second, memory, ratios to DuckDB by hand
	@$(BIN)/python -m tests.bench $(ARGS)

# The tests that ask a server, wherever it is.
SERVER_TESTS = tests/warehouse tests/dags tests/e2e tests/engine/test_cases.py

ifdef WAREHOUSE_TEST_DSN
test-sqlserver: setup-test  ## The same tests against the server that WAREHOUSE_TEST_DSN names, or else in Docker
	$(BIN)/python -m pytest $(or $(ARGS),$(SERVER_TESTS))
else
# The server reads the landing folder of docker-compose.yml, so the tests write there.
test-sqlserver: export WAREHOUSE_TEST_LANDING = $(CURDIR)/.warehouse/landing
test-sqlserver: export WAREHOUSE_TEST_LANDING_ON_SERVER = /landing
test-sqlserver: setup-test .env
	@mkdir -p "$$WAREHOUSE_TEST_LANDING"
	docker compose up --detach --wait sqlserver
	@setting() { sed -n "s/^$$1=//p" .env; }; port=$$(setting SQLSERVER_PORT); \
		export WAREHOUSE_TEST_DSN="Server=tcp:127.0.0.1,$${port:-1433};UID=sa;PWD={$$(setting SQLSERVER_SA_PASSWORD)};Encrypt=yes;TrustServerCertificate=yes"; \
		$(BIN)/python -m pytest $(or $(ARGS),$(SERVER_TESTS))
endif

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
	@cd requirements && $(call resolve,dacfx,dacfx.in --no-deps)

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

# Some of what the model needs of .NET; Debian's mono-complete has all of it.
MONO_HAS_ALL = import pythonnet; pythonnet.load("mono"); import clr; \
	[clr.AddReference(name) for name in ("System.Data", "System.ComponentModel.Composition", "WindowsBase")]

$(STAMPS)/system-check: | $(STAMPS)/test
	@$(BIN)/python -W ignore -c '$(MONO_HAS_ALL)' > /dev/null 2>&1 || .ci/apt-install "mono" mono-complete
	@ls /usr/lib/*/libicuuc.so.*.* > /dev/null 2>&1 || .ci/apt-install "ICU" icu-devtools
	@touch $@

# The assemblies of the package that mono does not bring itself: copying more, System.Private.CoreLib above all,
# breaks them.
ASSEMBLIES = Microsoft.Data.Tools*.dll Microsoft.SqlServer.*.dll Microsoft.Win32.SystemEvents.dll \
	System.Collections.Immutable.dll System.Composition.*.dll System.Data.SqlClient.dll System.Drawing.Common.dll \
	System.IO.Packaging.dll System.Memory.dll System.Runtime.CompilerServices.Unsafe.dll \
	System.Security.Permissions.dll

# The package's SQL Tools Service stays whole, as a program of its own.
$(STAMPS)/microsoft: requirements/dacfx.txt | $(STAMPS)/system-check
	@echo "setup: installing Microsoft's database model and SQL Tools Service"
	@rm -rf $(VENV)/tools/dacfx $(VENV)/tools/toolsservice $(VENV)/tools/unpacked && mkdir -p $(VENV)/tools/dacfx
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes --target $(VENV)/tools/unpacked --requirement $<
	@cd $(VENV)/tools/unpacked/mssqlcli/mssqltoolsservice/bin && cp $(ASSEMBLIES) $(CURDIR)/$(VENV)/tools/dacfx/
	@mv $(VENV)/tools/unpacked/mssqlcli/mssqltoolsservice/bin $(VENV)/tools/toolsservice
	@chmod +x $(VENV)/tools/toolsservice/MicrosoftSqlToolsServiceLayer
	@rm -rf $(VENV)/tools/unpacked
	@touch $@
