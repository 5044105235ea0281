/* The INI file of the settings: any bytes give settings or an error text. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/settings.h"
#include "tests/fuzz/replay.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	char err[256] = "";
	int fd = memfd_create("settings", MFD_CLOEXEC);

	if (fd < 0 || (size > 0 && write(fd, data, size) != (ssize_t)size))
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	struct settings *s = settings_load(path, err, sizeof(err));
	if (s == NULL && err[0] == '\0')
		abort();
	if (s != NULL && (settings_str(s, "tcp.bind") == NULL || settings_int(s, "tcp.port") < 0))
		abort();
	settings_free(s);
	close(fd);
	return 0;
}
