# Everything a newcomer needs: `make demo`, `make up`, `make test`. Works as root and as a normal user, from a fresh clone.
.DEFAULT_GOAL := help
.PHONY: help setup tools demo up test outside bench bench-voice webhooks recurrence check chaos fuzz format generate
PYTHON := .venv/bin/python
# Further options, for example: make up ARGS="--port 8100"
ARGS :=
# Never let a shell's own Python settings reach ours.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE VIRTUAL_ENV

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what runs into .venv from the hashed lock (quick when up to date)
	@sh scripts/bootstrap.sh

tools: ## The same with what tests and checks it
	@sh scripts/bootstrap.sh dev

demo: setup ## Run a whole campaign against the simulated carrier: no phone rings, no account, no key
	@$(PYTHON) -m control_plane.cli demo $(ARGS)

up: setup ## Run the platform on this machine until Ctrl-C
	@$(PYTHON) -m control_plane.cli up $(ARGS)

test: tools ## Run the whole test suite
	@sh scripts/test.sh $(ARGS)

outside: tools ## Try what an account at Twilio, a carrier or a container engine shows; says what is not given (docs/operations.md)
	@$(PYTHON) -m pytest tests/contract/test_twilio.py tests/contract/test_real_trunk.py tests/integration/deploy/test_containers.py $(ARGS)

check: tools ## Look for mistakes without running anything: style, types, imports, architecture
	@$(PYTHON) -m ruff check . && $(PYTHON) -m ruff format --check . && $(PYTHON) -m pyright && .venv/bin/lint-imports && $(PYTHON) -m pytest tests/architecture

chaos: tools ## Kill and stop everything while calls go on, check both ledgers, write docs/chaos-report.md
	@$(PYTHON) -m tests.chaos $(ARGS)

fuzz: tools ## Ask the API all that its description allows, and more, by schemathesis with all its checks
	@$(PYTHON) -m tests.fuzz $(ARGS)

bench: tools ## Measure claims, pacing, webhooks, figures and HTTP on loopback; writes docs/benchmarks.md (some minutes)
	@$(PYTHON) -m benchmarks $(ARGS)

bench-voice: tools ## Measure answers and cost of calls, alone and together, beside a minimal agent; writes docs/benchmarks.md (some 35 minutes, quiet machine)
	@$(PYTHON) -m benchmarks.voice $(ARGS)

webhooks: tools ## Tell 10,000 events while three attempts of ten fail and the courier is killed: none is lost (some minutes)
	@WEBHOOK_EVENTS=10000 $(PYTHON) -m pytest -q tests/integration/webhooks/test_surviving.py $(ARGS)

recurrence: tools ## Compare plans of schedules with an oracle, minute by minute over ten years (some minutes)
	@CALLWRIGHT_WHOLE_ORACLE=1 $(PYTHON) -m pytest -q tests/unit/domain/test_recurrence_oracle.py $(ARGS)

format: tools ## Put the code into its one format
	@$(PYTHON) -m ruff check --fix . && $(PYTHON) -m ruff format .

generate: tools ## Write anew what is made from the API's description
	@$(PYTHON) -m docs.generate_from_api
