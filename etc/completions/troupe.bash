# bash completion of troupe(8). shellcheck shell=bash

_troupe() {
	local cur prev command='' i
	cur=${COMP_WORDS[COMP_CWORD]}
	prev=${COMP_WORDS[COMP_CWORD - 1]}
	COMPREPLY=()

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--run | --name | --env-file | --log-format | --log-level | --pipename | --batch) ((i++)) ;;
		-*) ;;
		*)
			command=${COMP_WORDS[i]}
			break
			;;
		esac
	done

	case $prev in
	--run)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	--env-file | --batch | --mrt)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--log-format)
		mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur")
		return
		;;
	--log-level)
		mapfile -t COMPREPLY < <(compgen -W 'debug info warn error' -- "$cur")
		return
		;;
	--encoder)
		mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur")
		return
		;;
	--name | --pipename) return ;;
	esac

	local words=
	case $command in
	'')
		words='start status stop restart reload attach detach api cli run logs validate environment
			decode encode migrate configuration doctor healthcheck inject dump version help --run --name --env-file'
		;;
	start | server)
		if [[ $cur == -* ]]; then
			words='-d --daemonize --name --run --env-file --log-format --log-level -v --verbose -1 --once
				-P --passive --help'
		else
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
		fi
		;;
	restart) words='bgpd ribd apid' ;;
	logs) words='-f' ;;
	environment | env) words='--diff --ini' ;;
	inject)
		words='--mrt --as --neighbor --speed --fast --table-only --updates-only --peer --next-hop --limit'
		;;
	dump) words='mrt --table --as --output --every' ;;
	validate | attach | decode | encode | healthcheck)
		if [[ $command == attach && $cur == -* ]]; then
			words='--encoder --events --'
		else
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
		fi
		;;
	api | cli | run)
		# The words of the command behind the options; those of the service when it is there.
		local -a typed=("${COMP_WORDS[@]:i+1:COMP_CWORD-i-1}")
		if [[ $cur == -* ]]; then
			words='--run --name --env-file --socket --pipe --pipename --batch --help'
		else
			words=$("${COMP_WORDS[0]}" cli --complete "${typed[*]}${typed:+ }$cur" 2>/dev/null)
		fi
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -o filenames -F _troupe troupe
