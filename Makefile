# Two commands do everything for a newcomer: make run, make test.
PYTHON ?= python3
TOOLS = $(PYTHON) -m tools
export PORT BENCH ADDON K ODOO_PATH VERBOSE

.DEFAULT_GOAL := help
.PHONY: help run test test-lint test-repo test-odoo test-pytest test-tours test-fast lint format \
	pot po-check init demo shell psql bench adventureworks screenshots up clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 17

run: ## Serve the addons with demo data on http://127.0.0.1:8069 (PORT=… for another)
	@$(TOOLS) run

test: ## Run every layer of tests and print a summary
	@$(TOOLS) test

test-lint test-repo test-odoo test-pytest test-tours: ## Run one layer
	@$(TOOLS) test $(@:test-%=%)

test-fast: ## Quick loop: ADDON=sales_planning [K=expression]
	@$(TOOLS) test-fast

lint: ## Run the linters
	@$(TOOLS) test lint

format: ## Let ruff format the code and sort its imports
	@$(TOOLS) format

pot: ## Export the terms of the addons and merge them into zh_CN.po
	@$(TOOLS) pot

po-check: ## Check that the .pot files match the source and zh_CN.po is complete
	@$(TOOLS) test translations

init: ## Fetch Odoo, the Python packages and PostgreSQL into .local
	@$(TOOLS) init

demo: ## Recreate the demo database that make run serves
	@$(TOOLS) demo

shell: ## Odoo's Python shell on the demo database
	@$(TOOLS) shell

psql: ## psql on the demo database
	@$(TOOLS) psql

bench: ## Measure against hand-written SQL (BENCH=name for one)
	@$(TOOLS) python --copy plain --database sales_bench -- -m bench $(BENCH)

adventureworks: ## Import the AdventureWorks sales history into database sales_adventureworks
	@$(TOOLS) python --copy plain --database sales_adventureworks -- -m tools.adventureworks

screenshots: ## Take the screenshots of the documentation
	@$(TOOLS) python --copy demo --database sales_screenshots -- -m tools.screenshots

up: ## Start the production setup with docker compose
	docker compose up --detach --wait

clean: ## Stop what was started here and remove .local, nothing else
	@$(TOOLS) clean
