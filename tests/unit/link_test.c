/*
 * Links inside one process: both ends on one loop. What messages may be, batching, credit,
 * back-pressure, refusals, garbage from outside. What needs a peer that dies is tested in
 * link_restart_test.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/link.h"
#include "common/link_frame.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/rd.h"
#include "common/wr.h"

enum { DEADLINE_US = 10 * 1000 * 1000, KEEP = 512 * 1024 };

struct end {
	struct test *test;
	struct link *link;
	struct link_peer peer;
	unsigned ups, downs, writables, messages;
	uint64_t bytes;
	uint16_t last_type;
	size_t last_n;
	uint32_t last_number;
	bool in_order, refuse, fail_next, echo, refill;
};

struct test {
	struct loop *loop;
	char dir[32], path[64];
	struct end a, b; /* a listens */
	bool (*done)(struct test *);
	bool late;
	struct loop_timer deadline;
	uint8_t *body;
};

static void
stop_if_done(struct loop *loop, void *owner)
{
	struct test *t = owner;

	if (t->done != NULL && t->done(t))
		loop_stop(loop, 0);
}

static void
on_deadline(struct loop *loop, void *owner)
{
	struct test *t = owner;

	t->late = true;
	loop_stop(loop, 1);
}

static void
run_until(struct test *t, bool (*done)(struct test *))
{
	t->done = done;
	loop_timer_set(t->loop, &t->deadline, DEADLINE_US, on_deadline, t, "test-deadline");
	if (!done(t))
		loop_run(t->loop);
	t->done = NULL;
	loop_timer_cancel(t->loop, &t->deadline);
	assert_false(t->late);
}

static void
refill(struct end *e)
{
	while (e->refill && link_send(e->link, 5, e->test->body, 1000))
		;
}

static void
on_event(void *owner, enum link_event event, const struct link_peer *peer)
{
	struct end *e = owner;

	e->peer = *peer;
	switch (event) {
	case LINK_UP:
		assert_int_equal(e->ups, e->downs);
		e->ups++;
		break;
	case LINK_DOWN:
		e->downs++;
		assert_int_equal(e->ups, e->downs);
		break;
	case LINK_WRITABLE:
		e->writables++;
		refill(e);
		break;
	}
}

static void
on_message(void *owner, uint16_t type, const uint8_t *body, size_t n)
{
	struct end *e = owner;
	struct rd r = rd_init(body, n);
	uint32_t number = rd_u32(&r);

	assert_true(link_is_up(e->link));
	e->messages++;
	e->bytes += n;
	e->last_type = type;
	e->last_n = n;
	e->in_order = e->messages == 1 || (e->in_order && number == e->last_number + 1);
	e->last_number = number;
	if (n > 0)
		assert_memory_equal(body + 4, e->test->body + 4, n > 4 ? n - 4 : 0);
	if (e->fail_next) {
		e->fail_next = false;
		link_fail(e->link, "test", body, n);
		assert_false(link_is_up(e->link));
		assert_false(link_send(e->link, 1, "x", 1));
	} else if (e->echo) {
		link_send(e->link, type, body, n);
	}
}

static bool
on_accept(void *owner)
{
	return !((struct end *)owner)->refuse;
}

static struct link *
make_link(struct end *e, const char *name, bool listen, uint16_t version_min, uint16_t version_max)
{
	return link_new(e->test->loop, &(struct link_config){ .name = name,
					       .role = listen ? "a" : "b",
					       .path = e->test->path,
					       .listen = listen,
					       .version_min = version_min,
					       .version_max = version_max,
					       .message = on_message,
					       .event = on_event,
					       .owner = e,
					       .accept = on_accept });
}

static int
set_up(void **state)
{
	struct test *t = calloc(1, sizeof(*t));

	strcpy(t->dir, "/tmp/link_test.XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	snprintf(t->path, sizeof(t->path), "%s/x.ipc", t->dir);
	t->loop = loop_new();
	assert_non_null(t->loop);
	loop_before_sleep(t->loop, stop_if_done, t);
	t->body = malloc(KEEP);
	for (size_t i = 0; i < KEEP; i++)
		t->body[i] = (uint8_t)(i * 31 + i / 256);
	t->a.test = t->b.test = t;
	*state = t;
	return 0;
}

static int
tear_down(void **state)
{
	struct test *t = *state;
	char lock[80];

	link_free(t->a.link);
	link_free(t->b.link);
	loop_free(t->loop);
	snprintf(lock, sizeof(lock), "%s.lock", t->path);
	unlink(lock);
	assert_int_equal(rmdir(t->dir), 0); /* nothing else was left */
	free(t->body);
	free(t);
	return 0;
}

static bool
both_up(struct test *t)
{
	return t->a.link != NULL && link_is_up(t->a.link) && t->b.link != NULL &&
	       link_is_up(t->b.link);
}

static void
connect_both(struct test *t)
{
	t->b.link = make_link(&t->b, "x", false, 1, 1);
	t->a.link = make_link(&t->a, "x", true, 1, 1);
	assert_non_null(t->a.link);
	assert_non_null(t->b.link);
	run_until(t, both_up);
}

static bool
send_number(struct test *t, struct link *link, uint32_t number, size_t n)
{
	struct wr w = wr_init(t->body, 4);

	wr_u32(&w, number);
	return link_send(link, (uint16_t)(number % 7), t->body, n);
}

static void
test_up(void **state)
{
	struct test *t = *state;
	struct stat st;

	connect_both(t);
	assert_int_equal(t->a.peer.pid, getpid());
	assert_int_equal(t->a.peer.version, 1);
	assert_true(t->a.peer.epoch != t->b.peer.epoch);
	assert_true(t->a.peer.epoch != 0 && t->b.peer.epoch != 0);
	assert_int_equal(link_credit(t->a.link), LINK_WINDOW_BYTES);
	assert_int_equal(stat(t->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static bool
got_100(struct test *t)
{
	return t->b.messages == 100 && t->a.messages == 100;
}

static void
test_order(void **state)
{
	struct test *t = *state;

	connect_both(t);
	t->b.echo = true;
	for (uint32_t i = 0; i < 100; i++)
		assert_true(send_number(t, t->a.link, i, 4 + i * 10));
	run_until(t, got_100);
	assert_true(t->a.in_order && t->b.in_order);
	assert_int_equal(t->b.last_type, 99 % 7);
	/* 100 messages of one turn made no more than two frames. */
	assert_in_range(link_stats(t->a.link).sent_bytes, 0,
		t->b.bytes + 100 * LINK_ITEM_BYTES + 2 * LINK_HEAD_BYTES);
	assert_int_equal(link_stats(t->a.link).sent_messages, 100);
	assert_int_equal(link_stats(t->b.link).received_messages, 100);
	assert_int_equal(link_stats(t->a.link).wrong_epoch, 0);
}

static bool
got_3(struct test *t)
{
	return t->b.messages == 3;
}

static void
test_sizes(void **state)
{
	struct test *t = *state;

	connect_both(t);
	assert_true(link_send(t->a.link, 1, NULL, 0));
	assert_true(link_send(t->a.link, 2, t->body, LINK_MESSAGE_MAX));
	uint8_t *room = link_send_begin(t->a.link, 3, 1000);
	memset(room, 0xff, 1000);
	assert_true(link_send_end(t->a.link, 0)); /* cancelled */
	room = link_send_begin(t->a.link, 65535, 1000);
	memcpy(room, t->body, 500);
	assert_true(link_send_end(t->a.link, 500));
	link_flush(t->a.link);
	run_until(t, got_3);
	assert_int_equal(t->b.last_type, 65535);
	assert_int_equal(t->b.last_n, 500);
	assert_int_equal(t->b.bytes, LINK_MESSAGE_MAX + 500);
}

static bool
sent_through(struct test *t)
{
	return t->b.messages > 0 && t->b.messages == link_stats(t->a.link).sent_messages;
}

static void
test_down_drops(void **state)
{
	struct test *t = *state;

	t->a.link = make_link(&t->a, "x", true, 1, 1);
	assert_false(link_is_up(t->a.link));
	assert_int_equal(link_credit(t->a.link), 0);
	assert_false(send_number(t, t->a.link, 1, 100));
	t->b.link = make_link(&t->b, "x", false, 1, 1);
	run_until(t, both_up);
	assert_true(send_number(t, t->a.link, 2, 100));
	run_until(t, sent_through);
	assert_int_equal(t->b.messages, 1);
	assert_int_equal(t->b.last_number, 2);
}

/* A reader that refuses gets no more than a window, and loses nothing. */
static bool
window_full(struct test *t)
{
	struct link_stats stats = link_stats(t->b.link);

	assert_in_range(stats.received_bytes, 0, LINK_WINDOW_BYTES);
	return stats.received_bytes > LINK_WINDOW_BYTES - 2000;
}

static bool
writable_thrice(struct test *t)
{
	if (t->a.writables >= 3)
		t->a.refill = false;
	return t->a.writables >= 3 && sent_through(t) && link_stats(t->a.link).queued_bytes == 0;
}

static void
test_credit(void **state)
{
	struct test *t = *state;
	unsigned sent = 0;

	connect_both(t);
	t->b.refuse = true;
	while (send_number(t, t->a.link, sent++, 1000))
		link_flush(t->a.link);
	assert_int_equal(link_credit(t->a.link), 0);
	for (int i = 0; i < 1000; i++) /* a disobedient owner; still bounded */
		send_number(t, t->a.link, sent++, 1000);
	run_until(t, window_full);
	assert_int_equal(t->b.messages, 0);
	assert_int_equal(t->a.writables, 0);
	struct link_stats stats = link_stats(t->a.link);
	assert_in_range(stats.sent_bytes, 0, LINK_WINDOW_BYTES);
	assert_in_range(stats.queued_peak, 1000 * 1000, LINK_WINDOW_BYTES + 1100 * 1000);

	t->a.refill = true; /* from LINK_WRITABLE on */
	t->b.refuse = false;
	link_resume(t->b.link);
	run_until(t, writable_thrice);
	assert_int_equal(link_stats(t->a.link).failures, 0);
	assert_int_equal(link_stats(t->b.link).failures, 0);
	assert_int_equal(t->a.downs, 0);
}

static bool
b_went_down(struct test *t)
{
	return t->b.downs == 1;
}

static bool
b_holds_some(struct test *t)
{
	return link_stats(t->b.link).received_bytes > 100 * 1000;
}

/* The death of the peer is seen though we read nothing. */
static void
test_refusing_sees_death(void **state)
{
	struct test *t = *state;

	connect_both(t);
	t->b.refuse = true;
	for (uint32_t i = 0; i < 300; i++)
		send_number(t, t->a.link, i, 1000);
	run_until(t, b_holds_some);
	link_free(t->a.link);
	t->a.link = NULL;
	run_until(t, b_went_down);
	assert_int_equal(t->b.messages, 0);
}

static bool
up_again(struct test *t)
{
	return t->a.ups >= 2 && t->b.ups >= 2 && both_up(t);
}

static bool
got_2(struct test *t)
{
	return t->b.messages == 2;
}

static void
test_fail(void **state)
{
	struct test *t = *state;

	connect_both(t);
	uint64_t epoch = t->a.peer.epoch;
	t->b.fail_next = true;
	for (uint32_t i = 0; i < 50; i++)
		send_number(t, t->a.link, i, 100);
	run_until(t, up_again);
	assert_int_equal(t->b.messages, 1); /* what came behind it is forgotten */
	assert_int_equal(link_stats(t->b.link).failures, 1);
	assert_true(t->a.peer.epoch != epoch);
	assert_true(send_number(t, t->a.link, 1, 100));
	run_until(t, got_2);
}

static bool
failed_thrice(struct test *t)
{
	assert_int_equal(t->a.ups + t->b.ups, 0);
	return link_stats(t->a.link).failures >= 3 && link_stats(t->b.link).failures >= 1;
}

static void
test_versions(void **state)
{
	struct test *t = *state;

	t->a.link = make_link(&t->a, "x", true, 1, 2);
	t->b.link = make_link(&t->b, "x", false, 3, 4);
	run_until(t, failed_thrice);
	link_free(t->b.link);
	t->b.link = make_link(&t->b, "x", false, 2, 4);
	run_until(t, both_up);
	assert_int_equal(t->a.peer.version, 2);
	assert_int_equal(t->b.peer.version, 2);
}

static void
test_names(void **state)
{
	struct test *t = *state;

	t->a.link = make_link(&t->a, "x", true, 1, 1);
	t->b.link = make_link(&t->b, "y", false, 1, 1);
	run_until(t, failed_thrice);
}

static void
test_lock(void **state)
{
	struct test *t = *state;

	connect_both(t);
	errno = 0;
	assert_null(make_link(&t->a, "x", true, 1, 1));
	assert_int_equal(errno, EBUSY);
	/* And the first one is not disturbed. */
	t->b.echo = true;
	for (uint32_t i = 0; i < 100; i++)
		send_number(t, t->a.link, i, 100);
	run_until(t, got_100);
	assert_int_equal(t->a.downs, 0);
	strcpy(t->path, "/nonexistent/x.ipc");
	assert_null(make_link(&t->a, "x", true, 1, 1));
	assert_int_equal(errno, ENOENT);
	snprintf(t->path, sizeof(t->path), "%s/x.ipc", t->dir);
}

/* --- strangers --- */

static int
raw_connect(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(un.sun_path, path, sizeof(un.sun_path) - 1);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	return fd;
}

/* What makes a listener of nng 1.5.2 deaf for good. */
static void
test_probes(void **state)
{
	struct test *t = *state;

	t->a.link = make_link(&t->a, "x", true, 1, 1);
	for (int i = 0; i < 20; i++)
		close(raw_connect(t->path));
	t->b.link = make_link(&t->b, "x", false, 1, 1);
	run_until(t, both_up);
	for (int i = 0; i < 20; i++)
		close(raw_connect(t->path));
	link_free(t->b.link);
	t->b.link = NULL;
	t->b.downs = t->b.ups;
	t->b.link = make_link(&t->b, "x", false, 1, 1);
	run_until(t, up_again);
}

/* nng's own handshake and framing on a Unix socket, then n bytes as a message of pair1. */
static void
raw_message(int fd, const void *data, size_t n)
{
	uint8_t out[600];
	struct wr w = wr_init(out, sizeof(out));

	wr_bytes(&w, "\0SP\0\0\x11\0\0", 8);
	wr_u8(&w, 1);
	wr_u64(&w, 4 + n);
	wr_u32(&w, 1); /* hops */
	wr_bytes(&w, data, n);
	assert_int_equal(send(fd, out, wr_len(&w), MSG_NOSIGNAL), wr_len(&w));
}

static bool
a_failed(struct test *t)
{
	return link_stats(t->a.link).failures >= 1;
}

/* Looks at the file only; the listener's own timers end the sleep. */
static bool
a_listens(struct test *t)
{
	return access(t->path, F_OK) == 0;
}

static void
test_garbage(void **state)
{
	struct test *t = *state;
	uint8_t frame[64];
	struct wr w = wr_init(frame, sizeof(frame));

	t->a.link = make_link(&t->a, "x", true, 1, 1);
	int junk = raw_connect(t->path);
	assert_true(send(junk, t->body, 4096, MSG_NOSIGNAL) > 0);
	int silent = raw_connect(t->path);
	int fd = raw_connect(t->path);
	raw_message(fd, t->body, 500);
	run_until(t, a_failed);
	close(fd);
	/* A frame for an epoch that is not ours: dropped and counted, then the deadline. */
	uint64_t failures = link_stats(t->a.link).failures;
	link_head_write(&w, &(struct link_head){ .kind = LINK_DATA, .epoch = 1 });
	run_until(t, a_listens);
	fd = raw_connect(t->path);
	raw_message(fd, frame, wr_len(&w));
	t->b.link = make_link(&t->b, "x", false, 1, 1);
	run_until(t, both_up);
	assert_true(link_stats(t->a.link).failures >= failures);
	assert_int_equal(t->a.messages, 0);
	close(fd);
	close(silent);
	close(junk);
}

/* A probed listener of nng 1.5.2 loses a connection, and itself when it is closed. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:nng_listener_create\nleak:start_thread\n";
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_sizes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_down_drops, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_credit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refusing_sees_death, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_fail, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_versions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lock, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_probes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_garbage, set_up, tear_down),
	};

	log_init("link_test", LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
