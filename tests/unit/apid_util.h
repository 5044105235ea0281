/* An API daemon without processes and links, for the tests of its parts. */
#ifndef TROUPE_TESTS_APID_UTIL_H
#define TROUPE_TESTS_APID_UTIL_H

#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "common/log.h"
#include "common/xmalloc.h"

static inline struct apid *
util_apid(const char *conf, int version)
{
	struct apid *a = xcalloc(1, sizeof(*a));
	struct config_env env = { .version = "6.0.0" };
	struct config *config;
	char err[1024] = "";

	log_init("test", LOG_LEVEL_FATAL, LOG_FORMAT_TEXT);
	a->loop = loop_new();
	a->settings = settings_load(NULL, err, sizeof(err));
	if (a->settings == NULL)
		log_fatal("%s", err);
	a->version = version;
	a->ack_default = true;
	a->source = (struct event_source){ .host = "host", .pid = 1, .ppid = 2 };
	memcpy(a->uuid, "4fd8075d-29e0-41ec-8b61-20a187f31b72", 37);
	a->start_us = wall_us();
	a->parser = route_parser_new();
	batch_init(&a->batch);
	feed_init(&a->ribd_feed, a, true);
	feed_init(&a->bgpd_feed, a, false);
	config = config_parse("test", conf, strlen(conf), &env, err, sizeof(err));
	if (config != NULL)
		conf_apply(a, config, CONF_START);
	else
		log_fatal("%s", err);
	return a;
}

static inline void
util_free(struct apid *a)
{
	helpers_free(a);
	neighbors_fini(&a->neighbors);
	config_free(a->config);
	batch_fini(&a->batch);
	feed_fini(&a->ribd_feed);
	feed_fini(&a->bgpd_feed);
	events_fini(&a->event_cache);
	route_parser_free(a->parser);
	settings_free(a->settings);
	loop_free(a->loop);
	free(a->tokens);
	free(a);
}

/* Everything is committed, as if ribd had answered. */
static inline void
util_commit(struct apid *a)
{
	struct client *next;

	batch_flush(&a->batch);
	batch_committed(&a->batch, a->batch.seq - 1);
	for (struct client *c = a->clients; c != NULL; c = next) {
		next = c->next;
		answers_release(c, a->batch.committed);
	}
}

/* Executes lines (LF-separated) and returns all that was answered, valid until the next call. */
static inline const char *
util_answer(struct client *c, const char *lines)
{
	static struct buf out;
	char *copy = xstrdup(lines);
	char *line = copy;

	while (line != NULL) {
		char *lf = strchr(line, '\n');
		size_t n = lf != NULL ? (size_t)(lf - line) : strlen(line);

		command_execute(c, line, n);
		line = lf != NULL ? lf + 1 : NULL;
	}
	free(copy);
	util_commit(c->apid);
	buf_reset(&out);
	outq_take(&c->out, &out, SIZE_MAX);
	return buf_cstr(&out);
}

#define UTIL_NEIGHBOR(ip, more)                                                          \
	"neighbor " ip " { router-id 1.2.3.4; local-address 127.0.0.1; local-as 65000; " \
	"peer-as 65001; passive true; family { ipv4 unicast; ipv6 unicast; } " more " }\n"

#endif
