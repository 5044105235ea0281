# The interactive command line. Only it needs libedit, and nothing of the message bus.
PROGRAMS += cli
SRC_cli := $(wildcard common/cli/*.c)
$(B)/cli: LDLIBS := -ledit
$(B)/tests/cli_%_test $(B)/fuzz/cli_%_fuzz: EXTRA = $(call part,cli)
$(B)/tests/cli_%_test $(B)/fuzz/cli_%_fuzz: LDLIBS += -ledit

# Completions of the shells, where each looks for them.
.PHONY: install-completions
install: install-completions
install-completions:
	install -D -m 644 etc/completions/troupe.bash $(DEST)/share/bash-completion/completions/troupe
	install -D -m 644 etc/completions/_troupe $(DEST)/share/zsh/site-functions/_troupe
	install -D -m 644 etc/completions/troupe.fish $(DEST)/share/fish/vendor_completions.d/troupe.fish

.PHONY: man
man: $(B)/apid ## put the table of commands into etc/man/troupe-api.7
	@B=$(B) qa/man
