#!/bin/sh
# Prints the events of the receiving neighbor: JSON, one a line.
while read -r line; do
	case $line in
	*'"state": '*) echo "watcher: session ${line##*\"state\": }" >&2 ;;
	*'"type": "update"'*)
		event=${line##*\"message\": }
		echo "watcher: received ${event%%, \"negotiated\"*}" >&2
		;;
	esac
done
