#!/bin/sh
# Announces a service address, and every few seconds a change: what a health check would do.
# Every line written is a command; every command is answered with `done` or `error`.
say() {
	echo "$1"
	read -r answer || exit 0
	echo "speaker: $1 -> $answer" >&2
}

say "announce route 198.51.100.1/32 next-hop 192.0.2.1 community [ 64512:80 ]"
say "announce route 2001:db8:100::1/128 next-hop 2001:db8::1"
while :; do
	say "announce route 203.0.113.0/24 next-hop 192.0.2.1 med 100"
	sleep 3
	say "withdraw route 203.0.113.0/24 next-hop 192.0.2.1"
	sleep 3
done
