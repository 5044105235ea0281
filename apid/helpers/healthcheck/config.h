/* The words of the command line, and the configuration file, which is turned into such words. */
#ifndef TROUPE_APID_HEALTHCHECK_CONFIG_H
#define TROUPE_APID_HEALTHCHECK_CONFIG_H

#include <stddef.h>

struct word {
	char *text;    /* owned */
	unsigned line; /* of the configuration file; 0: the command line */
};

struct words {
	struct word *v;
	size_t n;
};

/* Zeroed is valid and empty. Copies the text. */
void words_add(struct words *w, const char *text, unsigned line);
void words_fini(struct words *w);

/* Appends `--key` or `--key=value` for each line of the file. 0, or -1 with a text in err that
 * names the place. */
int config_read(const char *path, struct words *out, char *err, size_t err_n);

#endif
