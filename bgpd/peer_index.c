/*
 * A hash table of the first peer of each address. Invariant: a peer that is not gone is in exactly
 * one chain.
 */
#include "bgpd/peer_index.h"

#include <string.h>

#include "bgpd/bgpd.h"
#include "bgpd/peer.h"

static bool
same_address(const void *item, const void *key)
{
	const struct peer *p = item;
	const struct addr *address = key;

	return p->address.len == address->len &&
	       memcmp(p->address.bytes, address->bytes, address->len) == 0;
}

static uint32_t
hash_of(const struct addr *address)
{
	return hash_bytes(address->bytes, address->len);
}

static void
append(struct peer *head, struct peer *p)
{
	while (head->same != NULL)
		head = head->same;
	head->same = p;
}

/* Out of a chain that begins with head; the new first one. */
static struct peer *
cut(struct peer *head, struct peer *p)
{
	struct peer **at = &head;

	while (*at != NULL && *at != p)
		at = &(*at)->same;
	if (*at == p)
		*at = p->same;
	p->same = NULL;
	return head;
}

void
peer_index_add(struct peer *p)
{
	struct bgpd *d = p->d;
	struct peer *head = p->is_range ? d->ranges : peer_index_exact(d, &p->address);

	p->same = NULL;
	if (head != NULL)
		append(head, p);
	else if (p->is_range)
		d->ranges = p;
	else
		htable_add(&d->by_address, hash_of(&p->address), p);
}

void
peer_index_remove(struct peer *p)
{
	struct bgpd *d = p->d;
	uint32_t hash = hash_of(&p->address);
	struct peer *head;

	if (p->is_range) {
		d->ranges = cut(d->ranges, p);
		return;
	}
	head = htable_remove(&d->by_address, hash, same_address, &p->address);
	if (head != NULL)
		head = cut(head, p);
	if (head != NULL)
		htable_add(&d->by_address, hash, head);
}

struct peer *
peer_index_exact(const struct bgpd *d, const struct addr *address)
{
	return htable_find(&d->by_address, hash_of(address), same_address, address);
}

struct peer *
peer_index_ranges(const struct bgpd *d)
{
	return d->ranges;
}
