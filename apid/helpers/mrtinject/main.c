/*
 * mrtinject: announces what is in MRT files, through the API. Run by the service like any helper
 * (`process { run … }` or `troupe attach`), or alone with --no-ack to see the commands.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apid/helpers/mrtinject/command.h"
#include "apid/helpers/mrtinject/replay.h"
#include "apid/helpers/mrtinject/service.h"

static const char usage[] =
	"usage: mrtinject [OPTIONS] FILE...\n"
	"Announces the routes of MRT files: tables, then updates at their times.\n"
	"  --neighbor SELECTOR   to these neighbors only (\"192.0.2.1\", \"192.0.2.1 local-as "
	"65000\")\n"
	"  --speed FACTOR        updates so many times as fast (default 1)\n"
	"  --fast                updates without waiting\n"
	"  --table-only          no updates\n"
	"  --updates-only        no tables\n"
	"  --peer ADDRESS        only what the collector had from this peer\n"
	"  --next-hop ADDRESS    instead of that of the file (of its address family); or self\n"
	"  --limit N             at most N routes\n"
	"  --exit                end when everything is answered (default: stay, so that the "
	"service\n"
	"                        does not start it again)\n"
	"  --no-ack              print the commands, read no answers\n";

struct options {
	struct service service;
	struct commands commands;
	struct replay replay;
	bool leave, help;
};

static int
set_speed(struct options *o, const char *text)
{
	char *end;

	errno = 0;
	o->replay.speed = strtod(text, &end);
	return errno == 0 && end != text && *end == '\0' && isfinite(o->replay.speed) &&
			       o->replay.speed > 0
		       ? 0
		       : -1;
}

static int
set_nexthop(struct options *o, const char *text)
{
	o->commands.nexthop_self = strcmp(text, "self") == 0;
	return o->commands.nexthop_self ? 0 : addr_parse(text, strlen(text), &o->commands.nexthop);
}

/* A selector is words on a command line: no second line, no second command. */
static int
set_neighbor(struct options *o, const char *text)
{
	o->commands.neighbor = text;
	return *text != '\0' && strpbrk(text, "\r\n;#") == NULL ? 0 : -1;
}

static int
set_option(struct options *o, int c)
{
	switch (c) {
	case 'n':
		return set_neighbor(o, optarg);
	case 's':
		return set_speed(o, optarg);
	case 'f':
		o->replay.speed = 0;
		return 0;
	case 't':
		o->replay.updates = false;
		return 0;
	case 'u':
		o->replay.table = false;
		return 0;
	case 'p':
		return addr_parse(optarg, strlen(optarg), &o->replay.peer);
	case 'x':
		return set_nexthop(o, optarg);
	case 'l':
		return parse_u64(optarg, strlen(optarg), UINT64_MAX, &o->commands.limit);
	case 'e':
		o->leave = true;
		return 0;
	case 'a':
		o->service.acks = false;
		return 0;
	case 'h':
		o->help = true;
		return 0;
	default:
		return -1;
	}
}

static int
parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "neighbor", required_argument, NULL, 'n' },
		{ "speed", required_argument, NULL, 's' },
		{ "fast", no_argument, NULL, 'f' },
		{ "table-only", no_argument, NULL, 't' },
		{ "updates-only", no_argument, NULL, 'u' },
		{ "peer", required_argument, NULL, 'p' },
		{ "next-hop", required_argument, NULL, 'x' },
		{ "limit", required_argument, NULL, 'l' },
		{ "exit", no_argument, NULL, 'e' },
		{ "no-ack", no_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};

	for (int c; (c = getopt_long(argc, argv, "h", longs, NULL)) != -1;)
		if (set_option(o, c) < 0)
			return -1;
	if (!o->replay.table && !o->replay.updates)
		return -1;
	return optind < argc || o->help ? 0 : -1;
}

static void
report(const struct options *o)
{
	fprintf(stderr,
		"mrtinject: %" PRIu64 " routes announced, %" PRIu64 " withdrawn; %" PRIu64
		" commands refused; left out: %" PRIu64 " routes without a command, %" PRIu64
		" malformed records, %" PRIu64 " records of other kinds\n",
		o->commands.announced, o->commands.withdrawn, o->service.refused,
		o->commands.unsayable, o->replay.malformed, o->replay.left_out);
}

static int
run(struct options *o, char **files)
{
	struct buf line = { 0 };
	int status = 0;

	signal(SIGPIPE, SIG_IGN);
	if (o->service.acks) {
		BUF_LIT(&line, "enable-ack"); /* answered whatever the settings say */
		service_command(&o->service, &line);
		buf_fini(&line);
	}
	for (; *files != NULL; files++)
		if (replay_file(&o->replay, *files) < 0)
			status = 1;
	service_finish(&o->service);
	report(o);
	if (o->service.refused > 0)
		status = 1;
	if (o->service.acks && !o->leave)
		service_stay(&o->service);
	buf_fini(&o->service.commands);
	buf_fini(&o->service.answers);
	buf_fini(&o->commands.line);
	return status;
}

int
main(int argc, char **argv)
{
	struct options o = { .service = { .in = STDIN_FILENO, .out = STDOUT_FILENO, .acks = true },
		.replay = { .speed = 1, .table = true, .updates = true } };

	o.commands.service = o.replay.service = &o.service;
	o.replay.commands = &o.commands;
	if (parse_options(argc, argv, &o) < 0) {
		fputs(usage, stderr);
		return 2;
	}
	if (o.help) {
		fputs(usage, stdout);
		return 0;
	}
	return run(&o, argv + optind);
}
