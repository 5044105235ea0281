/*
 * Files are made when there is something to write, never overwritten (a number is appended to a name
 * that is taken), and hold whole records only: write(2) is given nothing else, and a record that could
 * not be written whole is cut off again. A file that can not be written costs the records meant for
 * it, counted and told, and the next record tries anew.
 */
#include "apid/helpers/mrtdump/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WAITING_MAX = 1 << 16, SAME_NAMES_MAX = 10000 };

static void
complain(struct output *o, const char *what)
{
	fprintf(stderr, "mrtdump: %s: %s: %s\n", o->name, what, strerror(errno));
}

/* The pattern is the operator's. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void
make_name(struct output *o, uint64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	gmtime_r(&t, &tm);
	/* the room left is for a number; a pattern can give an empty name */
	if (strftime(o->name, sizeof(o->name) - 16, o->pattern, &tm) == 0)
		snprintf(o->name, sizeof(o->name), "mrtdump.%llu.mrt", (unsigned long long)seconds);
}
#pragma GCC diagnostic pop

static int
open_new(struct output *o, uint64_t time_us)
{
	uint64_t seconds = time_us / 1000000;
	size_t n;

	o->period = o->rotate > 0 ? seconds / o->rotate : 0;
	make_name(o, o->rotate > 0 ? o->period * o->rotate : seconds);
	n = strlen(o->name);
	for (unsigned i = 1; i < SAME_NAMES_MAX; i++) {
		o->fd = open(o->name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
		if (o->fd >= 0 || errno != EEXIST)
			break;
		snprintf(o->name + n, sizeof(o->name) - n, ".%u", i);
	}
	if (o->fd < 0) {
		complain(o, "can not be made");
		return -1;
	}
	o->bytes = 0;
	o->files++;
	return 0;
}

void
output_flush(struct output *o)
{
	size_t at = 0;

	while (o->fd >= 0 && at < o->waiting.len) {
		ssize_t n = write(o->fd, o->waiting.data + at, o->waiting.len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			complain(o, "can not be written");
			if (ftruncate(o->fd, (off_t)(o->bytes - o->waiting.len)) < 0)
				complain(o, "ends inside a record");
			close(o->fd);
			o->fd = -1;
			o->lost += o->waiting_records;
			o->records -= o->waiting_records;
			break;
		}
		at += (size_t)n;
	}
	buf_reset(&o->waiting);
	o->waiting_records = 0;
}

void
output_close(struct output *o)
{
	output_flush(o);
	if (o->fd >= 0 && close(o->fd) < 0)
		complain(o, "close");
	o->fd = -1;
}

void
output_tick(struct output *o, uint64_t time_us)
{
	if (o->fd >= 0 && o->rotate > 0 && time_us / 1000000 / o->rotate > o->period)
		output_close(o);
}

void
output_record(struct output *o, uint64_t time_us, const void *record, size_t n)
{
	output_tick(o, time_us);
	if (o->fd >= 0 && o->size > 0 && o->bytes > 0 && o->bytes + n > o->size)
		output_close(o);
	if (o->fd < 0 && open_new(o, time_us) < 0) {
		o->lost++;
		return;
	}
	buf_add(&o->waiting, record, n);
	o->bytes += n;
	o->records++;
	o->waiting_records++;
	if (o->waiting.len >= WAITING_MAX)
		output_flush(o);
}
