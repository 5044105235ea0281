/* What the four links have in common: ribd listens on all of them. */
#include "ribd/ribd.h"

#include "common/link.h"
#include "proto/ipc/limits.h"

struct link *
ribd_link(struct ribd *d, const char *run, const char *name, link_message_fn *message,
	link_event_fn *event)
{
	struct buf path = { 0 };
	struct link_config config = { .name = name,
		.role = "ribd",
		.listen = true,
		.version_min = IPC_VERSION_MIN,
		.version_max = IPC_VERSION_MAX,
		.message = message,
		.event = event,
		.owner = d };
	struct link *link;

	buf_printf(&path, "%s/%s.ipc", run, name);
	config.path = buf_cstr(&path);
	link = link_new(d->loop, &config);
	buf_fini(&path);
	return link;
}
