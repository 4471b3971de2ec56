# A thin front for CMake + Ninja. `make` builds program and library, `make demo` runs the main job, `make test` tests.
# Only deps, demo, test, check, fuzz, faults, flips, kills, deb and check-deb install packages.
BUILD ?= build
PREFIX ?= /usr/local
CONFIGURE = cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=$(PREFIX)

all: $(BUILD)/build.ninja
	@cmake --build $(BUILD) --target lince_cli lince lince_shared

$(BUILD)/build.ninja:
	@$(CONFIGURE) || { scripts/install-deps.sh say; exit 1; }

deps:
	@scripts/install-deps.sh

demo: deps all
	@scripts/demo.sh $(BUILD)/lince

# Configured anew: the tests need packages that may be here only now.
test: deps
	@$(CONFIGURE) >/dev/null
	@cmake --build $(BUILD)
	@ctest --test-dir $(BUILD) --output-on-failure --no-tests=error -j2

# The kernels against their bounds (docs/tolerances.md) over 10,000 random shapes at each level: about half an hour.
test-shapes: deps
	@$(CONFIGURE) >/dev/null
	@cmake --build $(BUILD)
	@ctest --test-dir $(BUILD) -C shapes -R '^shapes/' --verbose --no-tests=error

check: deps
	@scripts/check.sh

# Every fuzz harness for a minute; SECONDS=600 for longer, JOBS=2 for two at a time.
SECONDS ?= 60
JOBS ?= 1
fuzz: deps
	@scripts/fuzz.sh -j $(JOBS) $(SECONDS)

# Every allocation and every system call of every command fails once, on tiny data: an hour (docs/reliability.md).
faults: deps
	@$(CONFIGURE) >/dev/null
	@cmake --build $(BUILD) --target faults

# A million times, bits of weights and checkpoints are turned over: minutes.
flips: deps
	@$(CONFIGURE) >/dev/null
	@cmake --build $(BUILD) --target million_flips

# Files made to take all memory or time, whole ones of gigabytes: a quarter of an hour.
bombs: all
	@cmake --build $(BUILD) --target bombs

# Ten thousand times a training is ended at a random moment and gone on with (docs/reliability.md): hours.
kills: deps
	@$(CONFIGURE) >/dev/null
	@cmake --build $(BUILD) --target kills

# Names and texts that would command what shows them, put together at random, wherever some are shown: half an hour.
canaries: all
	@cmake --build $(BUILD) --target canaries

bench: all
	@scripts/bench.sh $(BUILD)

# Beside PyTorch and ONNX Runtime (a private environment under build/; downloads some GB): writes bench/results.md.
bench-peers: all
	@bench/peers/setup.sh $(BUILD)/peers
	@cmake --build $(BUILD) --target bench_model bench_recurrent bench_loader
	@$(BUILD)/peers/bin/python bench/peers/run.py $(BUILD) $(BUILD)/peers

# The tracked files as build/dist/lince-VERSION.tar.gz, of one commit always the same bytes; whether two builds of it are the
# same, too.
dist:
	@scripts/dist.sh $(BUILD)/dist

reproduce:
	@scripts/reproduce.sh $(BUILD)/reproduce

# Debian packages, in build/deb; whether they can be installed, used and removed, in a Debian of their own (as root).
deb:
	@scripts/deb.sh $(BUILD)/deb

check-deb:
	@scripts/check-deb.sh $(BUILD)/deb $(BUILD)/deb-root

install: all
	@cmake --install $(BUILD) --prefix $(PREFIX)

clean:
	@rm -rf $(BUILD) build-check build-fuzz

.PHONY: all deps demo test test-shapes check fuzz faults flips bombs kills canaries bench bench-peers dist reproduce deb check-deb \
    install clean
