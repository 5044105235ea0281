# Troupe. `make help` lists the targets. Objects go to build/ (B=DIR: somewhere else).
B ?= build
CONF ?= etc/examples/quickstart.conf
PREFIX ?= /usr/local
DESTDIR ?=
SHARED ?= ../shared
V ?= 0
WERROR ?=
SAN ?=
JOBS ?= $(shell nproc)

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
PROGRAMS := supervise bgpd ribd apid ctl
SRC_supervise := $(wildcard common/supervise/*.c)
SRC_ctl := $(wildcard common/ctl/*.c)
SRC_bgpd := $(wildcard bgpd/*.c)
SRC_ribd := $(wildcard ribd/*.c)
SRC_apid := $(wildcard apid/*.c)
TESTS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*_test.c))
TOOLS := $(patsubst qa/tools/%.c,%,$(wildcard qa/tools/*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*_fuzz.c))

obj = $(patsubst %.c,$(B)/%.o,$(SRC_$(1)))
ARCHIVES := $(foreach l,text wire ipc common,$(B)/lib$(l).a)

include $(wildcard etc/make/*.mk)

.DEFAULT_GOAL := all
.PHONY: all
all: $(PROGRAMS:%=$(B)/%) $(TOOLS:%=$(B)/tools/%) ## build everything

$(B)/%.o: %.c
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

$(B)/tools/%: qa/tools/%.c $(ARCHIVES)
	@mkdir -p $(@D)
	$(call say,LD,$@) $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LDLIBS)

# A daemon's own files, without its main.c, for the unit tests of that daemon (BGPD_OBJS and so on).
part = $(filter-out %/main.o,$(call obj,$(1)))
$(B)/tests/bgpd_%_test: EXTRA = $(call part,bgpd)
$(B)/tests/ribd_%_test: EXTRA = $(call part,ribd)
$(B)/tests/apid_%_test: EXTRA = $(call part,apid)
$(B)/tests/supervise_%_test: EXTRA = $(call part,supervise)
.SECONDEXPANSION:
$(B)/tests/%_test: tests/unit/%_test.c $$(call part,$$(firstword $$(subst _, ,$$*))) $(ARCHIVES)
	@mkdir -p $(@D)
	$(call say,LD,$@) $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(EXTRA) -Wl,--start-group $(ARCHIVES) -Wl,--end-group -lcmocka $(LDLIBS)

# Replays a corpus without clang; `make fuzz` builds the same file with libFuzzer.
$(B)/fuzz/%: tests/fuzz/%.c tests/fuzz/replay.h $(ARCHIVES)
	@mkdir -p $(@D)
	$(call say,LD,$@) $(CC) $(CFLAGS) $(LDFLAGS) -DFUZZ_REPLAY -o $@ $< -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LDLIBS)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
