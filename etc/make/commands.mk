.PHONY: commands
commands: $(B)/apid ## what follows from the table of commands: manual, completion, fuzz dictionary
	@B=$(B) qa/commands
	@B=$(B) qa/man
