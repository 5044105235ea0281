/*
 * Entries stand in no order; dropping moves the last one to the gap. Closing the last duplicate of a
 * socket ends its connection, so every path that forgets an entry closes it.
 */
#include "common/supervise/ark.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/child.h"
#include "common/log.h"
#include "common/supervise/daemon.h"
#include "common/xmalloc.h"

enum { GIVE_AT_ONCE = CHILD_FDS_MAX / ARK_ENTRY_FDS };

static void
close_all(const int *fds, int n)
{
	for (int i = 0; i < n; i++)
		close(fds[i]);
}

static void
forget(struct ark *a, size_t i)
{
	close_all(a->entries[i].fds, ARK_ENTRY_FDS);
	a->entries[i] = a->entries[--a->n];
}

void
ark_drop(struct ark *a, const char *text)
{
	uint32_t key = (uint32_t)strtoul(text, NULL, 10);

	for (size_t i = 0; i < a->n; i++)
		if (a->entries[i].key == key) {
			forget(a, i);
			return;
		}
}

void
ark_hold(struct ark *a, const char *text, const int *fds, int n_fds)
{
	if (n_fds != ARK_ENTRY_FDS) {
		if (!a->warned)
			log_warn("ark", "out of descriptors: not every session would outlive bgpd");
		a->warned = true;
		close_all(fds, n_fds);
		return;
	}
	ark_drop(a, text);
	if (a->n == a->cap) {
		a->cap = a->cap > 0 ? a->cap * 2 : 16;
		a->entries = xreallocarray(a->entries, a->cap, sizeof(a->entries[0]));
	}
	a->entries[a->n++] = (struct ark_entry){ .key = (uint32_t)strtoul(text, NULL, 10),
		.fds = { fds[0], fds[1] } };
}

void
ark_give(struct ark *a, struct daemon *d)
{
	size_t lost = 0;

	for (size_t i = 0; i < a->n;) {
		char keys[GIVE_AT_ONCE * 11 + 1];
		int fds[CHILD_FDS_MAX], n = 0, len = 0;

		for (size_t k = i; k < a->n && k < i + GIVE_AT_ONCE; k++) {
			len += snprintf(
				keys + len, sizeof(keys) - (size_t)len, " %u", a->entries[k].key);
			for (int f = 0; f < ARK_ENTRY_FDS; f++)
				fds[n++] = a->entries[k].fds[f];
		}
		if (daemon_send_fds(d, fds, n, "HELD%s", keys)) {
			i += (size_t)n / ARK_ENTRY_FDS;
			continue;
		}
		for (int k = 0; k < n / ARK_ENTRY_FDS; k++, lost++)
			forget(a, i);
	}
	if (a->n > 0)
		log_info("ark", "%zu sessions given to bgpd", a->n);
	if (lost > 0)
		log_error("ark", "%zu sessions could not be given to bgpd: closed", lost);
	daemon_send(d, -1, "HELD-END");
}

void
ark_clear(struct ark *a)
{
	while (a->n > 0)
		forget(a, a->n - 1);
	free(a->entries);
	*a = (struct ark){ 0 };
}
