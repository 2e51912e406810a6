# The commands of this house, for people and for CI. A bare machine needs Python 3.11 or newer, git and make; they see to the rest.

PYTHON ?= $(shell sh packaging/find-python.sh)
VENV ?= .venv
BIN = $(VENV)/bin
# Many tests wait more than they work. Whoever has none left takes half of what another has before it: what lies in one file, and
# shares its servers, mostly stays together.
WORKERS ?= 3
BESIDE_EACH_OTHER = -n $(WORKERS) --dist worksteal
# Tests that run beside others, and those that compare times.
BESIDE = "not soak and not alone"
ALONE = "alone and not soak"
export PYTHON
# Tests start a thousand programs of ours; where nothing compiled may be kept, each would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

# What `make fuzz` takes, in seconds, for all targets together.
FUZZ_SECONDS ?= 600

.PHONY: help run test venv check coverage lint types layers format bench bench-cases bench-networks bench-networks-small bench-window bench-packaged fuzz soak audit screenshots package clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' Makefile | expand -t 13

run: $(VENV)/.has-gui  ## start the app; without a display, show a transfer in the terminal
	@sh packaging/run.sh $(BIN)

test: venv  ## make the environment and run every check and test
	@sh packaging/system-packages.sh tests bundle package
	@$(MAKE) --no-print-directory check

venv: $(VENV)/.has-dev  ## make the environment, in $(VENV)
	@$(BIN)/python -m compileall -q filexfer

check: lint types  ## lint, types, layers and the tests, in an environment that is there
	$(BIN)/python -m pytest --cache-clear $(BESIDE_EACH_OTHER) -m $(BESIDE) || sh tests/once_more.sh $(BIN)/python $(BESIDE) $$?
	$(BIN)/python -m pytest --cache-clear -m $(ALONE) || sh tests/once_more.sh $(BIN)/python $(ALONE) $$?

# Apart, for measuring doubles the time of the tests, and on Python 3.11 threads that begin while it traces may fail to.
coverage: venv  ## run the tests and show which branches they leave out
	$(BIN)/python -m pytest $(BESIDE_EACH_OTHER) --cov --cov-report=term:skip-covered

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

layers:
	$(BIN)/python -m pytest tests/test_layers.py tests/test_house.py

format:  ## let ruff set the sources in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Each part is its own, and none that fails keeps the others from their figures.
bench: venv  ## measure the speed beside cp and the standard library, fifteen minutes
	@$(MAKE) --no-print-directory --keep-going -j1 bench-cases bench-networks bench-networks-small bench-window bench-packaged

bench-cases:
	$(BIN)/python -m benchmarks --rounds 2

bench-networks:
	$(BIN)/python -m benchmarks.networks --rounds 1 --loads large

bench-networks-small:
	$(BIN)/python -m benchmarks.networks --rounds 1 --loads small,library --scale 0.3 --json build/networks-small.json

bench-window:
	$(BIN)/python -m benchmarks.window

bench-packaged:
	$(BIN)/python -m benchmarks.packaged

fuzz: $(VENV)/.has-fuzz  ## feed the readers of foreign bytes with what breaks readers, FUZZ_SECONDS=600
	$(BIN)/python -m fuzz --seconds $(FUZZ_SECONDS)

soak: venv  ## the long versions of tests: a million paths, a hundred thousand calls while a link flips, kills in a loop
	$(BIN)/python -m pytest -m soak --timeout 0 $(BESIDE_EACH_OTHER)

audit: $(VENV)/.has-audit  ## ask what is known against the pinned packages; ends with 3 where that cannot be asked
	@$(BIN)/python packaging/audit.py

screenshots: venv  ## a picture of every page of the app, in build/screenshots, and those of the README, in docs/pictures
	@sh packaging/system-packages.sh window
	$(BIN)/python -m tests.gui.screenshots
	cp build/screenshots/*-front.en.light.png docs/pictures/app-light.png
	cp build/screenshots/*-front.en.dark.png docs/pictures/app-dark.png

package: venv  ## make the packages of this system in dist/: tar, .deb, AppImage, wheel, sdist, and their sums
	@sh packaging/system-packages.sh bundle package window
	PYTHONPATH=packaging $(BIN)/python -m packages

clean:  ## remove what was built, the environment too
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment, made once for each set of extras and again when what it is made of has changed.
$(VENV)/.has-%: pyproject.toml constraints.txt
	@sh packaging/system-packages.sh venv
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517 --constraint constraints.txt --editable '.[$*]'
	@# Packages are compiled as they are installed, an editable one is not; where Python may keep nothing, each start would do it anew.
	@$(BIN)/python -m compileall -q filexfer
	@touch $@
