# The interactive command line. Only it needs libedit, and nothing of the message bus.
PROGRAMS += cli
SRC_cli := $(wildcard common/cli/*.c)
$(B)/cli: LDLIBS := -ledit
$(B)/tests/cli_%_test: EXTRA = $(call part,cli)
$(B)/tests/cli_%_test: LDLIBS += -ledit
