/*
 * The sending half of a link: messages are packed one behind the other into one buffer, from
 * which frames are cut when LINK_FLUSH_BYTES are there or at the end of the turn, as far as the
 * peer's credit and nng's buffer go. Control frames go first and need no credit.
 */
#include "common/link_priv.h"

#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "common/wr.h"

enum {
	QUEUE_LIMIT = 8 * LINK_WINDOW_BYTES,
	LOW_CREDIT = LINK_WINDOW_BYTES / 4,
	KEEP_BUFFER = 1024 * 1024, /* an empty buffer larger than this is given back */
	COMPACT_BYTES = 64 * 1024
};

static void
on_writable(struct loop *loop, void *owner, uint32_t events)
{
	struct link *l = owner;

	(void)loop;
	(void)events;
	link_unchoke(l);
	link_pump(l);
}

void
link_unchoke(struct link *l)
{
	if (l->choked)
		loop_io_del(l->loop, &l->send_io);
	l->choked = false;
}

static void
choke(struct link *l)
{
	int fd = link_sock_send_fd(l->sock);

	if (fd < 0 ||
		loop_io_add(l->loop, &l->send_io, fd, EPOLLIN, on_writable, l, "link-send") != 0)
		link_drop(l, "cannot watch the socket");
	else
		l->choked = true;
}

/* One frame out. False: not now. */
static bool
send_frame(struct link *l, enum link_kind kind, const uint8_t *body, size_t n)
{
	uint8_t head[LINK_HEAD_BYTES];
	struct wr w = wr_init(head, sizeof(head));

	link_head_write(&w, &(struct link_head){ .kind = kind,
				    .epoch = kind == LINK_HELLO ? 0 : l->peer.epoch,
				    .processed = l->flow.processed });
	switch (link_sock_send(l->sock, head, sizeof(head), body, n)) {
	case LINK_SOCK_OK:
		l->flow.told = l->flow.processed;
		l->pending &= ~(1U << LINK_CREDIT);
		return true;
	case LINK_SOCK_AGAIN:
		choke(l);
		return false;
	case LINK_SOCK_DEAD:
		break;
	}
	link_drop(l, "send failed");
	return false;
}

static bool
send_hello(struct link *l)
{
	struct link_hello hello = { .epoch = l->epoch,
		.last_epoch = l->peer.epoch,
		.pid = (uint32_t)getpid(),
		.window = LINK_WINDOW_BYTES,
		.version_min = l->config.version_min,
		.version_max = l->config.version_max };
	uint8_t body[LINK_HELLO_MAX];
	struct wr w = wr_init(body, sizeof(body));

	memcpy(hello.name, l->config.name, strlen(l->config.name));
	memcpy(hello.role, l->config.role, strlen(l->config.role));
	link_hello_write(&w, &hello);
	return send_frame(l, LINK_HELLO, body, wr_len(&w));
}

/* Control frames in the order of their numbers. False: not all could be sent. */
static bool
send_pending(struct link *l)
{
	for (unsigned kind = LINK_HELLO; kind < LINK_KINDS && l->pending != 0; kind++) {
		if ((l->pending & 1U << kind) == 0)
			continue;
		bool sent = kind == LINK_HELLO ? send_hello(l) : send_frame(l, kind, NULL, 0);
		if (!sent)
			return false;
		l->pending &= ~(1U << kind);
	}
	return true;
}

static void
compact(struct link *l)
{
	if (l->out_pos == l->out.len) {
		l->out_pos = 0;
		buf_reset(&l->out);
		if (l->out.cap > KEEP_BUFFER)
			buf_fini(&l->out);
	} else if (l->out_pos > COMPACT_BYTES && l->out_pos > l->out.len / 2) {
		buf_shift(&l->out, l->out_pos);
		l->out_pos = 0;
	}
}

void
link_pump(struct link *l)
{
	bool live = l->state == LINK_SHAKING || l->state == LINK_IS_UP || l->state == LINK_ENDING;

	if (!live || l->choked || l->dropping || !send_pending(l) || l->state != LINK_IS_UP)
		return;
	while (link_queued(l) > 0) {
		const uint8_t *items = l->out.data + l->out_pos;
		uint64_t room = link_flow_room(&l->flow);
		size_t cut = room <= LINK_HEAD_BYTES ? 0
						     : link_frame_cut(items, link_queued(l),
							       room - LINK_HEAD_BYTES);

		if (cut == 0 || !send_frame(l, LINK_DATA, items, cut))
			break;
		l->flow.sent += LINK_HEAD_BYTES + cut;
		l->stats.sent_bytes += LINK_HEAD_BYTES + cut;
		l->out_pos += cut;
	}
	compact(l);
}

void
link_control(struct link *l, enum link_kind kind)
{
	l->pending |= 1U << kind;
	link_pump(l);
}

void
link_credit_came(struct link *l)
{
	link_pump(l);
	if (!l->low || link_credit(l) < LOW_CREDIT)
		return;
	l->low = false;
	l->config.event(l->config.owner, LINK_WRITABLE, &l->peer);
}

void
link_send_reset(struct link *l)
{
	link_unchoke(l);
	loop_defer_cancel(l->loop, &l->flush_task);
	buf_fini(&l->out);
	l->out_pos = 0;
	l->pending = 0;
	l->low = false;
}

static void
flush_later(struct loop *loop, void *owner)
{
	(void)loop;
	link_pump(owner);
}

uint8_t *
link_send_begin(struct link *l, uint16_t type, size_t n)
{
	if (l->item_room > 0)
		fatalx("%s: a message was begun inside another", l->config.name);
	l->item_room = LINK_ITEM_BYTES + n;
	l->item_type = type;
	return buf_room(&l->out, l->item_room) + LINK_ITEM_BYTES;
}

static bool
end_item(struct link *l, size_t n)
{
	struct wr w = wr_init(l->out.data + l->out.len, LINK_ITEM_BYTES);

	if (!link_is_up(l))
		return false;
	link_item_write(&w, l->item_type, (uint32_t)n);
	l->out.len += LINK_ITEM_BYTES + n;
	l->stats.sent_messages++;
	if (link_queued(l) > l->stats.queued_peak)
		l->stats.queued_peak = link_queued(l);
	if (link_queued(l) > QUEUE_LIMIT)
		fatalx("%s: %zu bytes queued without credit", l->config.name, link_queued(l));
	if (link_queued(l) >= LINK_FLUSH_BYTES)
		link_pump(l);
	if (link_queued(l) > 0)
		loop_defer(l->loop, &l->flush_task, flush_later, l);

	size_t credit = link_credit(l);
	l->low = l->low || credit < LOW_CREDIT;
	return credit > 0;
}

bool
link_send_end(struct link *l, size_t n)
{
	if (l->item_room < LINK_ITEM_BYTES + n || n > LINK_MESSAGE_MAX)
		fatalx("%s: message %u of %zu bytes does not fit", l->config.name, l->item_type, n);
	l->item_room = 0;
	return n > 0 ? end_item(l, n) : link_credit(l) > 0;
}

bool
link_send(struct link *l, uint16_t type, const void *body, size_t n)
{
	uint8_t *p = link_send_begin(l, type, n);

	if (n > LINK_MESSAGE_MAX)
		fatalx("%s: message %u of %zu bytes is too long", l->config.name, type, n);
	if (n > 0)
		memcpy(p, body, n);
	l->item_room = 0;
	return end_item(l, n);
}

void
link_flush(struct link *l)
{
	link_pump(l);
}

size_t
link_credit(const struct link *l)
{
	uint64_t room = link_is_up(l) ? link_flow_room(&l->flow) : 0;
	size_t queued = link_queued(l) > 0 ? link_queued(l) + LINK_HEAD_BYTES : 0;

	return room > queued ? (size_t)(room - queued) : 0;
}

bool
link_point(const struct link *l, struct link_point *out)
{
	if (!link_is_up(l)) {
		*out = (struct link_point){ 0 };
		return true;
	}
	*out = (struct link_point){ .epoch = l->epoch, .bytes = l->flow.sent };
	return link_queued(l) == 0;
}

bool
link_reached(const struct link *l, const struct link_point *point)
{
	return !link_is_up(l) || l->epoch != point->epoch || l->flow.acked >= point->bytes;
}
