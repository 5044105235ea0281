/*
 * One line of the service is one event (JSON, any API version). Messages come in packets events
 * ("message": { "category", "header", "body" }) or as header and body of consolidated ones. States
 * come from fsm events; where only neighbor-changes are sent, up and down stand for the way between
 * Idle and Established. MRT wants the state before, so the last one of each peer is kept.
 */
#include "apid/helpers/mrtdump/event.h"

#include <stdlib.h>
#include <string.h>

#include "apid/helpers/mrtdump/json.h"
#include "common/xmalloc.h"
#include "proto/wire/family.h"
#include "proto/wire/update.h"

struct event_peer {
	struct addr peer, local;
	uint16_t state;
	bool fsm; /* its fsm events are seen: the others say less */
};

struct event {
	struct json all, neighbor;
	uint64_t time_us;
	struct mrt_bgp4mp record;
};

static const char *const path_peer[] = { "address", "peer", NULL };
static const char *const path_local[] = { "address", "local", NULL };
static const char *const path_peer_as[] = { "asn", "peer", NULL };
static const char *const path_local_as[] = { "asn", "local", NULL };
static const char *const path_asn4[] = { "negotiated", "asn4", NULL };
static const char *const path_send[] = { "negotiated", "add_path", "send", NULL };
static const char *const path_receive[] = { "negotiated", "add_path", "receive", NULL };

/* --- values --- */

static bool
read_time(const struct json *v, uint64_t *out)
{
	const char *dot = memchr(v->s, '.', v->n);
	size_t whole = dot != NULL ? (size_t)(dot - v->s) : v->n, i = 1;
	uint64_t seconds, part = 0;

	if (parse_u64(v->s, whole, UINT32_MAX, &seconds) < 0)
		return false;
	for (size_t digits = 0; digits < 6; digits++, i++) {
		bool there = dot != NULL && whole + i < v->n;

		if (there && (dot[i] < '0' || dot[i] > '9'))
			return false;
		part = part * 10 + (there ? (uint64_t)(dot[i] - '0') : 0);
	}
	*out = seconds * 1000000 + part;
	return true;
}

/* An address; `auto` and the like are none. */
static void
read_address(const struct json *neighbor, const char *const *path, struct addr *out)
{
	struct json v, text;

	*out = (struct addr){ 0 };
	if (json_path(neighbor, path, &v) && json_string(&v, &text) &&
		addr_parse_zone(text.s, text.n, out) < 0)
		*out = (struct addr){ 0 };
}

static uint32_t
read_as(const struct json *neighbor, const char *const *path)
{
	struct json v;
	uint64_t as;

	return json_path(neighbor, path, &v) && json_number(&v, UINT32_MAX, &as) ? (uint32_t)as : 0;
}

/* [ "ipv4 unicast", … ] as a bit map. */
static uint32_t
read_families(const struct json *neighbor, const char *const *path)
{
	struct json list, v, text;
	struct json_walk w;
	uint32_t bits = 0;

	if (!json_path(neighbor, path, &list) || !json_walk(&list, '[', &w))
		return 0;
	while (json_next_element(&w, &v)) {
		const char *blank;
		size_t n;

		if (!json_string(&v, &text))
			continue;
		blank = memchr(text.s, ' ', text.n);
		n = blank != NULL ? (size_t)(blank - text.s) : text.n;
		if (blank != NULL)
			bits |= family_bit(
				family_by_name(text.s, n, blank + 1, text.n - n - 1, false));
	}
	return bits;
}

/* --- messages --- */

/* Header and body, wherever they are; the length, or -1. 0: the event has none. */
static long
read_message(struct events *e, const struct event *v)
{
	struct json holder, header, body;
	long head, rest = 0;

	if (!json_find(&v->neighbor, "message", &holder) ||
		!json_find(&holder, "header", &header)) {
		holder = v->all;
		if (!json_find(&holder, "header", &header))
			return 0;
	}
	head = json_hex(&header, e->message, MESSAGE_HEADER);
	if (head != MESSAGE_HEADER)
		return -1;
	if (json_find(&holder, "body", &body))
		rest = json_hex(&body, e->message + head, sizeof(e->message) - MESSAGE_HEADER);
	if (rest < 0 || head + rest != (e->message[16] << 8 | e->message[17]))
		return -1;
	return head + rest;
}

/* Whether NLRI of an UPDATE have path-ids: those of any of its families are in the map. */
static bool
has_path_ids(const uint8_t *message, size_t n, uint32_t families, bool asn4)
{
	struct update_session s = { .attrs = { .asn4 = asn4, .ibgp = true, .generic = true },
		.families = UINT32_MAX,
		.addpath_rx = families,
		.extended_nexthop = true };
	struct update u;
	uint32_t seen = 0;

	if (families == 0 ||
		update_decode(message + MESSAGE_HEADER, n - MESSAGE_HEADER, &s, &u) < 0)
		return false;
	if (rd_left(&u.withdrawn) > 0 || rd_left(&u.nlri) > 0)
		seen |= family_bit(IPV4_UNICAST);
	if (u.reach.present)
		seen |= family_bit(u.reach.family);
	if (u.unreach.present)
		seen |= family_bit(u.unreach.family);
	return (seen & families) != 0;
}

static enum event_result
message_record(struct events *e, struct event *v, struct wr *w, size_t n)
{
	struct mrt_bgp4mp *m = &v->record;
	struct json direction, asn4;

	m->sent = json_find(&v->neighbor, "direction", &direction) && json_is(&direction, "send");
	m->message = e->message;
	m->len = n;
	if (e->message[MESSAGE_HEADER - 1] == MESSAGE_UPDATE) {
		if (json_path(&v->neighbor, path_asn4, &asn4))
			m->as4 = json_is(&asn4, "true");
		m->addpath = has_path_ids(e->message, n,
			read_families(&v->neighbor, m->sent ? path_send : path_receive), m->as4);
	}
	mrt_bgp4mp_write(w, v->time_us, m);
	return wr_ok(w) ? EVENT_RECORD : EVENT_MALFORMED;
}

/* --- states --- */

static bool
same_peer(const void *item, const void *key)
{
	const struct event_peer *p = item;
	const struct mrt_bgp4mp *m = key;

	return addr_equal(&p->peer, &m->peer) && addr_equal(&p->local, &m->local);
}

static struct event_peer *
find_peer(struct events *e, const struct mrt_bgp4mp *m)
{
	uint32_t hash = hash_bytes(m->peer.bytes, m->peer.len) + hash_u32(m->peer.scope) +
			hash_bytes(m->local.bytes, m->local.len);
	struct event_peer *p = htable_find(&e->peers, hash, same_peer, m);

	if (p != NULL || e->n_peers == PEERS_MAX)
		return p;
	p = xcalloc(1, sizeof(*p));
	*p = (struct event_peer){ .peer = m->peer, .local = m->local, .state = MRT_IDLE };
	e->n_peers++;
	htable_add(&e->peers, hash, p);
	return p;
}

/* 0 for a word that is no state of this kind of event. */
static uint16_t
state_of(const struct json *v, bool fsm)
{
	static const struct {
		const char *word;
		bool fsm;
		uint16_t state;
	} words[] = {
		{ "IDLE", true, MRT_IDLE },
		{ "CONNECT", true, MRT_CONNECT },
		{ "ACTIVE", true, MRT_ACTIVE },
		{ "OPENSENT", true, MRT_OPENSENT },
		{ "OPENCONFIRM", true, MRT_OPENCONFIRM },
		{ "ESTABLISHED", true, MRT_ESTABLISHED },
		{ "up", false, MRT_ESTABLISHED },
		{ "down", false, MRT_IDLE },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].fsm == fsm && json_is(v, words[i].word))
			return words[i].state;
	return 0;
}

static enum event_result
state_record(struct events *e, struct event *v, struct wr *w, bool fsm)
{
	struct mrt_bgp4mp *m = &v->record;
	struct event_peer *p;
	struct json word;

	if (!json_find(&v->neighbor, "state", &word))
		return EVENT_MALFORMED;
	m->new_state = state_of(&word, fsm);
	p = find_peer(e, m);
	if (p != NULL)
		p->fsm |= fsm;
	if (m->new_state == 0 || p == NULL || (p->fsm && !fsm) || p->state == m->new_state)
		return EVENT_OTHER;
	m->old_state = p->state;
	p->state = m->new_state;
	m->state_change = true;
	mrt_bgp4mp_write(w, v->time_us, m);
	return EVENT_RECORD;
}

/* --- all --- */

void
events_fini(struct events *e)
{
	struct event_peer *p;
	size_t at = 0;

	while ((p = htable_next(&e->peers, &at)) != NULL)
		free(p);
	htable_fini(&e->peers);
}

enum event_result
events_record(struct events *e, const char *line, size_t n, struct wr *w, uint64_t *time_us)
{
	struct event v = { .record = { .as4 = true } };
	struct json value, type;
	long length;

	if (!json_parse(line, n, &v.all) || !json_find(&v.all, "type", &type) ||
		!json_find(&v.all, "neighbor", &v.neighbor))
		return EVENT_OTHER;
	if (!json_find(&v.all, "time", &value) || !read_time(&value, &v.time_us))
		return EVENT_MALFORMED;
	read_address(&v.neighbor, path_peer, &v.record.peer);
	read_address(&v.neighbor, path_local, &v.record.local);
	v.record.peer_as = read_as(&v.neighbor, path_peer_as);
	v.record.local_as = read_as(&v.neighbor, path_local_as);
	*time_us = v.time_us;
	if (v.record.peer.len == 0)
		return EVENT_MALFORMED;
	if (json_is(&type, "state") || json_is(&type, "fsm"))
		return state_record(e, &v, w, json_is(&type, "fsm"));
	length = read_message(e, &v);
	if (length <= 0)
		return length < 0 ? EVENT_MALFORMED : EVENT_OTHER;
	return message_record(e, &v, w, (size_t)length);
}
