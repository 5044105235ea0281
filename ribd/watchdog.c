/*
 * Watchdogs: a table of names, each a list of items in configuration order with a hash beside it
 * for finding an item by NLRI. Items are not entries: a route that is withheld is in no table.
 */
#include "ribd/watchdog.h"

#include <stdlib.h>
#include "common/log.h"
#include "common/xmalloc.h"

enum { ITEMS_MAX = 4 * 1024 * 1024 };

struct item {
	struct item *next;
	uint32_t attrs;                /* held */
	uint32_t peers, on, mentioned; /* held sets */
	struct nlri nlri;              /* bytes point into this item */
	uint8_t bytes[];
};

struct dog {
	char *name; /* owned */
	struct item *first, **last;
	struct htable by_nlri;
};

static bool
dog_eq(const void *item, const void *key)
{
	const struct dog *dog = item;

	return strcmp(dog->name, key) == 0;
}

static bool
item_eq(const void *item, const void *key)
{
	const struct item *i = item;

	return nlri_same(&i->nlri, key);
}

static struct dog *
find_dog(struct rib *rib, const char *name, size_t n, bool create)
{
	char key[WATCHDOG_NAME_MAX + 1];
	struct dog *dog;

	if (n > WATCHDOG_NAME_MAX)
		n = WATCHDOG_NAME_MAX;
	memcpy(key, name, n);
	key[n] = '\0';
	dog = htable_find(&rib->watchdogs.names, hash_str(key), dog_eq, key);
	if (dog != NULL || !create)
		return dog;
	dog = xcalloc(1, sizeof(*dog));
	dog->name = xstrdup(key);
	dog->last = &dog->first;
	htable_add(&rib->watchdogs.names, hash_str(key), dog);
	return dog;
}

static struct item *
add_item(struct rib *rib, struct dog *dog, const struct nlri *nlri, uint32_t attrs)
{
	struct item *item = xcalloc(1, sizeof(*item) + nlri->len);

	memcpy(item->bytes, nlri->bytes, nlri->len);
	item->nlri = *nlri;
	item->nlri.bytes = item->bytes;
	item->attrs = attrs_ref(&rib->attrs, attrs);
	item->peers = peerset_ref(&rib->sets, 0);
	item->on = peerset_ref(&rib->sets, 0);
	item->mentioned = peerset_ref(&rib->sets, 0);
	*dog->last = item;
	dog->last = &item->next;
	htable_add(&dog->by_nlri, nlri_hash(nlri), item);
	rib->watchdogs.items++;
	return item;
}

void
watchdog_route(struct rib *rib, const char *name, size_t n, bool withheld, uint32_t peers,
	const struct nlri *nlri, uint32_t attrs, bool announce)
{
	struct dog *dog = find_dog(rib, name, n, true);
	struct item *item = htable_find(&dog->by_nlri, nlri_hash(nlri), item_eq, nlri);
	uint32_t new, on;

	if (item == NULL && rib->watchdogs.items >= ITEMS_MAX) {
		log_error(dog->name, "more than %d watchdog routes: one is ignored", ITEMS_MAX);
		return;
	}
	if (item == NULL)
		item = add_item(rib, dog, nlri, attrs);
	attrs_ref(&rib->attrs, attrs);
	attrs_unref(&rib->attrs, item->attrs);
	item->attrs = attrs;
	new = peerset_minus(&rib->sets, peers, item->peers);
	peerset_assign(&rib->sets, &item->peers, peerset_or(&rib->sets, item->peers, peers));
	peerset_assign(
		&rib->sets, &item->mentioned, peerset_or(&rib->sets, item->mentioned, peers));
	if (!withheld)
		peerset_assign(&rib->sets, &item->on, peerset_or(&rib->sets, item->on, new));
	on = peerset_and(&rib->sets, item->on, peers);
	if (announce && on != 0)
		rib_announce(rib, on, &item->nlri, nlri_hash(&item->nlri), item->attrs, true);
	peerset_unref(&rib->sets, new);
	peerset_unref(&rib->sets, on);
}

static void
switch_item(struct rib *rib, struct item *item, uint32_t peers, bool announce)
{
	uint32_t mine = peerset_and(&rib->sets, item->peers, peers), change;

	if (announce) {
		change = peerset_minus(&rib->sets, mine, item->on);
		peerset_assign(&rib->sets, &item->on, peerset_or(&rib->sets, item->on, mine));
		if (change != 0)
			rib_announce(rib, change, &item->nlri, nlri_hash(&item->nlri), item->attrs,
				true);
	} else {
		change = peerset_and(&rib->sets, mine, item->on);
		peerset_assign(&rib->sets, &item->on, peerset_minus(&rib->sets, item->on, mine));
		if (change != 0)
			rib_withdraw(rib, change, &item->nlri, nlri_hash(&item->nlri), item->attrs);
	}
	peerset_unref(&rib->sets, mine);
	peerset_unref(&rib->sets, change);
}

void
watchdog_switch(struct rib *rib, const char *name, size_t n, uint32_t peers, bool announce)
{
	struct dog *dog = find_dog(rib, name, n, false);

	for (struct item *item = dog == NULL ? NULL : dog->first; item != NULL; item = item->next)
		switch_item(rib, item, peers, announce);
}

static void
free_item(struct rib *rib, struct dog *dog, struct item *item)
{
	htable_remove(&dog->by_nlri, nlri_hash(&item->nlri), item_eq, &item->nlri);
	attrs_unref(&rib->attrs, item->attrs);
	peerset_unref(&rib->sets, item->peers);
	peerset_unref(&rib->sets, item->on);
	peerset_unref(&rib->sets, item->mentioned);
	rib->watchdogs.items--;
	free(item);
}

static void
free_dog(struct rib *rib, struct dog *dog)
{
	htable_remove(&rib->watchdogs.names, hash_str(dog->name), dog_eq, dog->name);
	htable_fini(&dog->by_nlri);
	free(dog->name);
	free(dog);
}

/* Keeps of every item what is in both peers (complement: not in them) and its own set. */
static void
restrict_items(struct rib *rib, struct dog *dog, const uint32_t *without)
{
	struct item **link = &dog->first;

	while (*link != NULL) {
		struct item *item = *link;
		uint32_t keep = without != NULL
					? peerset_minus(&rib->sets, item->peers, *without)
					: peerset_and(&rib->sets, item->peers, item->mentioned);

		peerset_assign(&rib->sets, &item->peers, keep);
		peerset_assign(
			&rib->sets, &item->on, peerset_and(&rib->sets, item->on, item->peers));
		if (item->peers != 0) {
			link = &item->next;
			continue;
		}
		*link = item->next;
		free_item(rib, dog, item);
	}
	dog->last = link;
}

static void
restrict_all(struct rib *rib, const uint32_t *without)
{
	struct dog *dog;

	for (size_t pos = 0; (dog = htable_next(&rib->watchdogs.names, &pos)) != NULL;) {
		restrict_items(rib, dog, without);
		if (dog->first == NULL)
			free_dog(rib, dog);
	}
}

void
watchdog_begin(struct rib *rib)
{
	struct dog *dog;

	for (size_t pos = 0; (dog = htable_next(&rib->watchdogs.names, &pos)) != NULL;)
		for (struct item *item = dog->first; item != NULL; item = item->next)
			peerset_assign(&rib->sets, &item->mentioned, peerset_ref(&rib->sets, 0));
}

void
watchdog_end(struct rib *rib)
{
	restrict_all(rib, NULL);
}

void
watchdog_forget(struct rib *rib, uint32_t peers)
{
	restrict_all(rib, &peers);
}

void
watchdog_fini(struct rib *rib)
{
	watchdog_forget(rib, rib->all);
	htable_fini(&rib->watchdogs.names);
}

void
watchdog_each(
	struct rib *rib, void (*fn)(void *owner, const struct watchdog_view *item), void *owner)
{
	struct dog *dog;

	for (size_t pos = 0; (dog = htable_next(&rib->watchdogs.names, &pos)) != NULL;)
		for (struct item *item = dog->first; item != NULL; item = item->next)
			fn(owner, &(struct watchdog_view){ .name = dog->name,
					  .nlri = item->nlri,
					  .attrs = item->attrs,
					  .peers = item->peers,
					  .on = item->on });
}
