# Each of these is a command of tasks.py, which works without make too: python3 tasks.py demo
PYTHON ?= python3

.PHONY: help setup demo run upgrade test test-postgres gates bench check translate lock clean

help: ; @$(PYTHON) tasks.py
setup: ; @$(PYTHON) tasks.py setup
demo: ; @$(PYTHON) tasks.py demo $(ARGS)
run: ; @$(PYTHON) tasks.py run $(ARGS)
upgrade: ; @$(PYTHON) tasks.py upgrade
test: ; @$(PYTHON) tasks.py test $(ARGS)
test-postgres: ; @$(PYTHON) tasks.py test-postgres $(ARGS)
gates: ; @$(PYTHON) tasks.py gates $(ARGS)
bench: ; @$(PYTHON) tasks.py bench $(ARGS)
check: ; @$(PYTHON) tasks.py check
translate: ; @$(PYTHON) tasks.py translate
lock: ; @$(PYTHON) tasks.py lock $(ARGS)
clean: ; @$(PYTHON) tasks.py clean
