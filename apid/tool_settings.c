/*
 * Beginning and end of an offline tool: settings and words of the command line; output is complete
 * or it failed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apid/tool.h"
#include "common/settings.h"
#include "common/xmalloc.h"

struct settings *
tool_settings(const char *env_file)
{
	char err[512] = "";
	struct settings *s = settings_load(env_file, err, sizeof(err));

	if (s == NULL)
		fprintf(stderr, "troupe: %s\n", err);
	return s;
}

void
tool_put(struct buf *out)
{
	if (out->len > 0)
		fwrite(out->data, 1, out->len, stdout);
	buf_reset(out);
}

int
tool_finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "troupe: cannot write the output: %s\n", strerror(errno));
	return 1;
}

char *
tool_words(char **words, int n)
{
	struct buf text = { 0 };
	char *joined;

	if (n == 0)
		return NULL;
	for (int i = 0; i < n; i++) {
		if (i > 0)
			buf_chr(&text, ' ');
		buf_str(&text, words[i]);
	}
	joined = xstrdup(buf_cstr(&text));
	buf_fini(&text);
	return joined;
}
