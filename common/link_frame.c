/*
 * Frames of a link to bytes and back. Pure functions; everything read is bounded by struct rd.
 */
#include "common/link_frame.h"

#include <string.h>

#include "common/rd.h"
#include "common/wr.h"

_Static_assert(LINK_RETURN_BYTES >= LINK_WINDOW_BYTES / 4, "credit comes in too small steps");
_Static_assert(LINK_WINDOW_BYTES - LINK_RETURN_BYTES >=
		       LINK_MESSAGE_MAX + LINK_HEAD_BYTES + LINK_ITEM_BYTES,
	"a full message must fit in the credit that is left");

void
link_head_write(struct wr *w, const struct link_head *head)
{
	wr_u32(w, LINK_MAGIC);
	wr_u8(w, LINK_LAYOUT);
	wr_u8(w, (uint8_t)head->kind);
	wr_u16(w, 0);
	wr_u64(w, head->epoch);
	wr_u64(w, head->processed);
}

int
link_head_read(struct rd *r, struct link_head *head)
{
	uint32_t magic = rd_u32(r);
	uint8_t layout = rd_u8(r);
	uint8_t kind = rd_u8(r);
	uint16_t zero = rd_u16(r);

	*head = (struct link_head){
		.kind = (enum link_kind)kind, .epoch = rd_u64(r), .processed = rd_u64(r)
	};
	if (!rd_ok(r) || magic != LINK_MAGIC || layout != LINK_LAYOUT || zero != 0)
		return -1;
	return kind >= LINK_HELLO && kind < LINK_KINDS ? 0 : -1;
}

static void
write_text(struct wr *w, const char *text)
{
	size_t n = strlen(text);

	wr_u8(w, (uint8_t)n);
	wr_bytes(w, text, n);
}

static void
read_text(struct rd *r, char *out, size_t size)
{
	size_t n = rd_u8(r);

	if (n >= size) {
		rd_fail(r);
		n = 0;
	}
	rd_copy(r, out, n);
	out[n] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (out[i] < 0x20 || out[i] > 0x7e)
			rd_fail(r);
	}
}

void
link_hello_write(struct wr *w, const struct link_hello *hello)
{
	wr_u64(w, hello->epoch);
	wr_u64(w, hello->last_epoch);
	wr_u32(w, hello->pid);
	wr_u32(w, hello->window);
	wr_u16(w, hello->version_min);
	wr_u16(w, hello->version_max);
	write_text(w, hello->name);
	write_text(w, hello->role);
}

int
link_hello_read(struct rd *r, struct link_hello *hello)
{
	hello->epoch = rd_u64(r);
	hello->last_epoch = rd_u64(r);
	hello->pid = rd_u32(r);
	hello->window = rd_u32(r);
	hello->version_min = rd_u16(r);
	hello->version_max = rd_u16(r);
	read_text(r, hello->name, sizeof(hello->name));
	read_text(r, hello->role, sizeof(hello->role));
	/* What a newer version appends is not for us. */
	return rd_ok(r) && hello->epoch != 0 ? 0 : -1;
}

int
link_item_read(struct rd *r, struct link_item *item)
{
	item->type = rd_u16(r);
	item->n = rd_u32(r);
	item->body = rd_bytes(r, item->n);
	return rd_ok(r) && item->n <= LINK_MESSAGE_MAX ? 0 : -1;
}

void
link_item_write(struct wr *w, uint16_t type, uint32_t n)
{
	wr_u16(w, type);
	wr_u32(w, n);
}

size_t
link_frame_cut(const uint8_t *items, size_t n, size_t room)
{
	size_t cut = 0;

	while (cut < n) {
		struct rd r = rd_init(items + cut + 2, 4);
		size_t next = cut + LINK_ITEM_BYTES + rd_u32(&r);

		if (next > room || (cut > 0 && next > LINK_FRAME_ITEMS))
			break;
		cut = next;
	}
	return cut;
}
