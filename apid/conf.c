/*
 * Taking over a configuration that was read (conf_read.c): neighbors, helpers and the links are
 * told, and the old one is freed.
 */
#include "apid/conf.h"

#include "apid/apid.h"
#include "common/log.h"

void
conf_changed(struct apid *a)
{
	subscribe_all(a);
	/* No reload: what commands did to configured routes stays. */
	feed_start(&a->ribd_feed, false, false);
	feed_start(&a->bgpd_feed, false, false);
}

void
conf_apply(struct apid *a, struct config *config, enum conf_purpose purpose)
{
	struct config *old = a->config;
	bool restart_helpers = purpose == CONF_RELOAD_HELPERS || purpose == CONF_RESTART;

	for (unsigned i = 0; i < config->n_warnings; i++)
		log_warn("configuration", "%s", config->warnings[i]);
	neighbors_apply(a, config);
	a->config = config;
	helpers_apply(a, config, restart_helpers);
	subscribe_all(a);
	if (purpose == CONF_START) {
		a->batch.held = true;
	} else {
		feed_start(&a->ribd_feed, true, false);
		feed_start(&a->bgpd_feed, true, false);
	}
	if (a->serving)
		helpers_start(a);
	config_free(old);
	log_info("configuration", "%u neighbors, %u processes", config->n_neighbors,
		config->n_processes);
}
