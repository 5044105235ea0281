/* The ark's memory: a record torn at every word, rings that outlive their mapping, bad records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cmocka.h>

#include "bgpd/ark.h"
#include "bgpd/ark_tcp.h"
#include "bgpd/session_ark.h"
#include "common/wr.h"
#include "proto/wire/message.h"

static const uint8_t fixed[] = "what never changes";

/* A record whose every word tells the turn. */
static struct ark_state
state_of(uint64_t turn)
{
	struct ark_state s = { 0 };
	uint64_t *words = (uint64_t *)(void *)&s;

	for (size_t i = 0; i < sizeof(s) / sizeof(*words); i++)
		words[i] = turn << 32 | turn;
	return s;
}

static void
torn_at_every_word(void **state)
{
	struct ark *a = ark_new(fixed, sizeof(fixed));

	(void)state;
	assert_non_null(a);
	for (uint64_t turn = 1; turn <= 8; turn++) {
		struct ark_state old = state_of(turn), new = state_of(turn + 100);
		const uint64_t *from = (const uint64_t *)(const void *)&new;

		ark_publish(a, &old);
		uint64_t generation = a->head->generation;
		uint64_t *to = (uint64_t *)(void *)&a->head->states[(generation + 1) & 1];
		/* As ark_publish() does it, dying before each of its stores. */
		for (size_t i = 0; i < sizeof(new) / sizeof(*to); i++) {
			assert_memory_equal(ark_state(a), &old, sizeof(old));
			to[i] = from[i];
		}
		assert_memory_equal(ark_state(a), &old, sizeof(old));
		a->head->generation = generation + 1;
		assert_memory_equal(ark_state(a), &new, sizeof(new));
	}
	ark_free(a);
}

static void
another_mapping_sees_everything(void **state)
{
	struct ark *a = ark_new(fixed, sizeof(fixed)), *b;
	struct ark_state s = state_of(3);
	const char *why;
	size_t n;

	(void)state;
	ark_publish(a, &s);
	memset(a->tx, 7, ARK_TX);
	for (size_t i = 0; i < ARK_RX; i++)
		a->rx[i] = (uint8_t)(i * 31 >> 3);
	b = ark_open(dup(a->fd), &why);
	ark_free(a);
	assert_non_null(b);
	assert_memory_equal(ark_fixed(b, &n), fixed, sizeof(fixed));
	assert_int_equal(n, sizeof(fixed));
	assert_memory_equal(ark_state(b), &s, sizeof(s));
	assert_int_equal(b->tx[ARK_TX - 1], 7);
	/* What wraps is contiguous, from wherever the ring starts. */
	for (size_t i = 0; i < 2 * (size_t)ARK_RX; i++)
		assert_int_equal(b->rx[i], (uint8_t)((i & (ARK_RX - 1)) * 31 >> 3));
	assert_ptr_equal(ark_rx_at(b, 5, 5 + ARK_RX + 9), b->rx + 9);
	ark_free(b);
}

static off_t
used(const struct ark *a)
{
	struct stat st;

	assert_int_equal(fstat(a->fd, &st), 0);
	return st.st_blocks * 512;
}

static void
idle_costs_little(void **state)
{
	struct ark *a = ark_new(fixed, sizeof(fixed));

	(void)state;
	assert_true(used(a) <= 4096);
	memset(a->tx, 1, ARK_TX);
	memset(a->rx, 1, ARK_RX);
	a->rx_high = ARK_RX;
	ark_trim_tx(a);
	ark_trim_rx(a);
	assert_true(used(a) <= 2 * ARK_KEEP + 4096);
	assert_int_equal(a->tx[ARK_KEEP - 1], 1);
	assert_int_equal(a->tx[ARK_KEEP], 0);
	ark_free(a);
}

static void
bad_records_are_refused(void **state)
{
	const char *why = NULL;
	struct ark *a = ark_new(fixed, sizeof(fixed));

	(void)state;
	assert_null(ark_open(open("/dev/null", O_RDWR | O_CLOEXEC), &why));
	assert_non_null(why);
	assert_null(ark_open(memfd_create("x", MFD_CLOEXEC), &why));
	for (size_t at = 0; at < offsetof(struct ark_head, closed); at++) {
		uint8_t *byte = (uint8_t *)a->head + at;

		if (at / 4 == offsetof(struct ark_head, fixed_len) / 4)
			continue; /* bounded, and its contents are checked by its reader */
		*byte ^= 0x10;
		why = NULL;
		assert_null(ark_open(dup(a->fd), &why));
		assert_non_null(why);
		*byte ^= 0x10;
	}
	ark_free(ark_open(dup(a->fd), &why));
	ark_free(a);
	assert_null(ark_new(fixed, ARK_FIXED_MAX + 1));
}

static void
impossible_numbers(void **state)
{
	struct ark_state good = { .tx_head = 9,
		.tx_len = 100,
		.tx_rest = 19,
		.rx_origin = 1,
		.rx_head = 5,
		.rx_done = 8 },
			 s;

	(void)state;
	assert_true(ark_state_valid(&good));
	s = good;
	s.tx_head = ARK_TX;
	assert_false(ark_state_valid(&s));
	s = good;
	s.tx_len = ARK_TX + 1;
	assert_false(ark_state_valid(&s));
	s = good;
	s.tx_rest = 101;
	assert_false(ark_state_valid(&s));
	s = good;
	s.rx_origin = 6;
	assert_false(ark_state_valid(&s));
	s = good;
	s.rx_done = 4;
	assert_false(ark_state_valid(&s));
	s = good;
	s.rx_done = 6 + ARK_RX;
	assert_false(ark_state_valid(&s));
}

static void
cut_identities_are_refused(void **state)
{
	uint8_t space[256];
	struct wr w = wr_init(space, sizeof(space));
	struct ark_identity id;

	(void)state;
	wr_u32(&w, 77);
	wr_u32(&w, 1);
	wr_u8(&w, 1);
	for (int i = 0; i < 2; i++) {
		wr_u32(&w, 0);
		wr_u32(&w, 4);
		wr_u32(&w, 0x0a000001);
	}
	for (int i = 0; i < 4; i++)
		wr_u64(&w, (uint64_t)i);
	for (uint32_t i = 0; i < 4; i++) {
		wr_u32(&w, i);
		wr_bytes(&w, "abc", i);
	}
	assert_int_equal(ark_identity_read(space, wr_len(&w), &id), 0);
	assert_int_equal(id.number, 77);
	assert_int_equal(id.base.consumed, 3);
	assert_int_equal(id.range.n, 3);
	for (size_t n = 0; n < wr_len(&w); n++)
		assert_int_equal(ark_identity_read(space, n, &id), -1);
}

/* --- the kernel's counts --- */

static void
connect_pair(int ends[2])
{
	struct sockaddr_in where = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(where);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(listener, (struct sockaddr *)&where, n), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&where, &n), 0);
	ends[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(ends[0], (struct sockaddr *)&where, n), 0);
	ends[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(ends[1] >= 0);
	close(listener);
}

/* Whatever was written and read, and after the peer's FIN, on the active and on the passive side. */
static void
counts_are_exact(void **state)
{
	static uint8_t bytes[300 * 1024];
	int ends[2];

	(void)state;
	connect_pair(ends);
	for (int side = 0; side < 2; side++) {
		struct ark_tcp base, now;
		uint64_t written = 0, read = 0;

		assert_int_equal(ark_tcp_read(ends[side], &base), 0);
		for (size_t i = 1; i < 200; i++) {
			ssize_t n = send(ends[side], bytes, i * 1500 % sizeof(bytes),
				MSG_DONTWAIT | MSG_NOSIGNAL);
			written += n > 0 ? (uint64_t)n : 0;
			(void)send(ends[!side], bytes, i * 7, MSG_DONTWAIT | MSG_NOSIGNAL);
			n = recv(ends[side], bytes, i * 5, MSG_DONTWAIT);
			read += n > 0 ? (uint64_t)n : 0;
			(void)recv(ends[!side], bytes, i * 700, MSG_DONTWAIT);
			assert_int_equal(ark_tcp_read(ends[side], &now), 0);
			assert_int_equal(now.accepted - base.accepted, written);
			assert_int_equal(now.consumed - base.consumed, read);
		}
	}
	close(ends[0]);
	close(ends[1]);
}

static void
a_fin_is_no_byte(void **state)
{
	struct ark_tcp base, now;
	uint8_t bytes[100];
	int ends[2];

	(void)state;
	connect_pair(ends);
	assert_int_equal(ark_tcp_read(ends[1], &base), 0);
	assert_int_equal(send(ends[0], "0123456789", 10, 0), 10);
	shutdown(ends[0], SHUT_WR);
	assert_int_equal(recv(ends[1], bytes, 4, MSG_WAITALL), 4);
	do
		assert_int_equal(ark_tcp_read(ends[1], &now), 0);
	while (now.state == base.state); /* the FIN is on its way over the loopback */
	assert_int_equal(now.consumed - base.consumed, 4);
	assert_int_equal(recv(ends[1], bytes, sizeof(bytes), 0), 6);
	assert_int_equal(recv(ends[1], bytes, sizeof(bytes), 0), 0);
	assert_int_equal(ark_tcp_read(ends[1], &now), 0);
	assert_int_equal(now.consumed - base.consumed, 10);
	close(ends[0]);
	close(ends[1]);
}

/* The transmit ring in fixed memory against the stream, dying and resuming at every message. */
static void
transmit_ring_resumes_anywhere(void **state)
{
	static uint8_t memory[TX_MAX], expected[TX_MAX], got[TX_MAX];
	struct tx_pool pool = { 0 };
	struct tx t = { 0 };
	uint64_t sent = 0, queued = 0;

	(void)state;
	tx_fix(&t, &pool, memory);
	srandom(11);
	for (int turn = 0; turn < 3000; turn++) {
		uint8_t one[600];
		struct wr w = wr_init(one, 19 + (size_t)random() % 580);
		size_t start = message_begin(&w, MESSAGE_UPDATE);

		while (wr_left(&w) > 0)
			wr_u8(&w, (uint8_t)random());
		message_end(&w, start);
		if (tx_put(&t, &pool, one, wr_len(&w))) {
			for (size_t i = 0; i < wr_len(&w); i++)
				expected[(queued + i) % TX_MAX] = one[i];
			queued += wr_len(&w);
		}
		struct tx record = t; /* published; then TCP takes some, and the process dies */
		size_t n = (size_t)random() % (record.len + 1);
		tx_copy(&record, got);
		for (size_t i = 0; i < record.len; i++)
			assert_int_equal(got[i], expected[(sent + i) % TX_MAX]);
		t = record;
		tx_consume(&t, &pool, n);
		sent += n;
		assert_int_equal(t.off, sent);
		assert_int_equal(t.off + t.len, queued);
		assert_ptr_equal(t.data, memory);
	}
	tx_fini(&t, &pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(torn_at_every_word),
		cmocka_unit_test(another_mapping_sees_everything),
		cmocka_unit_test(idle_costs_little),
		cmocka_unit_test(bad_records_are_refused),
		cmocka_unit_test(impossible_numbers),
		cmocka_unit_test(cut_identities_are_refused),
		cmocka_unit_test(counts_are_exact),
		cmocka_unit_test(a_fin_is_no_byte),
		cmocka_unit_test(transmit_ring_resumes_anywhere),
	};

	return cmocka_run_group_tests_name("bgpd_ark", tests, NULL, NULL);
}
