/*
 * Measures common/link: round trip of one small message at a time (p50, p90, p99) and one-way
 * throughput under credit, between two processes. Prints CPU time of both sides as well.
 *
 *	linkbench [MESSAGE_BYTES [ROUNDS [TOTAL_MBYTES]]]
 *
 * The other side is this program again: linkbench -peer PATH.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/link.h"
#include "common/log.h"
#include "common/loop.h"

enum { ECHO = 1, BULK = 2, BULK_END = 3, BULK_DONE = 4 };

struct bench {
	struct loop *loop;
	struct link *link;
	bool is_peer;
	size_t bytes;
	int rounds, round;
	uint64_t bulk_left, bulk_count;
	struct mono start;
	int32_t *took_us;
	uint8_t body[LINK_MESSAGE_MAX];
};

static struct bench bench;

static double
cpu_us(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return 1e6 * (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static int
compare(const void *a, const void *b)
{
	return *(const int32_t *)a - *(const int32_t *)b;
}

static void
ping(struct bench *b)
{
	b->start = loop_clock();
	link_send(b->link, ECHO, b->body, b->bytes);
}

static void
pump(struct bench *b)
{
	while (b->bulk_left > 0) {
		b->bulk_left--;
		if (!link_send(b->link, BULK, b->body, b->bytes) && b->bulk_left > 0)
			return;
	}
	if (b->bulk_left == 0 && b->bulk_count > 0) {
		b->bulk_count = 0;
		link_send(b->link, BULK_END, "", 0);
	}
}

static void
on_peer_message(void *owner, uint16_t type, const uint8_t *body, size_t n)
{
	struct bench *b = owner;

	if (type == ECHO)
		link_send(b->link, ECHO, body, n);
	else if (type == BULK_END)
		link_send(b->link, BULK_DONE, "", 0);
}

static void
on_message(void *owner, uint16_t type, const uint8_t *body, size_t n)
{
	struct bench *b = owner;

	(void)body;
	(void)n;
	if (type == BULK_DONE) {
		loop_stop(b->loop, 0);
		return;
	}
	b->took_us[b->round++] = (int32_t)(loop_clock().us - b->start.us);
	if (b->round < b->rounds)
		ping(b);
	else
		loop_stop(b->loop, 0);
}

static void
on_event(void *owner, enum link_event event, const struct link_peer *peer)
{
	struct bench *b = owner;

	(void)peer;
	switch (event) {
	case LINK_UP:
		if (!b->is_peer)
			ping(b);
		break;
	case LINK_DOWN:
		loop_stop(b->loop, 1);
		break;
	case LINK_WRITABLE:
		if (!b->is_peer)
			pump(b);
		break;
	}
}

static void
open_link(struct bench *b, const char *path)
{
	b->loop = loop_new();
	b->link = b->loop == NULL
			  ? NULL
			  : link_new(b->loop,
				    &(struct link_config){ .name = "bench",
					    .role = b->is_peer ? "peer" : "main",
					    .path = path,
					    .listen = !b->is_peer,
					    .version_min = 1,
					    .version_max = 1,
					    .message = b->is_peer ? on_peer_message : on_message,
					    .event = on_event,
					    .owner = b });
	if (b->link == NULL)
		log_fatal("cannot make the link: %s", strerror(errno));
}

static pid_t
start_peer(const char *path)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execl("/proc/self/exe", "linkbench", "-peer", path, (char *)NULL);
	_exit(127);
}

static void
report_bulk(struct bench *b, uint64_t count)
{
	double cpu = cpu_us(RUSAGE_SELF);

	b->start = loop_clock();
	b->bulk_left = b->bulk_count = count;
	pump(b);
	if (loop_run(b->loop) != 0)
		log_fatal("the peer went away");
	double us = (double)(loop_clock().us - b->start.us);
	printf("bulk: %llu messages of %zu bytes in %.1f ms: %.0f messages/s, %.0f MB/s, "
	       "sender's CPU %.3f us a message\n",
		(unsigned long long)count, b->bytes, us / 1000, (double)count * 1e6 / us,
		(double)count * (double)b->bytes / us, (cpu_us(RUSAGE_SELF) - cpu) / (double)count);
}

int
main(int argc, char **argv)
{
	struct bench *b = &bench;
	char path[] = "/tmp/linkbench.XXXXXX";

	log_init("linkbench", LOG_LEVEL_WARN, LOG_FORMAT_TEXT);
	if (argc == 3 && strcmp(argv[1], "-peer") == 0) {
		b->is_peer = true;
		open_link(b, argv[2]);
		loop_run(b->loop);
		link_free(b->link);
		return 0;
	}
	b->bytes = argc > 1 ? strtoul(argv[1], NULL, 10) : 64;
	b->rounds = argc > 2 ? atoi(argv[2]) : 10000;
	uint64_t mbytes = argc > 3 ? strtoul(argv[3], NULL, 10) : 256;
	if (b->bytes == 0 || b->bytes > LINK_MESSAGE_MAX || b->rounds < 1 || mkdtemp(path) == NULL)
		log_fatal("usage: linkbench [MESSAGE_BYTES [ROUNDS [TOTAL_MBYTES]]]");
	b->took_us = calloc((size_t)b->rounds, sizeof(*b->took_us));

	char sock[64];
	snprintf(sock, sizeof(sock), "%s/bench.ipc", path);
	pid_t pid = start_peer(sock);
	open_link(b, sock);
	int code = loop_run(b->loop);
	if (code == 0) {
		qsort(b->took_us, (size_t)b->rounds, sizeof(*b->took_us), compare);
		printf("round trip of %zu bytes: p50 %d us, p90 %d us, p99 %d us\n", b->bytes,
			b->took_us[b->rounds / 2], b->took_us[b->rounds * 9 / 10],
			b->took_us[b->rounds * 99 / 100]);
		report_bulk(b, mbytes * 1000000 / b->bytes);
	}
	link_close(b->link);
	waitpid(pid, NULL, 0);
	printf("receiver's CPU in all: %.0f ms\n", cpu_us(RUSAGE_CHILDREN) / 1000);
	link_free(b->link);
	loop_free(b->loop);
	free(b->took_us);
	char lock[80];
	snprintf(lock, sizeof(lock), "%s.lock", sock);
	unlink(lock);
	rmdir(path);
	return code;
}
