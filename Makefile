# `make run` sets everything up and opens the workspace; `make test` sets everything up and runs the tests.
.DEFAULT_GOAL := help
.PHONY: help run test nightly check bench redaction plugin zellij docs clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
# a Zellij on PATH wins over the one that was built here
export PATH := $(PATH):$(CURDIR)/.tools/bin

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

$(READY): pyproject.toml
	@.ci/venv "$(PYTHON)" "$(VENV)"
	@touch $@

run: $(READY) ## set up, then open the workspace (without a terminal: show one answer and stop)
	@if [ -t 0 ] && [ -t 1 ]; then \
		.ci/zellij || true; \
		command -v picode >/dev/null || echo "picode is $(CURDIR)/$(BIN)/picode; the workspace's shells find it."; \
		exec $(BIN)/picode up; \
	else \
		exec $(BIN)/python -m picode.demonstration; \
	fi

test: $(READY) ## all tests
	@.ci/zellij || { [ -z "$$CI" ] && echo "Without Zellij the tests that need it are skipped."; }
	$(BIN)/python -m pytest $(TESTS)

nightly: $(READY) zellij ## a hundred random walks through the workspace, a thousand kills of the daemon; PICODE_WALK_SEED: another hundred
	PICODE_WALK=$${PICODE_WALK:-100} $(BIN)/python -m pytest tests/workspace/test_walk.py
	PICODE_KILLS=$${PICODE_KILLS:-1000} $(BIN)/python -m pytest --timeout=7200 tests/journey/test_kills.py

check: $(READY) ## format, lint, types, layers, shell scripts, the plugin's core
	@.ci/check "$(BIN)"

bench: $(READY) zellij ## figures and their goals, side by side in one run
	PYTHONPATH=tests $(BIN)/python -m bench

redaction: $(READY) ## precision and recall of what takes secrets out
	PYTHONPATH=tests $(BIN)/python -m support.redaction

plugin: ## build the plugin's wasm
	zellij-plugin/build.sh

zellij: ## find Zellij, or build it into .tools
	@.ci/zellij

docs: $(READY) ## print the reference pages anew
	$(BIN)/python -m picode.config.describe > docs/configuration.md
	$(BIN)/python -m picode.protocol.describe docs
	$(BIN)/python -m picode.tools.describe_panes > docs/panes.md
	$(BIN)/python -m picode.pane.describe > docs/keys.md
	PYTHONPATH=tests $(BIN)/python -m support.model_chaos > docs/failures.md
	PYTHONPATH=tests $(BIN)/python -m support.pi_tools_page > docs/tools.md

clean: ## remove what make built, but for Zellij
	rm -rf $(VENV) dist zellij-plugin/*/target
