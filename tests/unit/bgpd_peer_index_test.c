/* Peers by address: order of definition within one address, removal anywhere, ranges apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bgpd/bgpd.h"
#include "bgpd/peer.h"
#include "bgpd/peer_index.h"

static struct peer
peer(struct bgpd *d, uint8_t last, bool is_range)
{
	return (struct peer){
		.d = d, .address = { .len = 4, .bytes = { 10, 0, 0, last } }, .is_range = is_range
	};
}

static void
of_one_address_they_keep_their_order(void **state)
{
	struct bgpd d = { 0 };
	struct peer a = peer(&d, 1, false), b = peer(&d, 1, false), c = peer(&d, 1, false);

	(void)state;
	peer_index_add(&a);
	peer_index_add(&b);
	peer_index_add(&c);
	assert_ptr_equal(peer_index_exact(&d, &a.address), &a);
	assert_ptr_equal(a.same, &b);
	assert_ptr_equal(b.same, &c);
	assert_null(c.same);
	peer_index_remove(&b);
	assert_ptr_equal(a.same, &c);
	peer_index_remove(&a);
	assert_ptr_equal(peer_index_exact(&d, &c.address), &c);
	assert_null(c.same);
	peer_index_remove(&c);
	assert_null(peer_index_exact(&d, &c.address));
	htable_fini(&d.by_address);
}

static void
addresses_are_told_apart(void **state)
{
	static struct peer many[200];
	struct bgpd d = { 0 };
	struct addr other = { .len = 16, .bytes = { 10, 0, 0, 1 } };

	(void)state;
	for (int i = 0; i < 200; i++) {
		many[i] = peer(&d, (uint8_t)i, false);
		peer_index_add(&many[i]);
	}
	assert_null(peer_index_exact(&d, &other));
	for (int i = 0; i < 200; i += 2)
		peer_index_remove(&many[i]);
	for (int i = 0; i < 200; i++)
		assert_ptr_equal(
			peer_index_exact(&d, &many[i].address), i % 2 == 0 ? NULL : &many[i]);
	htable_fini(&d.by_address);
}

static void
ranges_stand_apart(void **state)
{
	struct bgpd d = { 0 };
	struct peer a = peer(&d, 0, true), b = peer(&d, 0, true), exact = peer(&d, 0, false);

	(void)state;
	peer_index_add(&a);
	peer_index_add(&exact);
	peer_index_add(&b);
	assert_ptr_equal(peer_index_exact(&d, &a.address), &exact);
	assert_null(exact.same);
	assert_ptr_equal(peer_index_ranges(&d), &a);
	assert_ptr_equal(a.same, &b);
	peer_index_remove(&a);
	assert_ptr_equal(peer_index_ranges(&d), &b);
	peer_index_remove(&b);
	assert_null(peer_index_ranges(&d));
	htable_fini(&d.by_address);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_one_address_they_keep_their_order),
		cmocka_unit_test(addresses_are_told_apart),
		cmocka_unit_test(ranges_stand_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
