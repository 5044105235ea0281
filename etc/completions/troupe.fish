# fish completion of troupe(8).

set -l commands start status stop restart reload attach detach api cli run logs validate environment \
	decode encode migrate configuration doctor healthcheck inject dump version help

function __troupe_words
	set -l tokens (commandline -opc)
	set -l typed
	set -l seen 0
	for token in $tokens[2..-1]
		if test $seen = 1
			set -a typed $token
		else if contains -- $token api cli run
			set seen 1
		end
	end
	set -a typed (commandline -ct)
	command troupe cli --complete (string join ' ' -- $typed) 2>/dev/null
end

complete -c troupe -f
complete -c troupe -l run -x -a '(__fish_complete_directories)' -d 'run directory'
complete -c troupe -l name -x -d 'name of the group'
complete -c troupe -l env-file -r -F -d settings

complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a start -d 'start a group of processes'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a status -d 'processes and sessions'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a stop -d 'end the group'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a restart -d 'start one daemon again, or all'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a reload -d 'read the configuration again'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a attach -d 'start a helper program'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a detach -d 'end a helper program'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a api -d 'run one API command'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a cli -d 'commands from you'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a run -d 'run one API command'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a logs -d 'what a group in the background wrote'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a migrate -d 'rewrite old configurations and commands'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a doctor -d 'what is wrong here'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a validate -d 'check configuration files'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a environment -d 'the settings'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a decode -d 'BGP messages to JSON'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a encode -d 'routes to BGP messages'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a healthcheck -d 'announce addresses while a check succeeds'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a inject -d 'announce the routes of an MRT file'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a dump -d 'write received routes to MRT files'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a version -d 'the version'
complete -c troupe -n "not __fish_seen_subcommand_from $commands" -a help -d 'the commands'

complete -c troupe -n '__fish_seen_subcommand_from start validate healthcheck decode' -F
complete -c troupe -n '__fish_seen_subcommand_from start' -s d -l daemonize -d 'to the background'
complete -c troupe -n '__fish_seen_subcommand_from start' -l log-format -x -a 'text json' -d 'format of the log'
complete -c troupe -n '__fish_seen_subcommand_from start' -l log-level -x -a 'debug info warn error' -d 'least level'
complete -c troupe -n '__fish_seen_subcommand_from start' -s v -l verbose -d 'like --log-level debug'
complete -c troupe -n '__fish_seen_subcommand_from start' -s 1 -l once -d 'one session attempt per peer'
complete -c troupe -n '__fish_seen_subcommand_from start' -s P -l passive -d 'never connect out'
complete -c troupe -n '__fish_seen_subcommand_from restart' -a 'bgpd ribd apid'
complete -c troupe -n '__fish_seen_subcommand_from logs' -s f -d 'and what is added'
complete -c troupe -n '__fish_seen_subcommand_from environment' -l diff -d 'only what is not the default'
complete -c troupe -n '__fish_seen_subcommand_from environment' -l ini -d 'as an INI file'
complete -c troupe -n '__fish_seen_subcommand_from inject' -l mrt -r -F -d 'file to read'
complete -c troupe -n '__fish_seen_subcommand_from inject' -l fast -d 'without waiting'
complete -c troupe -n '__fish_seen_subcommand_from inject' -l speed -x -d 'times as fast'
complete -c troupe -n '__fish_seen_subcommand_from inject' -l neighbor -x -d 'only to these'
complete -c troupe -n '__fish_seen_subcommand_from inject' -l peer -x -d 'only from this peer of the collector'
complete -c troupe -n '__fish_seen_subcommand_from inject' -l next-hop -x -a self -d 'instead of that of the file'
complete -c troupe -n '__fish_seen_subcommand_from inject' -l limit -x -d 'most routes'
complete -c troupe -n '__fish_seen_subcommand_from inject' -l table-only -d 'no updates'
complete -c troupe -n '__fish_seen_subcommand_from inject' -l updates-only -d 'no tables'
complete -c troupe -n '__fish_seen_subcommand_from dump' -a mrt
complete -c troupe -n '__fish_seen_subcommand_from dump' -l table -d 'of adj-rib-in'
complete -c troupe -n '__fish_seen_subcommand_from dump' -l output -r -F -d 'name of the files'
complete -c troupe -n '__fish_seen_subcommand_from dump' -l every -x -d 'again and again'
complete -c troupe -n '__fish_seen_subcommand_from inject dump' -l as -x -d 'name of the helper'
complete -c troupe -n '__fish_seen_subcommand_from attach' -l encoder -x -a 'text json' -d 'of events'
complete -c troupe -n '__fish_seen_subcommand_from attach' -l events -d 'all events'
complete -c troupe -n '__fish_seen_subcommand_from api cli run' -a '(__troupe_words)'
complete -c troupe -n '__fish_seen_subcommand_from cli run' -l batch -r -F -d 'a command in each line'
complete -c troupe -n '__fish_seen_subcommand_from cli run' -l pipe -d 'by named pipes'
complete -c troupe -n '__fish_seen_subcommand_from cli run' -l socket -d 'by socket'
complete -c troupe -n '__fish_seen_subcommand_from cli run' -l pipename -x -d 'name of the pipes'
