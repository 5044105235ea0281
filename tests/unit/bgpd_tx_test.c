/* The transmit ring against a plain copy of the stream: growth, wrapping, boundaries, cutting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include <cmocka.h>

#include "bgpd/tx.h"
#include "common/wr.h"
#include "proto/wire/message.h"

enum { MODEL_MAX = 4 * 1024 * 1024 };

/* A message of n bytes whose body tells its number. */
static size_t
message(uint8_t *out, size_t n, uint32_t number)
{
	struct wr w = wr_init(out, n);
	size_t start = message_begin(&w, MESSAGE_UPDATE);

	while (wr_left(&w) >= 4)
		wr_u32(&w, number++);
	while (wr_left(&w) > 0)
		wr_u8(&w, 0xaa);
	message_end(&w, start);
	return n;
}

/* Takes n bytes off the ring as TCP would; compares them with the model. */
static void
take(struct tx *t, struct tx_pool *pool, const uint8_t *model, size_t n)
{
	struct iovec iov[2];
	int count = tx_iov(t, iov);
	size_t left = n;

	for (int i = 0; i < count && left > 0; i++) {
		size_t part = iov[i].iov_len < left ? iov[i].iov_len : left;

		assert_memory_equal(iov[i].iov_base, model, part);
		model += part;
		left -= part;
	}
	assert_int_equal(left, 0);
	tx_consume(t, pool, n);
}

static void
streams_exactly(void **state)
{
	struct tx_pool pool = { 0 };
	struct tx t = { 0 };
	uint8_t *model = malloc(MODEL_MAX), one[MESSAGE_MAX];
	size_t in = 0, out = 0;

	(void)state;
	srandom(7);
	for (uint32_t i = 0; in < MODEL_MAX - 2 * MESSAGE_MAX; i++) {
		size_t n = 19 + (size_t)random() % (i % 5 == 0 ? 4000 : 60);

		message(one, n, i);
		if (tx_put(&t, &pool, one, n)) {
			memcpy(model + in, one, n);
			in += n;
		} else {
			assert_true(n > TX_MAX - t.len);
		}
		assert_int_equal(t.len, in - out);
		if (t.len > TX_MAX - 5000 || random() % 3 == 0) {
			n = (size_t)random() % (t.len + 1);
			take(&t, &pool, model + out, n);
			out += n;
		}
	}
	take(&t, &pool, model + out, in - out);
	assert_null(t.data);
	tx_pool_fini(&pool);
	free(model);
}

static void
idle_costs_nothing(void **state)
{
	struct tx_pool pool = { 0 };
	struct tx t = { 0 };
	uint8_t one[19];
	struct iovec iov[2];

	(void)state;
	assert_int_equal(tx_iov(&t, iov), 0);
	message(one, sizeof(one), 0);
	assert_true(tx_put(&t, &pool, one, sizeof(one)));
	assert_int_equal(t.cap, TX_MIN);
	tx_consume(&t, &pool, sizeof(one));
	assert_null(t.data);
	assert_int_equal(pool.n, 0);
}

static void
full_rings_are_pooled(void **state)
{
	struct tx_pool pool = { 0 };
	struct tx t = { 0 };
	static uint8_t one[4096];

	(void)state;
	message(one, sizeof(one), 0);
	while (tx_put(&t, &pool, one, sizeof(one)))
		continue;
	assert_int_equal(t.len, TX_MAX);
	const uint8_t *ring = t.data;
	tx_fini(&t, &pool);
	assert_int_equal(pool.n, 1);
	for (int i = 0; i < 40; i++)
		assert_true(tx_put(&t, &pool, one, sizeof(one)));
	assert_ptr_equal(t.data, ring);
	assert_int_equal(pool.n, 0);
	tx_fini(&t, &pool);
	tx_pool_fini(&pool);
}

/* Whatever part of the stream TCP has, a cut leaves exactly the rest of the message begun. */
static void
cut_keeps_the_message_begun(void **state)
{
	static const size_t sizes[] = { 19, 100, 23, 500, 19 };
	size_t total = 0;

	(void)state;
	for (size_t i = 0; i < 5; i++)
		total += sizes[i];
	for (size_t taken = 0; taken < total; taken++) {
		struct tx_pool pool = { 0 };
		struct tx t = { 0 };
		size_t expected = 0;

		for (uint32_t i = 0; i < 5; i++) {
			uint8_t one[512];

			message(one, sizes[i], i);
			assert_true(tx_put(&t, &pool, one, sizes[i]));
		}
		tx_consume(&t, &pool, taken);
		for (size_t i = 0; i < 5 && expected < taken; i++)
			expected += sizes[i];
		tx_cut(&t, &pool);
		assert_int_equal(t.len, expected - taken);
		tx_fini(&t, &pool);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_exactly),
		cmocka_unit_test(idle_costs_nothing),
		cmocka_unit_test(full_rings_are_pooled),
		cmocka_unit_test(cut_keeps_the_message_begun),
	};

	return cmocka_run_group_tests_name("bgpd_tx", tests, NULL, NULL);
}
