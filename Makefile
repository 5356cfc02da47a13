# Chợ Phiên: `make run` opens the market, `make test` proves it. Everything else is a part of these two.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup run test everything test-whole test-fast test-postgres test-browser test-live templates html lighthouse check format style bench messages lock clean

# A dozen processes of one run read the same files: each is compiled once, when it is first read, into the (ignored)
# folders beside it. Whoever installs libraries need not compile what nobody reads.
unexport PYTHONDONTWRITEBYTECODE

# Debian's own Python is built with optimisations; one that somebody built beside it may take half as long again.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3.11) python3)
VENV := .venv
BIND ?= localhost:8000
MANAGE := $(VENV)/bin/python manage.py
PYTEST := $(VENV)/bin/pytest -n auto --dist worksteal
ON_SQLITE := env -u TEST_DATABASE_URL
ON_POSTGRES := $(VENV)/bin/python -m tests.support.postgres
# What the tests call beside Python, each with the Debian package that holds it.
PROGRAMS := chromium:chromium xmlsec1:xmlsec1 zbarimg:zbar-tools pdftotext:poppler-utils xgettext:gettext softhsm2-util:softhsm2

help:  ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/.installed: requirements.txt
	@echo "→ Cài thư viện · installing libraries …"
	@tests/support/tools.sh venv $(PYTHON) $(VENV)
	@tests/support/tools.sh libraries $(VENV) requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "→ Installing what the tests need …"
	@tests/support/tools.sh libraries $(VENV) requirements-dev.txt
	@touch $@

setup: $(VENV)/.installed  ## Environment and database only
	@$(MANAGE) setup

run: $(VENV)/.installed  ## Open the market at http://localhost:8000 (BIND=host:port for another address)
	@exec $(MANAGE) serve $(BIND) --demo

test: $(VENV)/.installed-dev  ## Everything: SQLite, PostgreSQL, browser
	@$(ON_POSTGRES) $(MAKE) --no-print-directory everything

everything:  # around all of it one PostgreSQL server, so that one of our own keeps what was built in it
	@tests/support/tools.sh programs $(PROGRAMS) & programs=$$!; $(MAKE) --no-print-directory templates && wait $$programs
	$(ON_SQLITE) $(PYTEST) -m "not html and not live"
	$(ON_POSTGRES) $(PYTEST) -m "not html and not live"
	@$(MAKE) --no-print-directory test-live

test-whole: export WHOLE = 1
test-whole: test  ## The same with everything on PostgreSQL too, and every race in its full size

templates: $(VENV)/.installed-dev  ## The databases that tests copy, both kinds side by side
	@echo "→ Building the databases that the tests copy …"
	@$(ON_SQLITE) $(VENV)/bin/python -m tests.support.databases & sqlite=$$!; \
	$(ON_POSTGRES) $(VENV)/bin/python -m tests.support.databases && wait $$sqlite

test-fast: $(VENV)/.installed-dev  ## The SQLite suite
	@tests/support/tools.sh programs $(PROGRAMS)
	$(ON_SQLITE) $(PYTEST) -m "not browser and not html and not live"

test-postgres: $(VENV)/.installed-dev  ## What a database may answer differently, on PostgreSQL
	@tests/support/tools.sh programs $(PROGRAMS)
	$(ON_POSTGRES) $(PYTEST) -m "not browser and not html and not live"

test-browser: $(VENV)/.installed-dev  ## The journeys in Debian's Chromium
	@tests/support/tools.sh programs $(PROGRAMS)
	$(ON_SQLITE) $(PYTEST) --dist load --maxschedchunk 1 -m browser
	$(ON_POSTGRES) $(PYTEST) --dist load --maxschedchunk 1 -m browser

test-live: $(VENV)/.installed-dev  ## The providers' own test systems, where LIVE_… names keys for them
	@if ! env | grep -q '^LIVE_'; then echo "→ Providers' own test systems: not run, no LIVE_… holds a key."; else \
	$(VENV)/bin/pytest -m live -rs --force-enable-socket tests/shop/payments/test_live.py; fi

html: $(VENV)/.installed-dev  ## Every type of page through the Nu HTML checker (needs npm and Java)
	@tests/support/tools.sh programs java:default-jre-headless npm:npm
	@tests/support/tools.sh npm vnu-jar@26.9.27
	$(VENV)/bin/pytest -n auto -m html tests/test_html.py

lighthouse: $(VENV)/.installed-dev  ## Lighthouse's marks of five pages (needs npm and Chromium)
	@tests/support/tools.sh programs chromium:chromium npm:npm
	@tests/support/tools.sh npm lighthouse@13.5.0
	$(VENV)/bin/python -m benchmarks.lighthouse

check: $(VENV)/.installed-dev  ## Style, types, borders between rooms, missing migrations
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/djhtml --check --tabwidth 2 $$(git ls-files '*.html')
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	DATABASE_URL=sqlite://:memory: $(MANAGE) makemigrations --check --dry-run
	DATABASE_URL=sqlite://:memory: $(MANAGE) check --fail-level WARNING

format: $(VENV)/.installed-dev  ## Put code and templates into the house's style
	$(VENV)/bin/ruff check --fix --quiet . || true
	$(VENV)/bin/ruff format .
	$(VENV)/bin/djhtml --tabwidth 2 $$(git ls-files '*.html')

style: $(VENV)/.installed  ## Write the style of low-data pages anew from that of all pages
	$(VENV)/bin/python -m shop.management.light_style

messages: $(VENV)/.installed-dev  ## Collect translatable strings (needs gettext)
	$(MANAGE) makemessages -l en --no-location --no-wrap -i .venv -i tests -i benchmarks

lock: $(VENV)/.installed-dev  ## Pin the dependencies anew
	$(VENV)/bin/uv pip compile -q --no-header --no-emit-index-url --no-emit-find-links --python-version 3.11 pyproject.toml -o requirements.txt
	$(VENV)/bin/uv pip compile -q --no-header --no-emit-index-url --no-emit-find-links --python-version 3.11 --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

bench: $(VENV)/.installed-dev  ## Measure (never part of the tests)
	$(VENV)/bin/python -m benchmarks.pages
	$(VENV)/bin/python -m benchmarks.weak_signal
	$(VENV)/bin/python -m benchmarks.invoices
	$(VENV)/bin/python -W ignore -m benchmarks.catalogue
	$(VENV)/bin/python -W ignore -m benchmarks.purchase
	$(VENV)/bin/python -W ignore -m benchmarks.reports
	$(ON_POSTGRES) $(VENV)/bin/python -W ignore -m benchmarks.webhooks
	$(ON_POSTGRES) $(VENV)/bin/python -W ignore -m benchmarks.batches
	$(ON_POSTGRES) $(VENV)/bin/python -W ignore -m benchmarks.archive

clean:  ## Forget caches and compiled files
	rm -rf .cache .mypy_cache .ruff_cache staticfiles
