/*
 * mrtdump: writes MRT files of what the service's peers send (BGP4MP_ET, from packets events), or,
 * with --table, of the routes they have sent (TABLE_DUMP_V2, from answers of the API). Run by the
 * service like any helper; in the second form it writes commands to standard output.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "apid/helpers/mrtdump/event.h"
#include "apid/helpers/mrtdump/lines.h"
#include "apid/helpers/mrtdump/output.h"
#include "apid/helpers/mrtdump/table.h"
#include "common/addr.h"

static const char usage[] =
	"usage: mrtdump [--rotate SECONDS] [--size BYTES] [--output PATTERN]\n"
	"       mrtdump --table [--every SECONDS] [--exit] [--output PATTERN]\n"
	"Writes MRT files: messages and state changes as BGP4MP_ET, or tables as TABLE_DUMP_V2.\n"
	"  --output PATTERN   name of the files, with strftime(3) fields, in UTC\n"
	"                     (updates.%Y%m%d.%H%M%S.mrt, rib.%Y%m%d.%H%M%S.mrt)\n"
	"  --rotate SECONDS   a new file at every multiple\n"
	"  --size BYTES       a new file before one gets larger\n"
	"  --table            what is in adj-rib-in now, instead of events\n"
	"  --every SECONDS    a table again and again\n"
	"  --exit             end after the table (default: stay, so that the service does not "
	"start\n"
	"                     it again)\n"
	"Events are those that the neighbor's configuration sends to this process:\n"
	"  api { processes [ NAME ]; neighbor-changes; fsm;\n"
	"        receive { packets; open; update; notification; keepalive; refresh; } }\n"
	"Tables need `adj-rib-in` of the neighbors (the default). SIGHUP begins a new file.\n";

struct options {
	struct output output;
	struct lines in;
	bool table, leave, help;
	uint64_t every;
	int signals;
};

static uint64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static int
number(uint64_t *out)
{
	return parse_u64(optarg, strlen(optarg), UINT32_MAX, out) == 0 && *out > 0 ? 0 : -1;
}

static int
parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "rotate", required_argument, NULL, 'r' },
		{ "size", required_argument, NULL, 's' },
		{ "table", no_argument, NULL, 't' },
		{ "every", required_argument, NULL, 'e' },
		{ "exit", no_argument, NULL, 'x' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int result = 0;

	for (int c; (c = getopt_long(argc, argv, "h", longs, NULL)) != -1;) {
		if (c == 'o')
			o->output.pattern = optarg;
		else if (c == 'r')
			result |= number(&o->output.rotate);
		else if (c == 's')
			result |= number(&o->output.size);
		else if (c == 'e')
			result |= number(&o->every);
		else if (c == '?')
			return -1;
		o->table |= c == 't';
		o->leave |= c == 'x';
		o->help |= c == 'h';
	}
	if (o->output.pattern == NULL)
		o->output.pattern =
			o->table ? "rib.%Y%m%d.%H%M%S.mrt" : "updates.%Y%m%d.%H%M%S.mrt";
	if (o->table ? o->output.rotate + o->output.size > 0 : o->every > 0 || o->leave)
		result = -1;
	return optind == argc && *o->output.pattern != '\0' ? result : -1;
}

/* SIGTERM and SIGINT: false, the end. SIGHUP: a new file. */
static bool
take_signal(struct options *o)
{
	struct signalfd_siginfo info;

	if (read(o->signals, &info, sizeof(info)) != sizeof(info))
		return true;
	if (info.ssi_signo != SIGHUP)
		return false;
	output_close(&o->output);
	return true;
}

/* Waits for lines, at most ms (-1: any time). False at the end: no more lines, or a signal. */
static bool
wait_lines(struct options *o, int ms)
{
	struct pollfd fds[2] = { { .fd = o->in.fd, .events = POLLIN },
		{ .fd = o->signals, .events = POLLIN } };

	if (poll(fds, 2, ms) > 0) {
		if ((fds[1].revents & POLLIN) != 0 && !take_signal(o))
			return false;
		if (fds[0].revents != 0)
			lines_read(&o->in);
	}
	return true;
}

/* --- messages --- */

static void
take_events(struct options *o, struct events *e, uint64_t *malformed)
{
	static uint8_t record[MESSAGE_MAX_EXTENDED + 128];
	const char *line;
	size_t n;

	while ((line = lines_next(&o->in, &n)) != NULL) {
		struct wr w = wr_init(record, sizeof(record));
		uint64_t time_us = 0;
		enum event_result result = events_record(e, line, n, &w, &time_us);

		if (result == EVENT_RECORD)
			output_record(&o->output, time_us, record, wr_len(&w));
		*malformed += result == EVENT_MALFORMED;
	}
	output_flush(&o->output);
}

static int
dump_events(struct options *o)
{
	static struct events e;
	uint64_t malformed = 0;
	bool more = true;

	while (more && !o->in.eof) {
		bool limited = o->output.fd >= 0 && o->output.rotate > 0;

		more = wait_lines(o, limited ? 1000 : -1);
		take_events(o, &e, &malformed);
		if (limited)
			output_tick(&o->output, now_us());
	}
	events_fini(&e);
	output_close(&o->output);
	fprintf(stderr,
		"mrtdump: %" PRIu64 " records in %" PRIu64 " files, %" PRIu64 " lost, %" PRIu64
		" malformed events\n",
		o->output.records, o->output.files, o->output.lost, malformed);
	return o->output.lost > 0;
}

/* --- tables --- */

/* Sends a command and gives the lines of its answer to take, up to done or error; false at the end
 * of everything. Events between the lines are none of take's business. */
static bool
ask(struct options *o, const char *command, struct table *t,
	void (*take)(struct table *t, const char *line, size_t n))
{
	const char *line;
	size_t n;

	dprintf(STDOUT_FILENO, "%s\n", command);
	while (!o->in.eof) {
		while ((line = lines_next(&o->in, &n)) != NULL) {
			if (n == 4 && memcmp(line, "done", 4) == 0)
				return true;
			if (n == 5 && memcmp(line, "error", 5) == 0) {
				fprintf(stderr, "mrtdump: refused: %s\n", command);
				return true;
			}
			if (n > 0 && take != NULL &&
				memmem(line, n < 12 ? n : 12, "exabgp", 6) == NULL)
				take(t, line, n);
		}
		if (!wait_lines(o, -1))
			return false;
	}
	return false;
}

static bool
dump_table(struct options *o)
{
	struct table *t = table_new();
	struct table_counts counts;
	bool good = ask(o, "show neighbor json", t, table_peers) &&
		    ask(o, "show adj-rib in extensive json", t, table_routes);

	if (good)
		table_write(t, &o->output, now_us());
	output_close(&o->output);
	counts = table_counted(t);
	if (good)
		fprintf(stderr,
			"mrtdump: %s: %u peers, %" PRIu64 " routes; left out: %" PRIu64
			" routes, %" PRIu64 " attributes\n",
			o->output.name, counts.peers, counts.routes, counts.left_out,
			counts.attributes);
	table_free(t);
	return good;
}

/* Forgets lines until the time has come; false at the end. */
static bool
sleep_until(struct options *o, uint64_t time_us)
{
	const char *line;
	size_t n;

	while (!o->in.eof) {
		uint64_t now = now_us(), left = time_us > now ? (time_us - now) / 1000 + 1 : 0;

		if (left == 0)
			return true;
		if (!wait_lines(o, o->every == 0 ? -1 : left < 60000 ? (int)left : 60000))
			return false;
		while ((line = lines_next(&o->in, &n)) != NULL)
			;
	}
	return false;
}

static int
dump_tables(struct options *o)
{
	uint64_t next = now_us();

	if (!ask(o, "enable-ack", NULL, NULL)) /* answered whatever the settings say */
		return 1;
	while (dump_table(o)) {
		if (o->leave && o->every == 0)
			return o->output.lost > 0;
		next = o->every > 0 ? next + o->every * 1000000 : UINT64_MAX;
		if (!sleep_until(o, next))
			return o->output.lost > 0;
	}
	return 1;
}

int
main(int argc, char **argv)
{
	struct options o = { .output = { .fd = -1 }, .in = { .fd = STDIN_FILENO } };
	sigset_t set;
	int status;

	if (parse_options(argc, argv, &o) < 0) {
		fputs(usage, stderr);
		return 2;
	}
	if (o.help) {
		fputs(usage, stdout);
		return 0;
	}
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	o.signals = signalfd(-1, &set, SFD_CLOEXEC);
	status = o.table ? dump_tables(&o) : dump_events(&o);
	buf_fini(&o.output.waiting);
	buf_fini(&o.in.data);
	return status;
}
