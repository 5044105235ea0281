/*
 * All unpackers of the messages between daemons; the first two bytes choose the message. What is
 * accepted must survive being packed and unpacked again, with the same bytes the second time.
 */
#include <stdlib.h>
#include <string.h>

#include "common/wr.h"
#include "proto/ipc/ipc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Two packings of one message, of at most n + 256 bytes each. */
struct twice {
	uint8_t *first, *second;
	size_t room;
};

static void
check(struct twice *t, const struct wr *a, const struct wr *b)
{
	if (!wr_ok(a) || !wr_ok(b) || wr_len(a) != wr_len(b) ||
		memcmp(t->first, t->second, wr_len(a)) != 0)
		abort();
}

#define IPC_MESSAGE(name, number, way, doc)                                  \
	static void fuzz_##name(struct twice *t, const uint8_t *p, size_t n) \
	{                                                                    \
		struct ipc_##name m, back;                                   \
                                                                             \
		if (ipc_unpack_##name(p, n, &m) < 0)                         \
			return;                                              \
		if (ipc_size_bound_##name(&m) > t->room)                     \
			abort();                                             \
		struct wr a = wr_init(t->first, ipc_size_bound_##name(&m));  \
		ipc_pack_##name(&a, &m);                                     \
		if (ipc_unpack_##name(t->first, wr_len(&a), &back) < 0)      \
			abort();                                             \
		struct wr b = wr_init(t->second, t->room);                   \
		ipc_pack_##name(&b, &back);                                  \
		check(t, &a, &b);                                            \
	}
#include "proto/ipc/messages.def"
#undef IPC_MESSAGE

typedef void fuzz_fn(struct twice *t, const uint8_t *p, size_t n);

static fuzz_fn *const fuzzers[IPC_TYPE_LIMIT] = {
#define IPC_MESSAGE(name, number, way, doc) [number] = fuzz_##name,
#include "proto/ipc/messages.def"
#undef IPC_MESSAGE
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n < 2)
		return 0;
	unsigned type = (unsigned)data[0] << 8 | data[1];
	if (type >= IPC_TYPE_LIMIT || fuzzers[type] == NULL)
		return 0;
	/* Numbers may come in longer forms than needed, but never in shorter ones. */
	size_t room = n + 9 * IPC_FIELDS_LIMIT + 256;
	struct twice t = { malloc(room), malloc(room), room };

	fuzzers[type](&t, data + 2, n - 2);
	free(t.first);
	free(t.second);
	return 0;
}

#include "tests/fuzz/replay.h"
