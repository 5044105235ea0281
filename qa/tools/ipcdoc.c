/*
 * Prints the table of all messages between the daemons (proto/ipc/messages.def) as Markdown, for
 * README.md. `build/tools/ipcdoc` takes no arguments.
 */
#include <stdio.h>

#include "proto/ipc/ipc.h"

static void
print_message(const struct ipc_info *info)
{
	printf("\n**%s** (%u), %s: %s\n\n", info->name, info->type, info->way, info->doc);
	for (unsigned i = 0; i < info->field_count; i++) {
		const struct ipc_field_info *f = &info->fields[i];

		printf("- `%s` %s: %s\n", f->name, f->type, f->doc);
	}
}

int
main(void)
{
	printf("| message | number | way | meaning |\n| --- | --- | --- | --- |\n");
	for (size_t i = 0; i < ipc_info_count; i++) {
		const struct ipc_info *info = &ipc_infos[i];

		printf("| `%s` | %u | %s | %s |\n", info->name, info->type, info->way, info->doc);
	}
	for (size_t i = 0; i < ipc_info_count; i++)
		print_message(&ipc_infos[i]);
	return fflush(stdout) == 0 ? 0 : 1;
}
