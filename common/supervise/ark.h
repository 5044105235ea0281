/*
 * What the supervisor keeps of bgpd's sessions so that they outlive it: for each key two descriptors, a
 * duplicate of the TCP socket and the session's memory. It never looks into either.
 */
#ifndef TROUPE_SUPERVISE_ARK_H
#define TROUPE_SUPERVISE_ARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct daemon;

enum { ARK_ENTRY_FDS = 2 };

struct ark_entry {
	uint32_t key;
	int fds[ARK_ENTRY_FDS]; /* owned */
};

/* Zeroed is valid. */
struct ark {
	struct ark_entry *entries; /* owned */
	size_t n, cap;
	bool warned;
};

/* HOLD KEY: takes the descriptors. */
void ark_hold(struct ark *a, const char *key, const int *fds, int n_fds);
/* DROP KEY. */
void ark_drop(struct ark *a, const char *key);
/* Gives a bgpd everything; what can not be sent is dropped. */
void ark_give(struct ark *a, struct daemon *d);
/* Closes everything: the sessions end. */
void ark_clear(struct ark *a);

#endif
