/*
 * Life of the helpers. A helper is dead when its process has ended, or when it closed its
 * standard output (it is then stopped). Dead ones start again at once, at most five times per
 * window of 64 seconds. Their routes stay.
 */
#include "apid/helper.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "apid/apid.h"
#include "common/log.h"
#include "common/xmalloc.h"

struct helper *
helper_find(struct apid *a, const char *name)
{
	for (struct helper *h = a->helpers; h != NULL; h = h->next) {
		if (!h->removed && strcmp(h->name, name) == 0)
			return h;
	}
	return NULL;
}

static void
copy_definition(struct helper *h, char *const *argv, const struct process_conf *p)
{
	int argc = 0;

	for (char **old = h->argv; old != NULL && *old != NULL; old++)
		free(*old);
	while (argv[argc] != NULL)
		argc++;
	h->argv = xreallocarray(h->argv, (size_t)argc + 1, sizeof(char *));
	for (int i = 0; i < argc; i++)
		h->argv[i] = xstrdup(argv[i]);
	h->argv[argc] = NULL;
	h->json = p->json;
	h->respawn = p->respawn;
	h->api_version = p->api_version;
	h->on_exit_s = p->on_exit_s;
}

static void
wake_client(struct client *c)
{
	struct helper *h = c->helper;

	if (!h->dirty) {
		h->dirty = true;
		h->next_dirty = h->apid->dirty;
		h->apid->dirty = h;
	}
}

static struct helper *
helper_new(struct apid *a, const char *name)
{
	struct helper *h = xcalloc(1, sizeof(*h));
	struct helper **at = &a->helpers;

	h->apid = a;
	h->name = xstrdup(name);
	h->in_fd = h->out_fd = -1;
	client_init(&h->client, a, h->name);
	h->client.helper = h;
	h->client.wake = wake_client;
	while (*at != NULL)
		at = &(*at)->next;
	*at = h;
	return h;
}

static void
helper_free(struct helper *h)
{
	struct apid *a = h->apid;
	struct helper **at = &a->helpers;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	for (at = &a->dirty; *at != NULL; at = &(*at)->next_dirty) {
		if (*at == h) {
			*at = h->next_dirty;
			break;
		}
	}
	helper_io_close(h);
	loop_timer_cancel(a->loop, &h->kill_timer);
	loop_defer_cancel(a->loop, &h->task);
	client_fini(&h->client);
	for (char **p = h->argv; p != NULL && *p != NULL; p++)
		free(*p);
	free(h->argv);
	free(h->name);
	buf_fini(&h->in);
	free(h);
}

static bool
same_definition(const struct helper *h, const struct process_conf *p)
{
	int i = 0;

	if (h->json != p->json || h->respawn != p->respawn || h->api_version != p->api_version)
		return false;
	for (; i < p->argc && h->argv[i] != NULL; i++) {
		if (strcmp(h->argv[i], p->argv[i]) != 0)
			return false;
	}
	return i == p->argc && h->argv[i] == NULL;
}

static char *const *
argv_of(const struct process_conf *p)
{
	return (char *const *)(uintptr_t)p->argv;
}

static const struct process_conf *
process_named(const struct config *config, const char *name)
{
	for (unsigned i = 0; i < config->n_processes; i++) {
		if (strcmp(config->processes[i].name, name) == 0)
			return &config->processes[i];
	}
	return NULL;
}

void
helpers_apply(struct apid *a, const struct config *config, bool restart_changed)
{
	struct helper *next;

	for (struct helper *h = a->helpers; h != NULL; h = next) {
		const struct process_conf *p = process_named(config, h->name);

		next = h->next;
		h->failed = false;
		if (h->attached || h->removed)
			continue;
		if (p != NULL)
			h->on_exit_s = p->on_exit_s;
		if (p == NULL) {
			h->removed = true;
			if (h->state == HELPER_DOWN)
				helper_free(h);
			else
				helper_stop(h);
		} else if (!same_definition(h, p) && (restart_changed || h->state == HELPER_DOWN)) {
			copy_definition(h, argv_of(p), p);
			if (h->state != HELPER_DOWN) {
				h->restart = true;
				helper_stop(h);
			}
		}
	}
	for (unsigned i = 0; i < config->n_processes; i++) {
		const struct process_conf *p = &config->processes[i];

		if (helper_find(a, p->name) != NULL)
			continue;
		struct helper *h = helper_new(a, p->name);
		copy_definition(h, argv_of(p), p);
	}
}

struct helper *
helper_attach(struct apid *a, const char *name, char *const *argv, bool json, bool events)
{
	struct helper *h;

	if (helper_find(a, name) != NULL)
		return NULL;
	h = helper_new(a, name);
	copy_definition(
		h, argv, &(struct process_conf){ .json = json, .respawn = true, .on_exit_s = -1 });
	h->attached = true;
	h->events_all = events;
	h->client.sees_all = true;
	subscribe_all(a);
	return h;
}

void
helper_detach(struct helper *h)
{
	h->removed = true;
	if (h->state == HELPER_DOWN) {
		struct apid *a = h->apid;

		helper_free(h);
		subscribe_all(a);
	} else {
		helper_stop(h);
	}
}

/* Counts a launch; false when there were too many in this window. */
static bool
may_launch(struct helper *h)
{
	int64_t window = (int64_t)time(NULL) / HELPER_WINDOW_S;

	if (h->window != window) {
		h->window = window;
		h->launches = 0;
	}
	if (h->launches == HELPER_LAUNCHES) {
		log_error(h->name,
			"started %d times within %d seconds: it stays down until a reload",
			HELPER_LAUNCHES, HELPER_WINDOW_S);
		h->failed = true;
		return false;
	}
	h->launches++;
	return true;
}

/* on-exit: what it announced goes now, or when its time has come. */
static void
leave_routes(struct helper *h)
{
	struct batch *b = &h->apid->batch;

	if (h->client.syncing)
		batch_sync(b, h->client.owner, ROUTE_SYNC_ABORT);
	h->client.syncing = false;
	if (h->on_exit_s == 0)
		batch_expire(b, h->client.owner, ROUTE_EXPIRE_NOW);
	else if (h->on_exit_s > 0)
		batch_expire(
			b, h->client.owner, (uint64_t)(loop_clock().us + h->on_exit_s * 1000000));
}

/* What an apid that died could not do for its helpers; and one that is back in time keeps its
 * routes. */
static void
find_routes(struct helper *h)
{
	if (h->on_exit_s == 0 && h->launch == 0)
		leave_routes(h);
	else if (h->on_exit_s > 0)
		batch_expire(&h->apid->batch, h->client.owner, 0);
}

static void
launch(struct helper *h)
{
	struct apid *a = h->apid;
	int version;

	if (!may_launch(h))
		return;
	find_routes(h);
	client_reset(&h->client);
	h->dropped = 0;
	h->client.version = h->api_version;
	version = h->api_version != 0 ? h->api_version : a->version;
	h->encoder = version == 6 ? ENCODER_JSON6 : h->json ? ENCODER_JSON4 : ENCODER_TEXT4;
	if (version == 6 && !h->json)
		log_debug(h->name, "API version 6 writes JSON: `encoder text` has no effect");
	if (helper_spawn(h) < 0) {
		h->failed = true;
		return;
	}
	h->state = HELPER_RUNNING;
	log_info(h->name, "started as process %d", (int)h->pid);
}

void
helpers_start(struct apid *a)
{
	for (struct helper *h = a->helpers; h != NULL; h = h->next) {
		/* One that must not respawn has had its only launch. */
		if (h->state == HELPER_DOWN && !h->failed && !h->removed &&
			(h->respawn || h->launch == 0))
			launch(h);
	}
}

static void
kill_late(struct loop *loop, void *owner)
{
	struct helper *h = owner;

	(void)loop;
	log_warn(h->name, "did not end within %d s of SIGTERM: killed", HELPER_KILL_US / 1000000);
	kill(-h->pid, SIGKILL);
	kill(h->pid, SIGKILL);
}

void
helper_stop(struct helper *h)
{
	if (h->state != HELPER_RUNNING)
		return;
	h->state = HELPER_STOPPING;
	kill(h->pid, SIGTERM);
	loop_timer_set(h->apid->loop, &h->kill_timer, HELPER_KILL_US, kill_late, h, "helper kill");
}

static void
log_end(const struct helper *h, int status)
{
	if (WIFSIGNALED(status))
		log_info(h->name, "process %d ended by signal %d", (int)h->pid, WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		log_warn(h->name, "process %d exited with status %d", (int)h->pid,
			WEXITSTATUS(status));
	else
		log_info(h->name, "process %d exited", (int)h->pid);
}

static void
after_death(struct helper *h, bool stopped)
{
	struct apid *a = h->apid;

	if (!a->stopping)
		leave_routes(h);
	if (stopped || h->removed)
		helper_sweep(a, h);
	if (h->removed) {
		helper_free(h);
		subscribe_all(a);
		return;
	}
	if (a->stopping)
		return;
	bool again = h->restart || (h->respawn && settings_bool(a->settings, "api.respawn"));
	h->restart = false;
	if (again)
		launch(h);
	if (h->state == HELPER_DOWN && settings_bool(a->settings, "api.terminate")) {
		log_error(h->name, "a helper ended for good and api.terminate is set: stopping");
		apid_finish(a, 1);
	}
}

bool
helpers_reaped(struct apid *a, pid_t pid, int status)
{
	struct helper *h = a->helpers;

	while (h != NULL && (h->state == HELPER_DOWN || h->pid != pid))
		h = h->next;
	if (h == NULL)
		return false;
	bool stopped = h->state == HELPER_STOPPING;

	log_end(h, status);
	loop_timer_cancel(a->loop, &h->kill_timer);
	helper_io_drain(h);
	helper_io_close(h);
	/* What its own session still holds ends with it when it was told to stop. */
	if (stopped)
		kill(-pid, SIGKILL);
	h->state = HELPER_DOWN;
	after_death(h, stopped);
	return true;
}

bool
helpers_gone(const struct apid *a)
{
	for (const struct helper *h = a->helpers; h != NULL; h = h->next) {
		if (h->state != HELPER_DOWN)
			return false;
	}
	return true;
}

void
helpers_kill(struct apid *a)
{
	for (struct helper *h = a->helpers; h != NULL; h = h->next) {
		if (h->state != HELPER_DOWN) {
			kill(-h->pid, SIGKILL);
			kill(h->pid, SIGKILL);
		}
	}
}

void
helpers_free(struct apid *a)
{
	struct helper *next;

	for (struct helper *h = a->helpers; h != NULL; h = next) {
		next = h->next;
		helper_free(h);
	}
}
