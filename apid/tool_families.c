/* The `-f` option of the tools: families by name, in any case (events.md 16, 18.3). */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "apid/tool.h"

struct word {
	const char *s;
	size_t n;
};

static struct word
next_word(const char **p)
{
	struct word w;

	while (isspace((unsigned char)**p))
		++*p;
	w.s = *p;
	while (**p != '\0' && !isspace((unsigned char)**p))
		++*p;
	w.n = (size_t)(*p - w.s);
	return w;
}

static bool
is_all(struct word w)
{
	return w.n == 3 && strncasecmp(w.s, "all", 3) == 0;
}

static void
add(struct tool_families *out, uint32_t family)
{
	if ((out->bits & family_bit(family)) != 0)
		return;
	out->bits |= family_bit(family);
	out->v[out->n++] = family;
}

static uint32_t
find(struct word afi, struct word safi)
{
	char lower[32];

	for (size_t i = 0; i < afi.n && i < sizeof(lower); i++)
		lower[i] = (char)tolower((unsigned char)afi.s[i]);
	if (afi.n > sizeof(lower))
		return 0;
	return family_by_name(lower, afi.n, safi.s, safi.n, true);
}

int
tool_families_parse(const char *text, struct tool_families *out, char *err, size_t err_n)
{
	const char *p = text;
	struct word afi;

	memset(out, 0, sizeof(*out));
	while ((afi = next_word(&p)).n > 0) {
		struct word safi;
		uint32_t family;

		if (is_all(afi)) {
			out->all = true;
			for (size_t i = 0; i < FAMILY_COUNT; i++)
				add(out, family_table[i].family);
			continue;
		}
		safi = next_word(&p);
		if (safi.n == 0) {
			snprintf(err, err_n, "Invalid family format: %.80s", text);
			return -1;
		}
		family = find(afi, safi);
		if (family == 0) {
			snprintf(err, err_n, "Unknown family: %.*s %.*s", (int)afi.n, afi.s,
				(int)safi.n, safi.s);
			return -1;
		}
		add(out, family);
	}
	if (out->n > 0)
		return 0;
	snprintf(err, err_n, "Invalid family format: %.80s", text);
	return -1;
}
