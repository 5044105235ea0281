/*
 * Completion of commands, from what the service itself lists (`system help`), the words of API version
 * 4, the command line's own words, and the neighbors' addresses.
 */
#ifndef TROUPE_CLI_COMPLETE_H
#define TROUPE_CLI_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

enum { COMPLETE_MAX = 256, COMPLETE_WORDS = 64 };

struct complete {
	char **phrases; /* owned; what a command can begin with, words separated by blanks */
	size_t n;
	char **peers; /* owned; addresses */
	size_t n_peers;
};

/* Words that may stand where the line ends. v: borrowed from the tables and the line's phrases. */
struct candidates {
	struct {
		const char *s;
		size_t n;
	} v[COMPLETE_MAX];
	unsigned n;
	size_t typed; /* bytes of the last word that are there already */
};

/* Zeroed is empty: only our own words. json: the line of the answer to `system help`. */
void complete_learn(struct complete *c, const char *json);
/* json: the line of the answer to `peer list`. Replaces those before. */
void complete_learn_peers(struct complete *c, const char *json);
void complete_free(struct complete *c);
/* What can follow the n bytes of line. */
void complete_find(const struct complete *c, const char *line, size_t n, struct candidates *out);
/* Whether the word at the end may be a neighbor's address (then the peers should be fresh). */
bool complete_wants_peers(const char *line, size_t n);

#endif
