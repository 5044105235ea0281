/*
 * Routes are collected by prefix, because a RIB record holds one prefix with an entry for each peer;
 * they are written in the order their prefixes came. Only prefixes of unicast and multicast are
 * told in a form that can be read back.
 */
#include "apid/helpers/mrtdump/table.h"

#include <stdlib.h>
#include <string.h>

#include "apid/helpers/mrtdump/attributes.h"
#include "apid/helpers/mrtdump/json.h"
#include "apid/helpers/mrtdump/output.h"
#include "common/htable.h"
#include "common/xmalloc.h"
#include "proto/wire/attr.h"
#include "proto/wire/family.h"
#include "proto/wire/mrt.h"

enum { RECORD_BYTES = 1 << 20, ENTRY_BYTES = ATTR_BLOCK_MAX + 64, PREFIX_BYTES = 17 };

struct entry {
	struct entry *next;
	uint16_t peer;
	uint32_t path_id;
	struct attrset set; /* block: behind */
	uint8_t block[];
};

struct prefix {
	struct prefix *next;
	struct nlri nlri; /* bytes: below */
	uint8_t bytes[PREFIX_BYTES];
	struct entry *entries, **last;
};

struct table {
	struct mrt_peer *peers; /* owned */
	unsigned n_peers;
	uint32_t collector;
	struct htable by_nlri;
	struct prefix *prefixes, **last;
	struct table_counts counts;
	uint8_t block[ATTR_BLOCK_MAX];
	uint8_t record[RECORD_BYTES];
};

struct table *
table_new(void)
{
	struct table *t = xcalloc(1, sizeof(*t));

	t->last = &t->prefixes;
	return t;
}

void
table_free(struct table *t)
{
	for (struct prefix *p = t->prefixes, *next; p != NULL; p = next) {
		for (struct entry *e = p->entries, *after; e != NULL; e = after) {
			after = e->next;
			free(e);
		}
		next = p->next;
		free(p);
	}
	htable_fini(&t->by_nlri);
	free(t->peers);
	free(t);
}

struct table_counts
table_counted(const struct table *t)
{
	struct table_counts counts = t->counts;

	counts.peers = t->n_peers;
	return counts;
}

/* --- peers --- */

static bool
read_text_addr(const struct json *v, struct addr *out)
{
	struct json text;

	return json_string(v, &text) && addr_parse_zone(text.s, text.n, out) == 0;
}

static uint32_t
read_id(const struct json *object)
{
	struct json v;
	struct addr a = { 0 };
	struct rd r;

	if (!json_find(object, "id", &v) || !read_text_addr(&v, &a) || a.len != 4)
		return 0;
	r = rd_init(a.bytes, 4);
	return rd_u32(&r);
}

static void
add_peer(struct table *t, const struct json *neighbor)
{
	struct json local, peer, v;
	struct mrt_peer *p;
	uint64_t as = 0;

	if (t->n_peers == UINT16_MAX || !json_find(neighbor, "peer", &peer) ||
		!json_find(&peer, "address", &v))
		return;
	t->peers = xreallocarray(t->peers, t->n_peers + 1, sizeof(t->peers[0]));
	p = &t->peers[t->n_peers];
	*p = (struct mrt_peer){ .router_id = read_id(&peer) };
	if (!read_text_addr(&v, &p->addr))
		return;
	if (json_find(&peer, "as", &v) && json_number(&v, UINT32_MAX, &as))
		p->as = (uint32_t)as;
	if (t->collector == 0 && json_find(neighbor, "local", &local))
		t->collector = read_id(&local);
	t->n_peers++;
}

void
table_peers(struct table *t, const char *line, size_t n)
{
	struct json list, neighbor;
	struct json_walk w;

	if (!json_parse(line, n, &list) || !json_walk(&list, '[', &w))
		return;
	while (json_next_element(&w, &neighbor))
		add_peer(t, &neighbor);
}

static int
find_peer(const struct table *t, const struct json *name)
{
	struct addr a;

	if (addr_parse_zone(name->s, name->n, &a) < 0)
		return -1;
	for (unsigned i = 0; i < t->n_peers; i++)
		if (addr_equal(&t->peers[i].addr, &a))
			return (int)i;
	return -1;
}

/* --- routes --- */

/* "192.0.2.0/24" or "192.0.2.0/24 path-information 0.0.0.1" */
static bool
read_prefix(struct prefix *p, uint32_t family, const struct json *text)
{
	static const char word[] = " path-information ";
	const char *blank = memchr(text->s, ' ', text->n), *why;
	size_t n = blank != NULL ? (size_t)(blank - text->s) : text->n;
	size_t skip = n + sizeof(word) - 1;
	struct addr net;
	uint8_t bits, id[4];
	struct rd r;

	if (prefix_parse(text->s, n, &net, &bits, &why) < 0 ||
		net.len != (family_afi(family) == AFI_IPV4 ? 4 : 16))
		return false;
	p->bytes[0] = bits;
	memcpy(p->bytes + 1, net.bytes, (bits + 7u) / 8);
	p->nlri = (struct nlri){
		.family = family, .bytes = p->bytes, .len = (uint16_t)(1 + (bits + 7u) / 8)
	};
	if (blank == NULL)
		return true;
	if (text->n < skip || memcmp(blank, word, sizeof(word) - 1) != 0 ||
		addr_parse4(text->s + skip, text->n - skip, id) < 0)
		return false;
	r = rd_init(id, sizeof(id));
	p->nlri.has_path_id = true;
	p->nlri.path_id = rd_u32(&r);
	return true;
}

static uint32_t
family_of(const struct json *route)
{
	struct json v;

	for (size_t i = 0; i < FAMILY_COUNT; i++) {
		uint8_t safi = family_safi(family_table[i].family);

		if ((safi == SAFI_UNICAST || safi == SAFI_MULTICAST) &&
			json_find(route, "family", &v) && json_is(&v, family_table[i].name))
			return family_table[i].family;
	}
	return FAMILY_NONE;
}

/* All paths of a prefix are in one record: the path-id is not part of the key. */
static bool
same_prefix(const void *item, const void *key)
{
	const struct prefix *p = item;
	const struct nlri *nlri = key;

	return p->nlri.family == nlri->family && p->nlri.has_path_id == nlri->has_path_id &&
	       p->nlri.len == nlri->len && memcmp(p->bytes, nlri->bytes, nlri->len) == 0;
}

static struct prefix *
find_prefix(struct table *t, const struct nlri *nlri)
{
	uint32_t hash = hash_bytes(nlri->bytes, nlri->len) + nlri->family;
	struct prefix *p = htable_find(&t->by_nlri, hash, same_prefix, nlri);

	if (p != NULL)
		return p;
	p = xcalloc(1, sizeof(*p));
	p->nlri = *nlri;
	memcpy(p->bytes, nlri->bytes, nlri->len);
	p->nlri.bytes = p->bytes;
	p->last = &p->entries;
	*t->last = p;
	t->last = &p->next;
	htable_add(&t->by_nlri, hash, p);
	return p;
}

static void
add_route(struct table *t, int peer, const struct json *route)
{
	struct wr w = wr_init(t->block, sizeof(t->block));
	uint32_t family = family_of(route);
	struct prefix probe, *p;
	struct json v, text;
	struct addr nexthop = { 0 };
	struct entry *e;

	if (peer < 0 || family == FAMILY_NONE || !json_find(route, "prefix", &v) ||
		!json_string(&v, &text) || !read_prefix(&probe, family, &text)) {
		t->counts.left_out++;
		return;
	}
	if (json_find(route, "next-hop", &v) && !read_text_addr(&v, &nexthop))
		nexthop.len = 0;
	if (json_find(route, "attribute", &v))
		t->counts.attributes += attributes_read(&v, &w);
	if (!wr_ok(&w)) {
		t->counts.left_out++;
		return;
	}
	p = find_prefix(t, &probe.nlri);
	e = xmalloc(sizeof(*e) + wr_len(&w));
	*e = (struct entry){ .peer = (uint16_t)peer, .path_id = probe.nlri.path_id };
	memcpy(e->block, t->block, wr_len(&w));
	e->set = (struct attrset){
		.nh_len = nexthop.len, .block = e->block, .len = (uint32_t)wr_len(&w)
	};
	memcpy(e->set.nh, nexthop.bytes, nexthop.len);
	*p->last = e;
	p->last = &e->next;
	t->counts.routes++;
}

void
table_routes(struct table *t, const char *line, size_t n)
{
	struct json object, peer, value, list, route;
	struct json_walk peers, routes;

	if (!json_parse(line, n, &object) || !json_walk(&object, '{', &peers))
		return;
	while (json_next_member(&peers, &peer, &value)) {
		if (!json_find(&value, "routes", &list) || !json_walk(&list, '[', &routes))
			continue;
		while (json_next_element(&routes, &route))
			add_route(t, find_peer(t, &peer), &route);
	}
}

/* --- writing --- */

/* Entries that do not fit one record go on in another of the same prefix. */
static const struct entry *
write_record(struct table *t, struct output *o, uint64_t time_us, uint32_t sequence,
	const struct prefix *p, const struct entry *e)
{
	struct wr w = wr_init(t->record, sizeof(t->record));
	struct mrt_rib_writer rib;

	mrt_rib_begin(&rib, &w, time_us, sequence, &p->nlri);
	for (; e != NULL && wr_left(&w) > ENTRY_BYTES && rib.n < UINT16_MAX; e = e->next)
		mrt_rib_add(&rib, e->peer, (uint32_t)(time_us / 1000000), e->path_id, &e->set);
	mrt_rib_end(&rib);
	if (wr_ok(&w))
		output_record(o, time_us, t->record, wr_len(&w));
	return e;
}

void
table_write(struct table *t, struct output *o, uint64_t time_us)
{
	size_t bytes = 64 + (size_t)t->n_peers * 32;
	uint8_t *index = xmalloc(bytes);
	struct wr w = wr_init(index, bytes);
	uint32_t sequence = 0;

	mrt_peer_index_write(&w, time_us, t->collector, "", t->peers, (uint16_t)t->n_peers);
	if (wr_ok(&w))
		output_record(o, time_us, index, wr_len(&w));
	free(index);
	for (const struct prefix *p = t->prefixes; p != NULL; p = p->next)
		for (const struct entry *e = p->entries; e != NULL;)
			e = write_record(t, o, time_us, sequence++, p, e);
	output_flush(o);
}
