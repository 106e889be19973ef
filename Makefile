# Everything a newcomer or CI calls. Needs Python 3.11+ (with venv), git and make; the rest comes by itself.
PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,$(shell $(p) -c 'import sys; print("$(p)" if sys.version_info >= (3, 11) else "")' 2>/dev/null)))
BIN := .venv/bin
RUN := .venv/.run
DEV := .venv/.dev
NODE := .venv/.node
PO := $(wildcard viewer/translations/*/LC_MESSAGES/messages.po)

.PHONY: demo test check bench fuzz browser pins messages clean

demo: $(RUN)
	@exec $(BIN)/viewer demo $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT))

test: $(DEV) $(NODE) browser
	$(BIN)/python -m pytest $(ARGS)

check: $(DEV) $(NODE)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/djlint templates --check --quiet
	$(BIN)/python -m tests.messages
	$(BIN)/python -m tests.budgets
	$(BIN)/python -m tests.css_support
	$(BIN)/python assets.py npm exec -- tsc --noEmit --project jsconfig.json
	$(BIN)/python assets.py npm exec -- eslint viewer/static/js

bench: $(DEV)
	$(BIN)/python -m tests.bench $(ARGS)

# Whatever the API's document allows and whatever it doesn't, asked 10,000 times; the suite asks less often. Takes half an hour.
fuzz: $(DEV)
	OPENAPI_CASES=10000 $(BIN)/python -m pytest tests/web/test_openapi.py $(ARGS)

# What the browser tests need: a Chromium. Without one they say so and skip (never with CI=true).
browser: $(DEV)
	@$(BIN)/python -m tests.browser.chromium

$(RUN): requirements/run.txt pyproject.toml assets.py package-lock.json $(PO)
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is missing: install it and run make again"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing: install it (Debian: apt install python3-venv) and run make again"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Setting up .venv (the first time takes a few minutes) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): $(RUN) requirements/dev.txt
	@echo "Adding what the tests need to .venv …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(NODE): $(DEV) package-lock.json
	@$(BIN)/python assets.py npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@

# Pins with hashes and without any address; run it after changing dependencies.
UV = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade
pins:
	$(UV) pyproject.toml --group build -o requirements/run.txt
	$(UV) pyproject.toml --group build --group dev -c requirements/run.txt -o requirements/dev.txt

# Collect the translatable sentences and merge them into each catalogue.
messages: $(DEV)
	$(BIN)/python -m tests.messages --update

clean:
	rm -rf .venv node_modules dist viewer/static/vendor viewer/fonts/*.ttf viewer/fonts/serif
