# Two commands set everything up on a machine with Python 3.11 or later:
#
#     make demo      install, build the fictional borough, run its hub, say how right the index is, and serve the web app
#     make test      install, and run the whole test suite
#
# DEMO_ARGS and PYTEST_ARGS are passed on: make demo DEMO_ARGS="--residents 5000".

SHELL := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:

VENV := .venv
BIN := $(VENV)/bin
PEERS_VENV := .venv-peers
PEERS_CONSTRAINTS := benchmarks/peers/constraints.txt
DEMO_HOME ?= demo-hub

# The first of these that runs and is new enough; a name on the path may be a stand-in that does not run.
# PYTHON=/path/to/python chooses another.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	"$$python" -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && echo "$$python" && break; done)

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
INSTALLED_BY := pyproject.toml constraints.txt

# The styles and scripts of the web app, which are built and not kept. Built again where what they are made of changed.
STATIC := src/insighthub/web/static/manifest.json
STATIC_FROM := $(wildcard frontend/*.* frontend/styles/* frontend/scripts/*)

.PHONY: help demo test lint frontend reference bill docs screenshots bench-accuracy bench-ablation bench-names bench-speed bench-peers bench-index bench-web bench-area-index worked-example clean

help:
	@sed -n 's/^#     //p' Makefile
	@echo "Also: make lint, frontend, docs, screenshots, reference, bill, bench-accuracy, bench-ablation, bench-names, bench-speed, bench-peers, bench-index, bench-web, bench-area-index, worked-example, clean"

demo: $(VENV)/.installed-to-run $(STATIC)
	$(BIN)/insighthub demo --home $(DEMO_HOME) $(DEMO_ARGS)

# Of the tests of units the coverage is measured too; under the floor, the run fails. The others ask for whole pages,
# start processes, and try what is drawn at random, and would take half as long again under measurement.
MEASURED := tests/unit
# One more than there are processors where there are two: many tests wait, for a browser or for a process of their own.
WORKERS ?= 3
test: $(VENV)/.installed-to-develop $(STATIC)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(MEASURED) --cov --cov-report=term:skip-covered $(PYTEST_ARGS)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(MEASURED:%=--ignore=%) $(PYTEST_ARGS)

# The pictures of the documentation, from the demonstration: a minute or two.
screenshots: $(VENV)/.installed-to-develop $(STATIC)
	$(BIN)/python -m scripts.take_screenshots

# The worked example of the documentation, from open data in the folder DATA.
worked-example: $(VENV)/.installed-to-develop
	$(BIN)/python -m scripts.barking_and_dagenham $(DATA)

frontend: $(STATIC)

lint: $(VENV)/.installed-to-develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory docs

# The reference pages are written from the code; a test fails where they are behind it.
reference: $(VENV)/.installed-to-develop
	$(BIN)/python -m scripts.write_reference

# Every library that the program is made of, with its version and licence, as CycloneDX.
bill: $(VENV)/.installed-to-develop
	$(BIN)/python -m scripts.write_bill bill-of-materials.json

docs: $(VENV)/.installed-to-develop
	$(BIN)/properdocs build --strict --quiet --site-dir site
	$(BIN)/python -m scripts.check_site site

bench-accuracy: $(VENV)/.installed-to-develop
	$(BIN)/python -m benchmarks.accuracy $(BENCH_ARGS)

bench-ablation: $(VENV)/.installed-to-develop
	$(BIN)/python -m benchmarks.ablation --docs docs/explanation/what-each-part-gives.md $(BENCH_ARGS)

bench-names: $(VENV)/.installed-to-develop
	$(BIN)/python -m benchmarks.name_origin

bench-speed: $(VENV)/.installed-to-develop
	$(BIN)/python -m benchmarks.speed $(BENCH_ARGS)

# Runs of a hub, the full picture and the search, at 220,000 residents: half an hour or so.
bench-index: $(VENV)/.installed-to-develop
	$(BIN)/python -m benchmarks.index $(BENCH_ARGS)

# Twenty officers at once search and look at residents while a release is published. It makes a borough first.
bench-web: $(VENV)/.installed-to-develop $(STATIC)
	$(BIN)/python -m benchmarks.web $(BENCH_ARGS)

# The rank intervals of 33,755 areas by 20 indicators, 10,000 draws: a minute or so.
bench-area-index: $(VENV)/.installed-to-develop
	$(BIN)/python -m benchmarks.area_index $(BENCH_ARGS)

# Other tools live in an environment of their own: what they need need not agree with what we need.
bench-peers: $(VENV)/.installed-to-develop $(PEERS_VENV)/.installed
	$(BIN)/python -m benchmarks.peers --peers-venv $(PEERS_VENV) --docs docs/explanation/other-tools.md $(BENCH_ARGS)

clean:
	rm -rf $(VENV) $(PEERS_VENV) $(DEMO_HOME) frontend/node_modules src/insighthub/web/static site dist build .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache

# Each stamp is made when its step is whole, so a step that was broken off is done again.

$(VENV)/.created:
	@if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c '$(NEW_ENOUGH)'; then \
		echo "Insight Hub needs Python 3.11 or later, and none was found."; \
		echo "Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; \
		exit 1; fi
	@echo "Making $(VENV) with $$("$(PYTHON)" --version)"
	@"$(PYTHON)" -m venv --clear $(VENV) || { \
		echo "Python could not make a virtual environment. On Debian and Ubuntu: install the package python3-venv."; \
		exit 1; }
	@touch $@

$(STATIC): $(STATIC_FROM) | $(VENV)/.created
	@$(BIN)/python frontend/build_frontend.py --install-node
	@touch $@

$(VENV)/.installed-to-run: $(VENV)/.created $(INSTALLED_BY)
	@echo "Installing what is needed to run (a minute or two the first time)"
	@$(INSTALL) --editable '.[peer]'
	@touch $@

$(VENV)/.installed-to-develop: $(VENV)/.created $(INSTALLED_BY)
	@echo "Installing what is needed to test (a minute or two the first time)"
	@$(INSTALL) --editable '.[dev,peer,spark]'
	@touch $@ $(VENV)/.installed-to-run

$(PEERS_VENV)/.installed: $(VENV)/.created $(PEERS_CONSTRAINTS)
	@echo "Installing the other tools into $(PEERS_VENV) (a minute or two)"
	@$(BIN)/python -m venv --clear $(PEERS_VENV)
	@$(PEERS_VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
		--constraint $(PEERS_CONSTRAINTS) recordlinkage dedupe goldenmatch
	@touch $@
