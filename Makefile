# Two commands matter: `make demo` and `make test`. Everything else is for those who work on the portal.
PYTHON ?= python3
BIN := .venv/bin

# Compiled code is kept beside its source, also where the machine says otherwise: each process of the tests begins with it.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help demo test test-fast check check-all format lock messages hooks
.DEFAULT_GOAL := help

help: ## Say what each target does
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "make %-10s %s\n", $$1, $$2 }'

demo: .venv/demo.stamp ## Set everything up and serve a newsroom with real content
	$(BIN)/python manage.py demo

# One process more than processors: tests in a browser and with workers of their own mostly wait.
PROCESSES ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

test: .venv/dev.stamp ## Run the tests; ARGS="-k words path" runs some of them
	$(BIN)/python -m pytest -n $(PROCESSES) --dist worksteal $(ARGS)

# While one works: without a browser, races and what tries very much; under two minutes on two processors.
test-fast: .venv/dev.stamp ## Run the tests that take under two minutes together
	$(MAKE) test ARGS="-m 'not browser and not race and not wide and not long'"

check: .venv/dev.stamp ## Run the linters, the type checker and Django's deployment checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/djangofmt --check templates
	$(BIN)/python .ci/settings.py manage.py makemigrations --check --dry-run
	$(BIN)/python .ci/settings.py manage.py check --deploy --fail-level WARNING
	$(BIN)/python .ci/settings.py $(BIN)/mypy

format: .venv/dev.stamp ## Lay out code and templates
	$(BIN)/ruff format .
	$(BIN)/djangofmt templates

# Everything everywhere, which takes too long for every change: the last report is in docs/check-all.md.
check-all: .venv/dev.stamp ## Run every test on both databases, in both languages
	test -n "$$DATABASE_URL" || { echo "Set DATABASE_URL to a PostgreSQL server (and CACHE_URL to Redis)."; exit 1; }
	$(MAKE) test ARGS="-m 'not browser'"
	LANGUAGE_CODE=pl $(MAKE) test ARGS="-m 'not browser'"
	env -u DATABASE_URL -u CACHE_URL LANGUAGE_CODE=pl $(MAKE) test ARGS="-m 'not browser'"
	env -u DATABASE_URL -u CACHE_URL $(MAKE) test ARGS="-m ''"

# The stamps make the second run immediate; a changed lock file makes it install again.
.venv/demo.stamp: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev.stamp: .venv/demo.stamp requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

lock: .venv/dev.stamp ## Pin what requirements*.in ask for, with hashes
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url requirements-dev.in -o requirements-dev.txt

messages: .venv/demo.stamp ## Collect and compile the strings for translation (needs gettext)
	$(BIN)/python .ci/settings.py manage.py makemessages --all --no-obsolete --no-wrap --add-location file --ignore .venv --ignore var
	$(BIN)/python .ci/settings.py manage.py compilemessages --ignore .venv -v 0

hooks: .venv/dev.stamp ## Have git run the quick checks before each commit
	$(BIN)/pre-commit install
