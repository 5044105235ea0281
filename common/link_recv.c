/*
 * The receiving half of a link: what each kind of frame means, and delivery of messages to the
 * owner. Frames are delivered as they come, unless the owner's accept() says no: then they are
 * held, at most a window of them, and credit is not returned. A frame that breaks the rules ends
 * the connection.
 */
#include "common/link_priv.h"

#include <stdlib.h>
#include <string.h>

#include "common/rd.h"
#include "common/xmalloc.h"

/* --- frames held back --- */

static void
held_push(struct link_held *h, struct link_rx *rx)
{
	if (h->n == h->cap) {
		size_t cap = h->cap > 0 ? h->cap * 2 : 32;
		struct link_rx *grown = xreallocarray(NULL, cap, sizeof(*grown));

		for (size_t i = 0; i < h->n; i++)
			grown[i] = h->rx[(h->first + i) % h->cap];
		free(h->rx);
		h->rx = grown;
		h->cap = cap;
		h->first = 0;
	}
	if (h->n == 0)
		h->pos = LINK_HEAD_BYTES;
	h->rx[(h->first + h->n++) % h->cap] = *rx;
}

static void
held_pop(struct link_held *h)
{
	link_rx_free(&h->rx[h->first]);
	h->first = (h->first + 1) % h->cap;
	h->n--;
	h->pos = LINK_HEAD_BYTES;
}

void
link_held_clear(struct link_held *h)
{
	while (h->n > 0)
		held_pop(h);
	free(h->rx);
	*h = (struct link_held){ 0 };
}

/* --- delivery --- */

static void
finish_bye(struct link *l)
{
	link_control(l, LINK_BYE_ACK);
	l->state = LINK_ENDING;
	link_await(l);
	link_tell_down(l);
}

static void
tell_processed(struct loop *loop, void *owner)
{
	struct link *l = owner;

	(void)loop;
	if (l->state == LINK_IS_UP && !l->dropping && l->flow.processed > l->flow.told)
		link_control(l, LINK_CREDIT);
}

static void
return_credit(struct link *l)
{
	if (l->flow.processed - l->flow.told >= LINK_RETURN_BYTES)
		link_control(l, LINK_CREDIT);
}

void
link_tell_soon(struct link *l)
{
	if (!loop_timer_armed(&l->prompt_timer))
		loop_timer_set(l->loop, &l->prompt_timer, LINK_PROMPT_US, tell_processed, l,
			"link-prompt");
}

/* One message of the first held frame. False: nothing more can be delivered now. */
static bool
deliver_one(struct link *l)
{
	struct link_rx *rx = &l->held.rx[l->held.first];
	struct rd r = rd_init(rx->data + l->held.pos, rx->n - l->held.pos);
	struct link_item item;

	if (rd_left(&r) == 0) {
		held_pop(&l->held);
		l->flow.processed += LINK_HEAD_BYTES;
		return_credit(l);
		return true;
	}
	if (link_item_read(&r, &item) < 0) {
		link_fail(l, "malformed frame", rx->data, rx->n);
		return false;
	}
	if (l->config.accept != NULL && !l->config.accept(l->config.owner)) {
		l->refused = true;
		return false;
	}
	l->held.pos += LINK_ITEM_BYTES + item.n;
	l->stats.received_messages++;
	l->delivering = true;
	l->config.message(l->config.owner, item.type, item.body, item.n);
	l->delivering = false;
	if (l->closed) {
		link_held_clear(&l->held);
		return false;
	}
	l->flow.processed += LINK_ITEM_BYTES + item.n;
	return_credit(l);
	return true;
}

void
link_deliver(struct link *l)
{
	while (l->state == LINK_IS_UP && !l->dropping && !l->refused && l->held.n > 0) {
		if (!deliver_one(l))
			break;
	}
	if (l->state == LINK_IS_UP && !l->dropping && l->got_bye && l->held.n == 0)
		finish_bye(l);
}

static void
deliver_later(struct loop *loop, void *owner)
{
	(void)loop;
	link_deliver(owner);
}

void
link_resume(struct link *l)
{
	if (!l->refused)
		return;
	l->refused = false;
	loop_defer(l->loop, &l->deliver_task, deliver_later, l);
}

/* --- frames --- */

static const char *
take_hello(struct link *l, struct rd *r)
{
	struct link_hello hello;

	if (l->state != LINK_SHAKING || l->got_hello)
		return "unexpected HELLO";
	if (link_hello_read(r, &hello) < 0)
		return "malformed HELLO";
	if (strcmp(hello.name, l->config.name) != 0)
		return "HELLO of another link";
	if (hello.version_min > l->config.version_max || hello.version_max < l->config.version_min)
		return "no protocol version in common; is an old process still running?";
	if (hello.window < LINK_WINDOW_BYTES)
		return "window too small";
	l->got_hello = true;
	l->peer = (struct link_peer){ .pid = hello.pid,
		.epoch = hello.epoch,
		.version = hello.version_max < l->config.version_max ? hello.version_max
								     : l->config.version_max };
	l->flow.window = LINK_WINDOW_BYTES;
	link_control(l, LINK_HELLO_ACK);
	return NULL;
}

static const char *
take_ack(struct link *l)
{
	/* The peer's HELLO came first: a connection is a FIFO. */
	if (l->state != LINK_SHAKING || !l->got_hello)
		return "unexpected HELLO_ACK";
	l->got_ack = true;
	link_go_up(l);
	return NULL;
}

/* Takes rx over. */
static const char *
take_data(struct link *l, struct link_rx *rx)
{
	if (l->state == LINK_ENDING) {
		link_rx_free(rx);
		return NULL;
	}
	if (l->state != LINK_IS_UP || l->got_bye)
		return "unexpected DATA";
	if (!link_flow_take(&l->flow, rx->n))
		return "more data than credit";
	l->stats.received_bytes += rx->n;
	held_push(&l->held, rx);
	rx->msg = NULL;
	return NULL;
}

/* A frame for our epoch. Returns what is wrong with it, or NULL. */
static const char *
take_frame(struct link *l, const struct link_head *head, struct link_rx *rx)
{
	uint64_t acked = l->flow.acked;

	if (!link_flow_ack(&l->flow, head->processed))
		return "impossible credit";
	switch (head->kind) {
	case LINK_HELLO_ACK:
		return take_ack(l);
	case LINK_DATA: {
		const char *wrong = take_data(l, rx);

		if (wrong != NULL)
			return wrong;
		break;
	}
	case LINK_BYE:
		l->got_bye = l->state == LINK_IS_UP;
		break;
	case LINK_BYE_ACK:
		l->got_bye_ack = true;
		break;
	case LINK_HELLO:
	case LINK_CREDIT:
	case LINK_KINDS:
		break;
	}
	if (l->flow.acked > acked && l->state == LINK_IS_UP && !l->closed) {
		link_credit_came(l);
		if (l->config.acked != NULL)
			l->config.acked(l->config.owner);
	}
	return NULL;
}

void
link_receive(struct link *l, struct link_rx *rx)
{
	struct rd r = rd_init(rx->data, rx->n);
	struct link_head head;
	const char *wrong = NULL;

	if (link_head_read(&r, &head) < 0)
		wrong = "not a frame";
	else if (head.kind == LINK_HELLO)
		wrong = take_hello(l, &r);
	else if (head.epoch != l->epoch)
		l->stats.wrong_epoch++;
	else
		wrong = take_frame(l, &head, rx);
	if (wrong != NULL)
		link_fail(l, wrong, rx->data, rx->n);
	link_rx_free(rx);
}
