/*
 * Subscriptions: the api sections of a neighbor, merged per helper. Each flag counts only for the
 * processes of the section that sets it; a helper named in several sections has the sum of them.
 * `processes-match` makes a neighbor visible, but brings no events.
 */
#include "apid/subscribe.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "common/xmalloc.h"

static bool
matches(const char *pattern, const char *name)
{
	struct buf b = { 0 };
	regex_t re;
	bool match = false;

	buf_printf(&b, "^(%s)", pattern);
	if (regcomp(&re, buf_cstr(&b), REG_EXTENDED | REG_NOSUB) == 0) {
		match = regexec(&re, name, 0, NULL, 0) == 0;
		regfree(&re);
	}
	buf_fini(&b);
	return match;
}

static bool
section_names(const struct api_conf *api, const char *process)
{
	for (unsigned i = 0; i < api->n_processes; i++) {
		if (strcmp(api->processes[i], process) == 0)
			return true;
	}
	return false;
}

bool
subscribe_names(const struct neighbor_conf *conf, const char *process)
{
	for (unsigned i = 0; i < conf->n_apis; i++) {
		const struct api_conf *api = &conf->apis[i];

		if (section_names(api, process))
			return true;
		for (unsigned j = 0; j < api->n_processes_match; j++) {
			if (matches(api->processes_match[j], process))
				return true;
		}
	}
	return false;
}

bool
neighbor_visible(const struct neighbor *n, const struct client *c)
{
	return c->sees_all || subscribe_names(n->conf, c->name);
}

static void
merge_direction(struct api_direction *to, const struct api_direction *from)
{
	to->parsed |= from->parsed;
	to->packets |= from->packets;
	to->consolidate |= from->consolidate;
	to->types |= from->types;
}

static struct subscription *
subscription_of(struct neighbor *n, struct helper *h)
{
	for (unsigned i = 0; i < n->n_subscriptions; i++) {
		if (n->subscriptions[i].helper == h)
			return &n->subscriptions[i];
	}
	n->subscriptions = xreallocarray(
		n->subscriptions, n->n_subscriptions + 1, sizeof(n->subscriptions[0]));
	struct subscription *s = &n->subscriptions[n->n_subscriptions++];
	*s = (struct subscription){ .helper = h };
	return s;
}

/* An attached helper with --events hears everything, parsed. */
static void
subscribe_everything(struct subscription *s)
{
	const struct api_direction all = { .parsed = true, .types = 0x7e };

	s->neighbor_changes = s->negotiated = s->fsm = s->signal = true;
	merge_direction(&s->send, &all);
	merge_direction(&s->receive, &all);
}

/* One with --packets hears what peers send, as bytes, and the states of sessions. */
static void
subscribe_packets(struct subscription *s)
{
	const struct api_direction all = { .packets = true, .types = 0x7e };

	s->neighbor_changes = s->fsm = true;
	merge_direction(&s->receive, &all);
}

void
subscribe_neighbor(struct apid *a, struct neighbor *n)
{
	const struct neighbor_conf *conf = n->conf;

	n->n_subscriptions = 0;
	for (struct helper *h = a->helpers; h != NULL; h = h->next) {
		if (h->events_all)
			subscribe_everything(subscription_of(n, h));
		if (h->packets_all)
			subscribe_packets(subscription_of(n, h));
		for (unsigned i = 0; i < conf->n_apis && !h->removed; i++) {
			const struct api_conf *api = &conf->apis[i];

			if (!section_names(api, h->name))
				continue;
			struct subscription *s = subscription_of(n, h);
			s->neighbor_changes |= api->neighbor_changes;
			s->negotiated |= api->negotiated;
			s->fsm |= api->fsm;
			s->signal |= api->signal;
			merge_direction(&s->send, &api->send);
			merge_direction(&s->receive, &api->receive);
		}
	}
}

void
subscribe_all(struct apid *a)
{
	for (unsigned i = 0; i < a->neighbors.n; i++)
		subscribe_neighbor(a, a->neighbors.v[i]);
}
