# Troupe. `make help` lists the targets. Objects go to build/ (B=DIR: somewhere else).
B ?= build
CONF ?= etc/examples/quickstart.conf
PREFIX ?= /usr/local
DESTDIR ?=
SHARED ?= ../shared
V ?= 0
WERROR ?=
SAN ?=
FUZZ ?=
SECONDS ?= 60
JOBS ?= $(shell nproc)
export TROUPE_LIBEXEC = $(abspath $(B))

CC ?= cc
CSTD := -std=gnu11 -D_GNU_SOURCE
WARN := -Wall -Wextra -Wshadow -Wcast-qual -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes \
	-Wmissing-declarations -Wvla -Wswitch-enum -Wformat=2 -Wundef -Wwrite-strings -Wno-missing-field-initializers
HARDEN := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
OPT ?= -O2 -g
ifneq ($(SAN),)
HARDEN := -fPIE
OPT := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
LDSAN := -fsanitize=address,undefined
endif
ifneq ($(FUZZ),)
OPT += -fsanitize=fuzzer-no-link
endif
CFLAGS += $(CSTD) $(OPT) $(WARN) $(HARDEN) $(if $(WERROR),-Werror) -I. -I$(B)/gen -MMD -MP
LDFLAGS += -pie -Wl,-z,relro,-z,now $(LDSAN)
LDLIBS := -lnng -lmsgpackc -lm -lpthread

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-5s %s\n' $(1) $(2);)

LIBS := common ipc wire text
SRC_common := $(wildcard common/*.c)
SRC_ipc := $(wildcard proto/ipc/*.c)
SRC_wire := $(wildcard proto/wire/*.c)
SRC_text := $(wildcard proto/text/*.c)
PROGRAMS := supervise bgpd ribd apid ctl healthcheck
SRC_supervise := $(wildcard common/supervise/*.c)
SRC_ctl := $(wildcard common/ctl/*.c)
SRC_bgpd := $(wildcard bgpd/*.c)
SRC_ribd := $(wildcard ribd/*.c)
SRC_apid := $(wildcard apid/*.c)
SRC_healthcheck := $(wildcard apid/helpers/healthcheck/*.c)
TESTS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*_test.c))
TOOLS := $(patsubst qa/tools/%.c,%,$(wildcard qa/tools/*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*_fuzz.c))

obj = $(patsubst %.c,$(B)/o/%.o,$(SRC_$(1)))
ARCHIVES := $(foreach l,text wire ipc common,$(B)/lib$(l).a)

include $(wildcard etc/make/*.mk)

.DEFAULT_GOAL := all
.PHONY: all
all: $(PROGRAMS:%=$(B)/%) $(TOOLS:%=$(B)/tools/%) ## build everything

$(B)/o/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<) $(CC) $(CFLAGS) -c $< -o $@

define lib_rule
$(B)/lib$(1).a: $(call obj,$(1))
	@mkdir -p $$(@D); rm -f $$@
	$(Q)$$(AR) rcs $$@ $$^
endef
$(foreach l,$(LIBS),$(eval $(call lib_rule,$(l))))

define program_rule
$(B)/$(1): $(call obj,$(1)) $(ARCHIVES)
	$$(call say,LD,$$@) $$(CC) $$(LDFLAGS) -o $$@ $(call obj,$(1)) -Wl,--start-group $(ARCHIVES) -Wl,--end-group $$(LDLIBS)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program_rule,$(p))))

# guard drives ribd's objects too.
$(B)/tools/guard: EXTRA = $(filter-out %/main.o,$(call obj,ribd))
$(B)/tools/guard: $(filter-out %/main.o,$(call obj,ribd))
$(B)/tools/%: qa/tools/%.c $(ARCHIVES)
	@mkdir -p $(@D)
	$(call say,LD,$@) $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(EXTRA) -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LDLIBS)

# A daemon's own files, without its main.c, for the unit tests of that daemon (BGPD_OBJS and so on).
part = $(filter-out %/main.o,$(call obj,$(1)))
$(B)/tests/bgpd_%_test: EXTRA = $(call part,bgpd)
$(B)/tests/ribd_%_test: EXTRA = $(call part,ribd)
$(B)/tests/apid_%_test: EXTRA = $(call part,apid)
$(B)/tests/supervise_%_test: EXTRA = $(call part,supervise)
$(B)/tests/healthcheck_%_test: EXTRA = $(call part,healthcheck)
.SECONDEXPANSION:
$(B)/tests/%_test: tests/unit/%_test.c $$(call part,$$(firstword $$(subst _, ,$$*))) $(ARCHIVES)
	@mkdir -p $(@D)
	$(call say,LD,$@) $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(EXTRA) -Wl,--start-group $(ARCHIVES) -Wl,--end-group -lcmocka $(LDLIBS)

# Replays a corpus without clang; with FUZZ=1 the same file is linked with libFuzzer.
FUZZ_MAIN := $(if $(FUZZ),-fsanitize=fuzzer,-DFUZZ_REPLAY) -Wno-missing-prototypes -Wno-missing-declarations
$(B)/fuzz/bgpd_%_fuzz: EXTRA = $(call part,bgpd)
$(B)/fuzz/ribd_%_fuzz: EXTRA = $(call part,ribd)
$(B)/fuzz/apid_%_fuzz: EXTRA = $(call part,apid)
$(B)/fuzz/%_fuzz: tests/fuzz/%_fuzz.c tests/fuzz/replay.h $$(call part,$$(firstword $$(subst _, ,$$*))) $(ARCHIVES)
	@mkdir -p $(@D)
	$(call say,LD,$@) $(CC) $(CFLAGS) $(LDFLAGS) $(FUZZ_MAIN) -o $@ $< $(EXTRA) -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LDLIBS)

.PHONY: help deps deps-qa run programs-of-tests test asan lint conformance interop bench bench-quick bench-guard fuzz readme format install clean
help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

deps: ## install the libraries that are missing (Debian packages; sudo when not root)
	@qa/packages libnng-dev libmsgpack-dev libcmocka-dev libedit-dev python3

deps-qa: ## install the daemons and tools of the interop tests
	@qa/packages bird2 frr gobgpd openbgpd exabgp tshark bgpdump valgrind

run: deps ## build, and run CONF=FILE in the foreground
	@$(MAKE) --no-print-directory -j$(JOBS) all
	exabgp_daemon_user=$${exabgp_daemon_user:-$$(id -un)} exec etc/troupe start $(CONF)

programs-of-tests: all $(TESTS:%=$(B)/tests/%) $(FUZZERS:%=$(B)/fuzz/%)

test: deps ## build and run the unit tests, the fuzz corpora and the system tests
	@$(MAKE) --no-print-directory -j$(JOBS) programs-of-tests
	@B=$(B) qa/run-all

asan: deps ## the same with AddressSanitizer and UndefinedBehaviorSanitizer, in build-asan/
	@$(MAKE) --no-print-directory -j$(JOBS) SAN=1 B=$(B)-asan programs-of-tests
	@B=$(B)-asan SAN=1 qa/run-all

lint: $(B)/tools/ipcdoc $(B)/apid ## clang-format, clang-tidy, cppcheck, layering and headers that compile alone
	@CSTD="$(CSTD)" TROUPE_BUILD=$(B) qa/lint

conformance: all ## run the shared cases (SHARED=DIR, CONFORMANCE_ARGS='--only X')
	/usr/bin/python3 $(SHARED)/conformance/runner/run.py --daemon '$(CURDIR)/etc/troupe start {conf}' \
		--decoder '$(CURDIR)/etc/troupe decode' --env troupe_rib_settle=100 --jobs 2 $(CONFORMANCE_ARGS)

interop: all deps-qa ## run against BIRD, FRR, GoBGP and OpenBGPD (ARGS=...)
	@B=$(B) qa/interop/run $(ARGS)

bench: all ## measure beside the installed BGP speakers, 20 minutes at most (ARGS=...)
	@B=$(B) qa/bench/run $(ARGS)

bench-quick: all ## the same in two minutes at most
	@B=$(B) qa/bench/run --quick $(ARGS)

bench-guard: $(B)/tools/guard ## fail when a hot path takes 10 % more instructions than qa/bench/guard.txt
	@TROUPE_BUILD=$(B) qa/bench/guard

fuzz: ## run each fuzzer SECONDS=60 with clang's libFuzzer, in build-fuzz/
	@$(MAKE) --no-print-directory -j$(JOBS) CC=clang SAN=1 FUZZ=1 B=$(B)-fuzz $(FUZZERS:%=$(B)-fuzz/fuzz/%)
	@B=$(B)-fuzz qa/fuzz $(SECONDS)

readme: $(B)/tools/ipcdoc ## put the generated table of messages into README.md
	@TROUPE_BUILD=$(B) qa/readme

format: ## rewrite the sources with clang-format
	@git ls-files '*.[ch]' | xargs clang-format -i

DEST = $(DESTDIR)$(PREFIX)
install: all ## install to PREFIX (below DESTDIR)
	install -d $(DEST)/bin $(DEST)/libexec/troupe $(DEST)/share/doc/troupe/examples
	install -m 755 etc/troupe $(DEST)/bin/troupe
	install -m 755 $(PROGRAMS:%=$(B)/%) $(DEST)/libexec/troupe
	cp -R etc/examples/. $(DEST)/share/doc/troupe/examples
	install -m 644 $(wildcard README.md LICENSE) $(DEST)/share/doc/troupe
	set -e; for page in $(wildcard etc/man/*.[1-8]); do \
		install -D -m 644 $$page $(DEST)/share/man/man$${page##*.}/$${page##*/}; done
	set -e; for unit in $(wildcard etc/*.service); do \
		install -D -m 644 $$unit $(DEST)/lib/systemd/system/$${unit##*/}; \
		sed -i 's#/usr/local/#$(PREFIX)/#' $(DEST)/lib/systemd/system/$${unit##*/}; done

clean: ## remove build, build-asan and build-fuzz
	rm -rf build build-asan build-fuzz

-include $(shell find $(B) -name '*.d' 2>/dev/null)
