/*
 * A journal with any content: reading stops at the first bad record and never goes wrong, also when
 * the checksums are right. The first byte chooses: as it is, or the rest wrapped into a good record
 * of that kind.
 */
#include <stdlib.h>

#include "ribd/journal.h"
#include "tests/fuzz/replay.h"

static struct rib rib;

static size_t
room(void *owner)
{
	(void)owner;
	return 0;
}

static void
chunk(void *owner, uint64_t number, const uint8_t *sessions, size_t n, const uint8_t *data,
	size_t len)
{
	(void)owner;
	(void)number;
	(void)sessions;
	(void)n;
	(void)data;
	(void)len;
	abort(); /* there is no room */
}

static void
replay(const uint8_t *p, size_t n)
{
	static const struct rib_output out = { .room = room, .chunk = chunk };
	struct replay *r;
	bool complete;
	size_t good = journal_check(p, n, &complete);

	if (good > n)
		abort();
	rib_init(&rib, &out);
	r = replay_new(&rib);
	replay_note(r, p, good);
	replay_apply(r, p, good);
	replay_end(r);
	(void)rib_drain(&rib, INT64_MAX);
	rib_reap(&rib);
	rib_fini(&rib);
}

/* The input as records of one byte kind, one byte length each, with right checksums. */
static void
wrap(struct buf *b, const uint8_t *p, size_t n)
{
	struct rd r = rd_init(p, n);

	while (rd_left(&r) > 2) {
		uint8_t kind = rd_u8(&r), len = rd_u8(&r);
		size_t size = len < rd_left(&r) ? len : rd_left(&r);
		const uint8_t *body = rd_bytes(&r, size);

		journal_encode(
			b, (enum journal_kind)(kind % (JOURNAL_END + 1)), b->len, body, size);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b = { 0 };

	if (size == 0)
		return 0;
	if (data[0] == 0) {
		replay(data + 1, size - 1);
		return 0;
	}
	wrap(&b, data + 1, size - 1);
	if (b.len > 0)
		replay(b.data, b.len);
	buf_fini(&b);
	return 0;
}
