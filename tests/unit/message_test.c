/* Message headers: the rule of every type, and what the NOTIFICATION says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/wire/message.h"

static void
make(uint8_t header[MESSAGE_HEADER], uint16_t n, uint8_t type)
{
	memset(header, 0xff, 16);
	header[16] = (uint8_t)(n >> 8);
	header[17] = (uint8_t)n;
	header[18] = type;
}

static void
lengths_by_type(void **state)
{
	static const struct {
		uint16_t n;
		uint8_t type;
		uint16_t max;
		const char *text; /* NULL: good */
	} rows[] = {
		{ 29, MESSAGE_OPEN, 4096, NULL },
		{ 28, MESSAGE_OPEN, 4096, "OPEN has an invalid message length of 28" },
		{ 23, MESSAGE_UPDATE, 4096, NULL },
		{ 22, MESSAGE_UPDATE, 4096, "UPDATE has an invalid message length of 22" },
		{ 4096, MESSAGE_UPDATE, 4096, NULL },
		{ 8192, MESSAGE_UPDATE, 4096, "UPDATE has an invalid message length of 8192" },
		{ 8192, MESSAGE_UPDATE, 65535, NULL },
		{ 20, MESSAGE_NOTIFICATION, 4096,
			"NOTIFICATION has an invalid message length of 20" },
		{ 21, MESSAGE_NOTIFICATION, 4096, NULL },
		{ 19, MESSAGE_KEEPALIVE, 4096, NULL },
		{ 20, MESSAGE_KEEPALIVE, 4096, "KEEPALIVE has an invalid message length of 20" },
		{ 24, MESSAGE_REFRESH, 4096, "ROUTE_REFRESH has an invalid message length of 24" },
		{ 23, MESSAGE_REFRESH, 4096, NULL },
		{ 19, MESSAGE_OPERATIONAL, 4096, NULL },
		{ 19, 9, 4096, NULL },
		{ 18, 9, 4096, "UNKNOWN has an invalid message length of 18" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t header[MESSAGE_HEADER], type = 0;
		struct wire_error err = { 0 };

		make(header, rows[i].n, rows[i].type);
		int n = message_header(header, rows[i].max, &type, &err);
		assert_int_equal(type, rows[i].type);
		if (rows[i].text == NULL) {
			assert_int_equal(n, rows[i].n);
			continue;
		}
		assert_int_equal(n, -1);
		assert_int_equal(err.code, 1);
		assert_int_equal(err.subcode, 2);
		assert_int_equal(err.len, strlen(rows[i].text));
		assert_memory_equal(err.data, rows[i].text, err.len);
	}
}

static void
every_marker_byte_counts(void **state)
{
	(void)state;
	for (int i = 0; i < 16; i++) {
		uint8_t header[MESSAGE_HEADER], type;
		struct wire_error err = { 0 };

		make(header, 19, MESSAGE_KEEPALIVE);
		header[i] = 0xfe;
		assert_int_equal(message_header(header, 4096, &type, &err), -1);
		assert_int_equal(err.code, 1);
		assert_int_equal(err.subcode, 1);
		assert_memory_equal(
			err.data, "The packet received does not contain a BGP marker", err.len);
	}
}

static void
writes_what_it_reads(void **state)
{
	uint8_t space[64], type;
	struct wr w = wr_init(space, sizeof(space));
	struct wire_error err = { .code = 6, .subcode = 2, .len = 3, .data = { 2, 'h', 'i' } };

	(void)state;
	message_notification(&w, &err);
	assert_true(wr_ok(&w));
	assert_int_equal(wr_len(&w), 24);
	assert_int_equal(message_header(space, 4096, &type, NULL), 24);
	assert_int_equal(type, MESSAGE_NOTIFICATION);
	assert_memory_equal(space + 19, "\x06\x02\x02hi", 5);

	size_t start = message_begin(&w, MESSAGE_KEEPALIVE);
	message_end(&w, start);
	assert_int_equal(message_header(space + start, 4096, &type, NULL), 19);
	assert_int_equal(type, MESSAGE_KEEPALIVE);
	assert_string_equal(message_name(MESSAGE_REFRESH), "ROUTE_REFRESH");
	assert_null(message_name(0));
	assert_null(message_name(7));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths_by_type),
		cmocka_unit_test(every_marker_byte_counts),
		cmocka_unit_test(writes_what_it_reads),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
