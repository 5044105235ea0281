/* Beginning and end of an offline tool: settings are loaded, output is complete or it failed. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apid/tool.h"
#include "common/settings.h"

struct settings *
tool_settings(const char *env_file)
{
	char err[512] = "";
	struct settings *s = settings_load(env_file, err, sizeof(err));

	if (s == NULL)
		fprintf(stderr, "troupe: %s\n", err);
	return s;
}

int
tool_finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "troupe: cannot write the output: %s\n", strerror(errno));
	return 1;
}
