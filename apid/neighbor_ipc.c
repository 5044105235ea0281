/*
 * A neighbor as bgpd and ribd are told of it (proto/ipc/fields.h): the definition of the
 * configuration with the settings that apply where it says nothing.
 */
#include <net/if.h>
#include <string.h>

#include "apid/apid.h"
#include "proto/wire/message.h"

enum { CAPABILITIES_MAX = 4096 };

uint32_t
neighbor_events(const struct neighbor *n)
{
	/* States are always wanted: commands depend on who is established. */
	uint32_t events = IPC_EVENT_STATE | IPC_EVENT_OPENED;

	for (unsigned i = 0; i < n->n_subscriptions; i++) {
		const struct subscription *s = &n->subscriptions[i];

		if (s->fsm)
			events |= IPC_EVENT_FSM;
		for (unsigned type = MESSAGE_OPEN; type <= MESSAGE_OPERATIONAL; type++) {
			if (subscription_wants(&s->send, type))
				events |= IPC_EVENT_SENT(type);
			if (subscription_wants(&s->receive, type))
				events |= IPC_EVENT_RECEIVED(type);
		}
	}
	return events;
}

static struct ipc_bytes
str(const char *s)
{
	return s != NULL ? ipc_bytes(s, strlen(s)) : ipc_bytes("", 0);
}

static struct ipc_bytes
address(const struct addr *a)
{
	return ipc_bytes(a->bytes, a->len);
}

static uint16_t
connect_port(const struct apid *a, const struct neighbor_conf *c)
{
	if (c->connect != 0)
		return c->connect;
	/* Only the environment's port is the outgoing default (api.md 7.2). */
	if (settings_source(a->settings, "tcp.port") == SETTING_ENVIRONMENT)
		return (uint16_t)settings_int(a->settings, "tcp.port");
	return 179;
}

void
neighbor_to_ipc(const struct apid *a, const struct neighbor *n, struct buf *scratch,
	struct ipc_neighbor *out)
{
	const struct neighbor_conf *c = n->conf;
	struct wr caps = wr_init(buf_room(scratch, CAPABILITIES_MAX), CAPABILITIES_MAX);
	int64_t settle = c->settle_ms >= 0 ? c->settle_ms : settings_int(a->settings, "rib.settle");

	capability_list(&caps, &c->caps, c->local_as);
	*out = (struct ipc_neighbor){
		.id = n->id,
		.key = str(n->key),
		.peer = address(&c->peer),
		.peer_bits = c->peer_bits,
		.peer_scope = c->peer.scope,
		.local = address(&c->local),
		.local_as = c->local_as,
		.peer_as = c->peer_as,
		.router_id = c->router_id,
		.hold_time = c->hold_time,
		.caps = ipc_bytes(caps.base, wr_len(&caps)),
		.connect_port = connect_port(a, c),
		.listen_port = c->listen,
		.passive = c->passive || settings_bool(a->settings, "bgp.passive"),
		.ttl_out = c->ttl_out,
		.ttl_in = c->ttl_in,
		.md5 = ipc_bytes(c->md5, c->md5_len),
		.md5_ip = address(&c->md5_ip),
		.interface = str(c->source_interface),
		.ao_id = c->ao_keyid,
		.ao_algorithm = str(c->ao_algorithm),
		.ao_key = ipc_bytes(c->ao_key, c->ao_key_len),
		.attempts = (uint32_t)settings_int(a->settings, "tcp.attempts"),
		.open_wait = (uint32_t)settings_int(a->settings, "bgp.openwait"),
		.rate_limit = c->rate_limit,
		.group_updates = c->group_updates,
		.adj_rib_in = c->adj_rib_in,
		.adj_rib_out = c->adj_rib_out,
		.manual_eor = c->manual_eor,
		.aigp = c->aigp,
		.graceful_restart = c->caps.graceful_restart >= 0,
		.role_strict = c->caps.role_strict,
		.settle_ms = settle > 0 ? (uint32_t)settle : 0,
		.link_local = address(&c->link_local),
		.events = neighbor_events(n),
		.reset = n->reset,
	};
}
