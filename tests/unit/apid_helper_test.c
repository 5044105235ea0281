/* Lines from a helper's pipe: split writes, bad bytes, endless lines, blocked clients, the end. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>

#include "apid/pressure.h"
#include "tests/unit/apid_util.h"

static const char conf[] = "process h1 { run /bin/true; encoder json; }\n" //
	UTIL_NEIGHBOR("10.0.0.1", "api { processes [ h1 ]; }");

struct piped {
	struct apid *a;
	struct helper *h;
	int commands, answers; /* our ends */
};

static struct piped
piped(void)
{
	struct piped p;
	int in[2], out[2];

	p.a = util_apid(conf, 6);
	p.h = helper_find(p.a, "h1");
	assert_int_equal(pipe2(in, O_NONBLOCK), 0);
	assert_int_equal(pipe2(out, O_NONBLOCK), 0);
	assert_int_equal(helper_io_open(p.h, in[0], out[1]), 0);
	p.h->state = HELPER_RUNNING;
	p.h->pid = 0x7ffffff0; /* nobody */
	p.commands = in[1];
	p.answers = out[0];
	return p;
}

static void
stop_now(struct loop *loop, void *owner)
{
	(void)owner;
	loop_stop(loop, 0);
}

/* Some turns of the loop, as far as there is work. */
static void
turns(struct piped *p)
{
	struct loop_timer timer = { 0 };

	loop_timer_set(p->a->loop, &timer, 3000, stop_now, NULL, "test");
	loop_run(p->a->loop);
	util_commit(p->a);
	helpers_resume(p->a);
	loop_timer_set(p->a->loop, &timer, 1000, stop_now, NULL, "test");
	loop_run(p->a->loop);
	util_commit(p->a);
	helpers_write(p->a);
}

static const char *
answered(struct piped *p)
{
	static char text[65536];
	ssize_t n = read(p->answers, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
say(struct piped *p, const char *text)
{
	assert_int_equal(write(p->commands, text, strlen(text)), strlen(text));
	turns(p);
}

static void
done(struct piped *p)
{
	close(p->commands);
	close(p->answers);
	p->h->state = HELPER_DOWN;
	util_free(p->a);
}

static void
lines_in_pieces(void **state)
{
	struct piped p = piped();

	(void)state;
	say(&p, "sys");
	say(&p, "tem vers");
	assert_string_equal(answered(&p), "");
	say(&p, "ion\r\n# two\nbog");
	assert_string_equal(answered(&p),
		"{\"version\": \"6.0.0\", \"application\": \"exabgp\"}\ndone\ndone\n");
	say(&p, "us\n");
	assert_string_equal(answered(&p), "error\n");
	done(&p);
}

static void
bad_bytes_hurt_only_their_line(void **state)
{
	struct piped p = piped();

	(void)state;
	say(&p, "# ok\nannounce caf\xc3\xa9\n# ok\n");
	assert_string_equal(answered(&p), "done\nerror: commands are ASCII text\nerror\ndone\n");
	assert_int_equal(write(p.commands, "system\0version\n# ok\n", 20), 20);
	turns(&p);
	assert_string_equal(answered(&p), "error\ndone\n");
	assert_int_equal(p.h->state, HELPER_RUNNING);
	done(&p);
}

static void
an_endless_line_is_refused(void **state)
{
	struct piped p = piped();
	static char block[32768];

	(void)state;
	memset(block, 'x', sizeof(block));
	for (int i = 0; i < 40; i++) {
		assert_int_equal(write(p.commands, block, sizeof(block)), sizeof(block));
		turns(&p);
	}
	assert_true(p.h->skipping);
	assert_string_equal(answered(&p), "error: a command has at most 1048576 bytes\nerror\n");
	say(&p, "xxx\n# ok\n");
	assert_string_equal(answered(&p), "done\n");
	assert_true(p.h->in.cap < 4 * 1024 * 1024);
	done(&p);
}

static void
a_busy_client_is_not_read(void **state)
{
	struct piped p = piped();

	(void)state;
	p.h->client.busy = true;
	say(&p, "# one\n# two\n");
	assert_string_equal(answered(&p), "");
	assert_int_equal(p.h->in_io.events, 0);
	client_unbusy(&p.h->client);
	turns(&p);
	assert_string_equal(answered(&p), "done\ndone\n");
	say(&p, "# three\n");
	assert_string_equal(answered(&p), "done\n");
	done(&p);
}

static void
slow_readers_lose_events_and_are_told(void **state)
{
	struct piped p = piped();
	struct buf event = { 0 };
	uint64_t dropped;
	size_t got = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		BUF_LIT(&event, "an event of some length\n");
	for (int i = 0; i < 1000; i++)
		helper_event(p.h, &event);
	dropped = p.h->dropped;
	assert_true(dropped > 0);
	assert_true(p.h->client.out.text <= HELPER_EVENT_BYTES);
	/* Commands go on, and their answers come. */
	say(&p, "# one\n");
	while (!outq_empty(&p.h->client.out) || p.h->dropped > 0) {
		const char *text = answered(&p);

		got += strlen(text);
		turns(&p);
	}
	assert_true(got > 1000000);
	assert_int_equal(p.h->dropped, 0);
	assert_int_equal(p.h->dropped_total, dropped);
	buf_fini(&event);
	done(&p);
}

/* While it reads, bgpd waits for it; once it has not for a second, bgpd does not. */
static void
slow_readers_hold_bgpd_for_a_while(void **state)
{
	struct piped p = piped();
	struct buf event = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		BUF_LIT(&event, "an event of some length\n");
	assert_true(pressure_accept(p.a));
	while (p.h->client.out.text <= PRESSURE_HIGH_BYTES * 2)
		helper_event(p.h, &event);
	assert_false(pressure_accept(p.a));
	assert_int_equal(p.h->dropped, 0);
	p.h->taken_us -= PRESSURE_PATIENCE_US;
	assert_true(pressure_accept(p.a));
	(void)answered(&p);
	turns(&p);
	assert_false(pressure_accept(p.a));
	while (!outq_empty(&p.h->client.out)) {
		(void)answered(&p);
		turns(&p);
	}
	assert_false(p.a->pressed);
	assert_true(pressure_accept(p.a));
	buf_fini(&event);
	done(&p);
}

static void
the_end_of_input_is_noticed(void **state)
{
	struct piped p = piped();

	(void)state;
	assert_int_equal(write(p.commands, "# one\nhalf", 10), 10);
	close(p.commands);
	turns(&p);
	assert_string_equal(answered(&p), "done\n");
	assert_int_equal(p.h->in_fd, -1);
	loop_timer_cancel(p.a->loop, &p.h->kill_timer);
	p.commands = dup(0);
	done(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_in_pieces),
		cmocka_unit_test(bad_bytes_hurt_only_their_line),
		cmocka_unit_test(an_endless_line_is_refused),
		cmocka_unit_test(a_busy_client_is_not_read),
		cmocka_unit_test(slow_readers_hold_bgpd_for_a_while),
		cmocka_unit_test(slow_readers_lose_events_and_are_told),
		cmocka_unit_test(the_end_of_input_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
