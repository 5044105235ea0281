/* Frames of a link: head, HELLO and items from arbitrary bytes; what is read is written again. */
#include <stdlib.h>
#include <string.h>

#include "common/link_frame.h"
#include "common/rd.h"
#include "common/wr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
fuzz_hello(struct rd *r)
{
	struct link_hello hello, back;
	uint8_t out[LINK_HELLO_MAX];
	struct wr w = wr_init(out, sizeof(out));

	memset(&hello, 0, sizeof(hello));
	memset(&back, 0, sizeof(back));
	if (link_hello_read(r, &hello) < 0)
		return;
	link_hello_write(&w, &hello);
	struct rd again = rd_init(out, wr_len(&w));
	if (!wr_ok(&w) || link_hello_read(&again, &back) < 0 ||
		strcmp(hello.name, back.name) != 0 || strcmp(hello.role, back.role) != 0 ||
		hello.epoch != back.epoch)
		abort();
}

static void
fuzz_items(struct rd *r)
{
	struct link_item item;
	size_t total = rd_left(r), whole = 0;
	const uint8_t *items = r->p;

	while (rd_ok(r) && rd_left(r) > 0 && link_item_read(r, &item) == 0)
		whole += LINK_ITEM_BYTES + item.n;
	if (whole > total)
		abort();
	/* Cutting what is known to be whole never goes past it. */
	for (size_t room = 0; room < whole + 64; room += 1 + room / 2) {
		size_t cut = link_frame_cut(items, whole, room);

		if (cut > whole || cut > room)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct rd r = rd_init(data, n);
	struct link_head head, back;
	uint8_t out[LINK_HEAD_BYTES];
	struct wr w = wr_init(out, sizeof(out));

	if (link_head_read(&r, &head) < 0)
		return 0;
	link_head_write(&w, &head);
	struct rd again = rd_init(out, sizeof(out));
	if (link_head_read(&again, &back) < 0 || memcmp(out, data, sizeof(out)) != 0)
		abort();
	if (head.kind == LINK_HELLO)
		fuzz_hello(&r);
	else
		fuzz_items(&r);
	return 0;
}

#include "tests/fuzz/replay.h"
