# The two commands of the README, and the habits. Everything stays inside .venv and build/.
PY := .venv/bin/python
SOURCES := $(shell find cpp cmake python models CMakeLists.txt pyproject.toml -type f \
             -not -name '*.pyc' -not -name '*.so' 2>/dev/null)
TEST_SOURCES := $(shell find tests/cpp -type f 2>/dev/null)
INSTALL := $(PY) -m pip install -q --no-build-isolation --no-deps --force-reinstall \
             -C build-dir=build/venv
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(shell nproc 2>/dev/null || echo 2)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo build test test-full test-gpu fuzz fuzz-smoke fuzz-files bench format lint \
        check-torch clean

demo: .venv/.installed
	@.venv/bin/img2prompt demo

build: .venv/.installed

.venv/.ready: scripts/dev/bootstrap.sh scripts/dev/make_venv.sh
	@bash scripts/dev/bootstrap.sh
	@bash scripts/dev/make_venv.sh
	@touch $@

.venv/.installed: .venv/.ready $(SOURCES)
	@echo "Building img2prompt; the first time takes a few minutes ..."
	@$(INSTALL) .
	@touch $@

.venv/.test-ready: .venv/.ready tests/requirements.txt tests/requirements-no-deps.txt
	@echo "Installing the reference systems that the tests run, into .venv ..."
	@$(PY) -m pip install -q -r tests/requirements.txt
	@$(PY) -m pip install -q --no-deps -r tests/requirements-no-deps.txt
	@touch $@

.venv/.tests-installed: .venv/.test-ready $(SOURCES) $(TEST_SOURCES)
	@echo "Building img2prompt and its C++ tests ..."
	@$(INSTALL) -C cmake.define.IMG2PROMPT_BUILD_TESTS=ON .
	@touch $@ .venv/.installed

# The WebUIs' gradio versions and a browser, for the tests of the tabs.
build/hosts/.ready: .venv/.test-ready scripts/dev/make_host_venvs.sh scripts/dev/bootstrap.sh
	@bash scripts/dev/bootstrap.sh --browser
	@bash scripts/dev/make_host_venvs.sh
	@touch $@

test: export REQUIRE_BROWSER = 1
test test-full: build/hosts/.ready

test: .venv/.tests-installed
	ctest --test-dir build/venv --output-on-failure
	$(PY) -m pytest -q -m "not slow or sampled"
	@$(MAKE) --no-print-directory fuzz-smoke

test-full: .venv/.tests-installed
	ctest --test-dir build/venv --output-on-failure
	$(PY) -m pytest -q
	@$(MAKE) --no-print-directory fuzz-smoke

# Every fuzz target for SECONDS, two at a time, and a table of what came of it.
SECONDS := 600
fuzz: .venv/.test-ready
	@bash scripts/dev/bootstrap.sh --fuzz
	$(PY) scripts/dev/fuzz.py --seconds $(SECONDS) $(TARGETS)

# The same for half a minute each; left out where there is no clang and no way to install one,
# unless REQUIRE_FUZZ is set.
fuzz-smoke: .venv/.test-ready
	@bash scripts/dev/bootstrap.sh --fuzz || true
	@$(PY) scripts/dev/fuzz.py --seconds 30 --seed 1 && \
	 $(PY) scripts/dev/fuzz_files.py --quiet --corruptions 500 --prefixes 1000 \
	   $(addprefix build/fuzz/seeds/,png jpeg webp gif iso_boxes decode_bmp) || \
	 { [ $$? = 3 ] && [ -z "$$REQUIRE_FUZZ" ] && echo "fuzz: skipped, no clang"; }

# Broken and sound pictures of others, or with FILES=folder those below it, whole, cut and damaged.
fuzz-files: .venv/.test-ready
	@bash scripts/dev/bootstrap.sh --fuzz
	$(PY) scripts/dev/fuzz_files.py $(FILES)

# On a machine with CUDA or MPS; without one it fails.
test-gpu: .venv/.tests-installed
	REQUIRE_GPU=1 $(PY) -m pytest -q -m gpu tests/python/gpu

bench: .venv/.test-ready .venv/.installed
	$(PY) scripts/dev/bench/run.py

.venv/.lint-ready: .venv/.ready
	@bash scripts/dev/bootstrap.sh --format
	@$(PY) -m pip install -q ruff mypy
	@touch $@

format: .venv/.lint-ready
	find cpp tests -name '*.h' -o -name '*.cpp' | xargs clang-format -i
	.venv/bin/ruff format python scripts tests
	.venv/bin/ruff check --fix python scripts tests

lint: .venv/.lint-ready
	find cpp tests -name '*.h' -o -name '*.cpp' | xargs clang-format --dry-run --Werror
	.venv/bin/ruff format --check python scripts tests
	.venv/bin/ruff check python scripts tests
	.venv/bin/mypy
	$(PY) scripts/dev/check_layers.py

# Compiles against other torch releases' wheels; downloads a gigabyte or two.
check-torch: .venv/.ready
	bash scripts/dev/check_torch_version.sh 2.1.2 3.10
	bash scripts/dev/check_torch_version.sh 2.14.1

clean:
	rm -rf build
