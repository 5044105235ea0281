/* Answers keep their order, cost nothing while they wait, and survive a reader that does not read. */
#include <fcntl.h>
#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/unit/apid_util.h"

static const char conf[] = "process h1 { run /bin/true; encoder json; }\n" //
	UTIL_NEIGHBOR("10.0.0.1", "api { processes [ h1 ]; }");

static const char *
taken(struct client *c)
{
	static struct buf out;

	buf_reset(&out);
	outq_take(&c->out, &out, SIZE_MAX);
	return buf_cstr(&out);
}

static void
done_waits_for_its_batch(void **state)
{
	struct apid *a = util_apid(conf, 6);
	struct client *c = &helper_find(a, "h1")->client;

	(void)state;
	answer_line(c, "first");
	answer_done_at(c, 1);
	answer_done_at(c, 1);
	answer_line(c, "second");
	answer_done_at(c, 2);
	answer_error(c, "why %d", 7);
	assert_string_equal(taken(c), "first\n");
	answers_release(c, 0);
	assert_string_equal(taken(c), "");
	a->batch.committed = 1;
	answers_release(c, 1);
	assert_string_equal(taken(c), "done\ndone\nsecond\n");
	assert_true(answers_waiting(c));
	answers_release(c, 2);
	assert_string_equal(taken(c), "done\nerror: why 7\nerror\n");
	assert_false(answers_waiting(c));
	assert_int_equal(c->answer_text, 0);
	util_free(a);
}

static void
a_million_dones_are_one_entry(void **state)
{
	struct apid *a = util_apid(conf, 6);
	struct client *c = &helper_find(a, "h1")->client;
	uint64_t lines = 0;

	(void)state;
	for (int i = 0; i < 1000000; i++)
		answer_done_at(c, 5);
	assert_ptr_equal(c->answers_head, c->answers_tail);
	a->batch.committed = 5;
	answers_release(c, 5);
	assert_int_equal(outq_bytes(&c->out), 5000000);
	assert_true(c->out.text <= 70000);
	assert_int_equal(c->out.items, 1000000);
	while (!outq_empty(&c->out)) {
		const char *text;
		struct buf part = { 0 };

		/* Odd sizes: a part may end inside a word. */
		outq_take(&c->out, &part, 65537);
		text = buf_cstr(&part);
		for (size_t i = 0; i < part.len; i++)
			lines += text[i] == '\n';
		buf_fini(&part);
	}
	assert_int_equal(lines, 1000000);
	assert_int_equal(c->out.items, 0);
	assert_int_equal(c->out.dones, 0);
	util_free(a);
}

static void
output_order_with_runs(void **state)
{
	struct outq q = { 0 };
	struct buf out = { 0 }, expected = { 0 };
	int fds[2];
	char part[4096];

	(void)state;
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	for (int i = 0; i < 3000; i++) {
		char line[64];
		int n = snprintf(line, sizeof(line), "line %d of some length to fill chunks\n", i);

		outq_add(&q, line, (size_t)n);
		buf_add(&expected, line, (size_t)n);
		for (int j = 0; j < i % 5; j++) {
			outq_done(&q, 1);
			BUF_LIT(&expected, "done\n");
		}
	}
	for (int result = 0; result == 0;) {
		ssize_t n;

		result = outq_write(&q, fds[1]);
		assert_true(result >= 0);
		while ((n = read(fds[0], part, sizeof(part))) > 0)
			buf_add(&out, part, (size_t)n);
	}
	assert_int_equal(out.len, expected.len);
	assert_memory_equal(out.data, expected.data, expected.len);
	assert_int_equal(q.items, 0);
	assert_int_equal(q.text, 0);
	close(fds[0]);
	assert_int_equal(outq_write(&q, fds[1]), 1);
	outq_add(&q, "x", 1);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(outq_write(&q, fds[1]), -1);
	close(fds[1]);
	outq_fini(&q);
	buf_fini(&out);
	buf_fini(&expected);
}

static void
batches_are_kept_until_committed(void **state)
{
	struct apid *a = util_apid(conf, 6);
	struct client *c = &helper_find(a, "h1")->client;
	char line[128];

	(void)state;
	for (int i = 0; i < 200000; i++) {
		snprintf(line, sizeof(line), "peer * announce route %d.%d.%d.0/24 next-hop 1.1.1.1",
			1 + (i >> 16), i >> 8 & 255, i & 255);
		command_execute(c, line, strlen(line));
	}
	batch_flush(&a->batch);
	assert_true(a->batch.uncommitted > 1500000);
	assert_true(batch_full(&a->batch));
	assert_true(batch_last(&a->batch) > 20);
	batch_committed(&a->batch, 3);
	assert_int_equal(a->batch.committed, 3);
	/* Nonsense from ribd is not believed. */
	batch_committed(&a->batch, 1000000);
	assert_int_equal(a->batch.committed, 3);
	batch_committed(&a->batch, batch_last(&a->batch));
	assert_int_equal(a->batch.uncommitted, 0);
	assert_false(batch_full(&a->batch));
	util_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(done_waits_for_its_batch),
		cmocka_unit_test(a_million_dones_are_one_entry),
		cmocka_unit_test(output_order_with_runs),
		cmocka_unit_test(batches_are_kept_until_committed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
