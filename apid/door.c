/*
 * The set of doors: which ones there are, and what happens to all of them before the loop sleeps -
 * output is written, waiting input goes on, finished connections are freed (only here, so that no
 * caller of a client's functions loses it under its feet).
 */
#include "apid/door.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apid/apid.h"
#include "apid/door_internal.h"
#include "common/addr.h"
#include "common/log.h"
#include "common/xmalloc.h"

enum { WRITES_PER_TURN = 8, CLIENTS_MOST = 1000 };

int
door_permit(const char *path)
{
	const char *name = getenv("troupe_ctl_group");
	const struct group *group = name == NULL || name[0] == '\0' ? NULL : getgrnam(name);
	struct stat st;

	if (chmod(path, 0660) < 0 || lstat(path, &st) < 0)
		return -1;
	if (name != NULL && name[0] != '\0' && group == NULL)
		log_warn("cli", "no group \"%s\" (troupe_ctl_group)", name);
	/* A set-group-ID directory has given the group already. */
	if (group != NULL && st.st_gid != group->gr_gid &&
		lchown(path, (uid_t)-1, group->gr_gid) < 0)
		log_warn("cli", "%s is not for the group %s: %s", path, name, strerror(errno));
	return 0;
}

static void
before_sleep(struct loop *loop, void *owner)
{
	struct doors *d = owner;
	struct visitor *next;

	(void)loop;
	for (struct visitor *v = d->visitors; v != NULL; v = next) {
		next = v->next;
		for (int i = 0; v->dirty && i < WRITES_PER_TURN; i++)
			visitor_write(v);
		visitor_resume(v);
		if (visitor_finished(v))
			visitor_free(v);
	}
}

static void
open_run_socket(struct doors *d)
{
	char path[CLIPATH_MAX];

	if (!clipath_join(path, d->apid->run_dir, "/api.sock"))
		log_warn("cli", "%s/api.sock: the name is too long", d->apid->run_dir);
	else if (door_socket_open(d, path) < 0)
		log_errno("cli", "cannot listen at %s", path);
}

/* A directory for a new NAME.sock: not /run itself. Of $EXABGP_ROOT: run/, made when it is missing. */
static bool
new_socket_place(char out[CLIPATH_MAX])
{
	const char *root = getenv("EXABGP_ROOT");

	for (int i = 0; i < 2; i++) {
		if (clipath_dir(i, out) && access(out, W_OK | X_OK) == 0)
			return true;
	}
	if (root == NULL || root[0] != '/' || !clipath_join(out, root, "/run/"))
		return false;
	return (mkdir(out, 0700) == 0 || errno == EEXIST) && access(out, W_OK | X_OK) == 0;
}

static void
open_compatible_socket(struct doors *d)
{
	const char *name = settings_str(d->apid->settings, "api.socketname");
	const char *whole = getenv("exabgp_api_socketpath");
	const char *wanted = getenv("exabgp_cli_socket");
	char path[CLIPATH_MAX];

	if (wanted != NULL && wanted[0] == '\0')
		return;
	if (whole != NULL && whole[0] != '\0') {
		if (!clipath_join(path, whole, "")) {
			log_error("cli", "exabgp_api_socketpath is too long");
			return;
		}
	} else if (!clipath_name_valid(name)) {
		log_error("cli", "\"%s\" is no name for a socket (exabgp.api.socketname)", name);
		return;
	} else if (!clipath_socket(name, path) &&
		   !(new_socket_place(path) && clipath_join(path, path, name) &&
			   clipath_join(path, path, ".sock"))) {
		log_info("cli", "no place for %s.sock: only %s/api.sock", name, d->apid->run_dir);
		return;
	}
	if (d->n_sockets > 0 && strcmp(d->sockets[0].path, path) == 0)
		return;
	if (door_socket_open(d, path) < 0)
		log_info("cli", "%s is not served (%s): only %s/api.sock", path,
			errno == EADDRINUSE ? "another service answers there" : strerror(errno),
			d->apid->run_dir);
}

static void
open_pipes(struct doors *d)
{
	const char *name = settings_str(d->apid->settings, "api.pipename");
	char base[CLIPATH_MAX];

	if (!clipath_name_valid(name)) {
		log_error("cli", "\"%s\" is no name for pipes (exabgp.api.pipename)", name);
		return;
	}
	if (clipath_join(base, d->apid->run_dir, "/") && clipath_join(base, base, name))
		door_pipes_open(d, base, true);
	if (clipath_pipes(name, base))
		door_pipes_open(d, base, false);
}

struct doors *
doors_open(struct apid *a)
{
	struct doors *d = xcalloc(1, sizeof(*d));
	const char *limit = getenv("exabgp_api_max_clients");
	uint32_t clients = DOOR_CLIENTS;

	d->apid = a;
	if (limit != NULL &&
		(parse_u32(limit, strlen(limit), CLIENTS_MOST, &clients) < 0 || clients == 0)) {
		log_warn("cli", "exabgp_api_max_clients: expected 1 to %d, found \"%s\"",
			CLIENTS_MOST, limit);
		clients = DOOR_CLIENTS;
	}
	d->clients_max = clients;
	if (!settings_bool(a->settings, "api.cli"))
		return d;
	loop_before_sleep(a->loop, before_sleep, d);
	open_run_socket(d);
	open_compatible_socket(d);
	open_pipes(d);
	return d;
}

static void
close_all(struct doors *d)
{
	for (unsigned i = 0; i < d->n_sockets; i++)
		door_socket_close(&d->sockets[i]);
	d->n_sockets = 0;
	while (d->visitors != NULL)
		visitor_free(d->visitors);
}

void
doors_shut(struct doors *d)
{
	if (d == NULL || d->shut)
		return;
	d->shut = true;
	for (struct visitor *v = d->visitors; v != NULL; v = v->next) {
		/* Whoever comes to the pipes later did not ask. */
		if (!v->pipes || v->client.busy || answers_waiting(&v->client) ||
			!outq_empty(&v->client.out))
			outq_add(&v->client.out, "shutdown\n", 9);
		visitor_write(v);
	}
	close_all(d);
}

void
doors_free(struct doors *d)
{
	if (d == NULL)
		return;
	close_all(d);
	free(d);
}

unsigned
doors_visitors(const struct doors *d)
{
	unsigned n = 0;

	for (const struct visitor *v = d->visitors; v != NULL; v = v->next)
		n++;
	return n;
}
