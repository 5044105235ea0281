/*
 * A helper program for measurements: counts the lines it is told. As soon as there were --lines
 * of them it writes to --out when the first and the last came, and how many bytes there were, and
 * keeps the last line beside it (FILE.last). Goes on reading until its input closes.
 */
#include "qa/tools/peer.h"

struct count {
	uint64_t lines, bytes, want;
	double first, last;
	char tail[8192]; /* of what was read */
	size_t n_tail;
};

static void
keep_tail(struct count *c, const char *p, size_t n)
{
	if (n > sizeof(c->tail)) {
		p += n - sizeof(c->tail);
		n = sizeof(c->tail);
	}
	if (c->n_tail + n > sizeof(c->tail)) {
		size_t drop = c->n_tail + n - sizeof(c->tail);

		memmove(c->tail, c->tail + drop, c->n_tail - drop);
		c->n_tail -= drop;
	}
	memcpy(c->tail + c->n_tail, p, n);
	c->n_tail += n;
}

static void
count_lines(struct count *c, const char *p, size_t n)
{
	const char *end = p + n;

	c->last = peer_now();
	if (c->first == 0)
		c->first = c->last;
	c->bytes += n;
	keep_tail(c, p, n);
	while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		c->lines++;
		p++;
	}
}

static void
write_file(const char *out, const char *suffix, const char *text, size_t n)
{
	char name[512], final[512];
	FILE *f;

	snprintf(name, sizeof(name), "%s%s.new", out, suffix);
	snprintf(final, sizeof(final), "%s%s", out, suffix);
	f = fopen(name, "w");
	if (f == NULL)
		peer_die(name);
	fwrite(text, 1, n, f);
	fclose(f);
	if (rename(name, final) == -1)
		peer_die(final);
}

static void
report(const struct count *c, const char *out)
{
	char text[256];
	int n = snprintf(text, sizeof(text),
		"{\"lines\": %llu, \"bytes\": %llu, \"first\": %.6f, \"last\": %.6f}\n",
		(unsigned long long)c->lines, (unsigned long long)c->bytes, c->first, c->last);

	write_file(out, ".last", c->tail, c->n_tail);
	write_file(out, "", text, (size_t)n);
}

int
main(int argc, char **argv)
{
	static struct count c;
	static char in[1 << 20];
	const char *out = NULL;
	bool reported = false;
	ssize_t n;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--lines") == 0)
			c.want = strtoull(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--out") == 0)
			out = argv[i + 1];
	}
	if (out == NULL || c.want == 0) {
		fprintf(stderr, "usage: jsoncount --lines N --out FILE\n");
		return 2;
	}
	while ((n = read(0, in, sizeof(in))) > 0) {
		count_lines(&c, in, (size_t)n);
		if (!reported && c.lines >= c.want) {
			reported = true;
			report(&c, out);
		}
	}
	return 0;
}
