# Needs make, a POSIX shell and Python 3.11 or newer with pip and venv; everything else is installed into .venv.
# Another interpreter: make install PYTHON=python3.12

.POSIX:
.SUFFIXES:
PYTHON = python3
T =
SIZES =
SEARCH =
BIN = .venv/bin

help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

install: ## Build .venv and install the locked packages, those for developing included
	@PYTHON="$(PYTHON)" sh scripts/install development

run: ## Start the desk (web, worker, beat) with the demo on SQLite; Ctrl-C stops it. HOST and PORT choose the address
	@PYTHON="$(PYTHON)" sh scripts/install base
	@exec $(BIN)/python -m config.start

test: install ## Run every check and all tests on SQLite and PostgreSQL; T=tests/sla for one part
	@exec $(BIN)/python scripts/test.py $(T)

lint: install ## Check style, types and who imports whom
	@exec $(BIN)/python scripts/test.py --lint

fix: install ## Repair what ruff can repair by itself, then format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

format: install ## Format the code
	$(BIN)/ruff format .

messages: install ## Collect the texts to translate into locale/ and compile them (needs gettext)
	@command -v msgfmt >/dev/null || { echo "Translations need gettext: apt-get install gettext"; exit 1; }
	$(BIN)/python manage.py makemessages --all --no-obsolete --no-wrap --add-location file --ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*'
	$(BIN)/python manage.py compilemessages --ignore '.venv/*'

benchmark: install ## Measure the desk against bare views of the same run (needs PostgreSQL; minutes). SIZES="--sizes 1000,1000000"
	@exec $(BIN)/python -m benchmarks.run $(SIZES)

benchmark-search: install ## Measure both search engines next to bm25s and SQLite FTS5. SEARCH="--kb FOLDER --sizes 1000,10000"
	@exec $(BIN)/python -m benchmarks.search $(SEARCH)

screenshots: install ## Photograph the pages of the README in Chromium
	@exec $(BIN)/python scripts/screenshots.py

demo: ## Load the demo into an empty desk, as the first make run does
	@PYTHON="$(PYTHON)" sh scripts/install base
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py load_demo --if-empty

lock: ## Pin all packages anew in requirements/ (uses uv in a throw-away environment)
	@PYTHON="$(PYTHON)" sh scripts/lock

clean: ## Remove .venv and caches; the desk's own data in var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help install run test lint fix format messages benchmark benchmark-search screenshots demo lock clean
