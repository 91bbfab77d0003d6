# Everything runs from .venv, which `make install` makes; `make demo` and `make test` begin with it.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin
# One more than there are processors: tests wait, too.
WORKERS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))

# either: what reads the same on both kinds of database is tested on one of them. both: on the one and the other.
DATABASES ?= either
export DATABASES

# The tests start our programs a hundred times: they are compiled once, whatever is set here.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: install demo test coverage bench faults sync-soak talk-soak pictures check lint types format requirements

install: .venv/installed

.venv/installed: requirements.txt requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-dev.txt
	touch $@

# Slack, Linear and the bot on this machine, and a page in which one is everybody. DEMO=--fresh begins anew, DEMO=--help
# tells what else there is. It is what `python app.py demo` becomes.
demo: install
	@$(BIN)/python -m sandbox.demo $(DEMO)

test: install
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

# The tests once more, and which lines and branches they reach; takes half as long again.
coverage: install
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report term

# How fast it is, beside Bolt alone: docs/performance.md. `make bench BENCH=--full` asks for a million issues.
bench: install
	$(BIN)/python -m tests.bench $(BENCH)

# The fault harness (docs/faults.md): the real program, killed and frozen, between a Slack and a Linear that fail.
# SEED=... replays a run; FAULTS=... and KILLS=... say how many; PLANTED=... puts a fault into the bot.
faults: install
	$(BIN)/python -W ignore:XDG_RUNTIME_DIR -m tests.faults $(if $(SEED),--seed $(SEED)) $(if $(FAULTS),--faults $(FAULTS)) $(if $(KILLS),--kills $(KILLS)) $(if $(PLANTED),--planted $(PLANTED))

# Issues that change here and in Linear, in any weather, until both sides agree (docs/linear.md). SEED=... replays a run.
sync-soak: install
	$(BIN)/python -W ignore:XDG_RUNTIME_DIR -m tests.sync $(if $(SEED),--seed $(SEED)) $(if $(HISTORIES),--histories $(HISTORIES))

# What people say and press by chance, in Slack and in Linear: more than in the tests.
# CONVERSATIONS=... says how many, and ROUNDS=... how often the buttons are pressed on each kind of database.
talk-soak: install
	THREADLINE_CONVERSATIONS=$(or $(CONVERSATIONS),5000) THREADLINE_ROUNDS=$(or $(ROUNDS),20) $(BIN)/python -m pytest \
		-n $(WORKERS) tests/journeys/test_random_conversations.py tests/journeys/test_random_presses.py \
		tests/bot/delivery/test_linear_talks.py

# The pictures in docs/pictures, taken of the demo; needs a Chromium.
pictures: install
	$(BIN)/python -m tests.page.pictures

check: lint types test

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy .

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Pin requirements.in and requirements-dev.in again, with hashes and without the addresses of registries.
requirements:
	$(PYTHON) -m venv .venv-pins
	.venv-pins/bin/pip install --quiet pip-tools
	for name in requirements requirements-dev; do \
		.venv-pins/bin/pip-compile --quiet --no-strip-extras --generate-hashes --allow-unsafe --no-header --no-emit-index-url \
			--no-emit-find-links --no-emit-trusted-host --output-file $$name.txt $$name.in || exit 1; \
	done
	rm -rf .venv-pins
