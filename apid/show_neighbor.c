/*
 * A neighbor as JSON, as a row of the summary, and as a block of `extensive`. All three are
 * filled from one view, so they cannot disagree. Unknown (no OPEN yet) is -1, null or n/a.
 */
#include "apid/show_neighbor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/apid.h"
#include "common/xmalloc.h"
#include "proto/wire/family.h"

enum show_capability {
	SHOW_ASN4,
	SHOW_ROUTE_REFRESH,
	SHOW_MULTI_SESSION,
	SHOW_OPERATIONAL,
	SHOW_ADD_PATH,
	SHOW_EXTENDED_MESSAGE,
	SHOW_GRACEFUL_RESTART,
	SHOW_CAPABILITIES
};

static const char *const capability_names[SHOW_CAPABILITIES] = { "asn4", "route-refresh",
	"multi-session", "operational", "add-path", "extended-message", "graceful-restart" };

struct show_side {
	int capabilities[SHOW_CAPABILITIES];       /* 1, 0, -1 unknown */
	uint32_t families, addpath_rx, addpath_tx; /* bit maps */
	bool known;
	char id[ADDR_TEXT_MAX];
	uint16_t hold;
	uint32_t as;
};

struct show_view {
	struct show_side local, peer;
	enum ipc_fsm state;
	bool up;
	uint64_t seconds;
	char local_address[ADDR_TEXT_MAX];
	uint32_t families[OPEN_FAMILIES_MAX];
	unsigned n_families;
	const uint64_t *sent, *received;
	uint64_t prefixes_received, prefixes_withdrawn;
};

static void
print_id(char out[ADDR_TEXT_MAX], uint32_t id)
{
	uint8_t bytes[4] = { (uint8_t)(id >> 24), (uint8_t)(id >> 16), (uint8_t)(id >> 8),
		(uint8_t)id };

	addr_print4(bytes, out);
}

static void
local_side(struct show_side *s, const struct neighbor_conf *c)
{
	s->known = true;
	s->capabilities[SHOW_ASN4] = c->caps.asn4;
	s->capabilities[SHOW_ROUTE_REFRESH] = c->caps.route_refresh;
	s->capabilities[SHOW_MULTI_SESSION] = c->caps.multisession;
	s->capabilities[SHOW_OPERATIONAL] = c->caps.operational;
	s->capabilities[SHOW_ADD_PATH] = c->caps.add_path != 0;
	s->capabilities[SHOW_EXTENDED_MESSAGE] = c->caps.extended_message;
	s->capabilities[SHOW_GRACEFUL_RESTART] = c->caps.graceful_restart >= 0;
	for (unsigned i = 0; i < c->caps.n_families; i++)
		s->families |= family_bit(c->caps.families[i]);
	s->addpath_rx = c->caps.add_path & 1 ? c->caps.add_path_families & s->families : 0;
	s->addpath_tx = c->caps.add_path & 2 ? c->caps.add_path_families & s->families : 0;
	print_id(s->id, c->router_id);
	s->hold = c->hold_time;
	s->as = c->local_as;
}

static void
peer_side(struct show_side *s, const struct session_row *row, uint32_t as)
{
	struct open *open = xmalloc(sizeof(*open));
	struct wire_error error;

	s->as = as;
	for (int i = 0; i < SHOW_CAPABILITIES; i++)
		s->capabilities[i] = -1;
	if (row != NULL && row->open_received.n > 0 &&
		open_decode(row->open_received.p, row->open_received.n, open, &error) == 0) {
		s->known = true;
		s->capabilities[SHOW_ASN4] = open_has(open, CAP_ASN4);
		s->capabilities[SHOW_ROUTE_REFRESH] = open_has(open, CAP_ROUTE_REFRESH) ||
						      open_has(open, CAP_ROUTE_REFRESH_CISCO);
		s->capabilities[SHOW_MULTI_SESSION] =
			open_has(open, CAP_MULTISESSION) || open_has(open, CAP_MULTISESSION_CISCO);
		s->capabilities[SHOW_OPERATIONAL] = open_has(open, CAP_OPERATIONAL);
		s->capabilities[SHOW_ADD_PATH] = open_has(open, CAP_ADD_PATH);
		s->capabilities[SHOW_EXTENDED_MESSAGE] = open_has(open, CAP_EXTENDED_MESSAGE);
		s->capabilities[SHOW_GRACEFUL_RESTART] = open_has(open, CAP_GRACEFUL_RESTART);
		for (unsigned i = 0; i < open->n_families; i++)
			s->families |= family_bit(open->families[i]);
		for (unsigned i = 0; i < open->n_add_path; i++) {
			uint32_t bit = family_bit(open->add_path[i].family);

			s->addpath_rx |= open->add_path[i].mode & 1 ? bit : 0;
			s->addpath_tx |= open->add_path[i].mode & 2 ? bit : 0;
		}
		print_id(s->id, open->router_id);
		s->hold = open->hold_time;
		s->as = open->asn4 != 0 ? open->asn4 : open->my_as;
	}
	free(open);
}

static void
view_fill(struct show_view *v, const struct neighbor *n, const struct session_row *row)
{
	static const uint64_t zero[6];

	memset(v, 0, sizeof(*v));
	local_side(&v->local, n->conf);
	peer_side(&v->peer, row, n->conf->peer_as);
	v->state = row != NULL ? row->state : n->fsm;
	v->up = v->state == IPC_FSM_ESTABLISHED;
	if (row != NULL && row->since_us != 0 && wall_us() > row->since_us)
		v->seconds = (wall_us() - row->since_us) / 1000000;
	if (n->local.len != 0)
		addr_print(&n->local, v->local_address);
	else
		memcpy(v->local_address, "auto", 5);
	v->n_families = n->conf->caps.n_families;
	memcpy(v->families, n->conf->caps.families, v->n_families * sizeof(v->families[0]));
	v->sent = row != NULL ? row->sent : zero;
	v->received = row != NULL ? row->received : zero;
	v->prefixes_received = row != NULL ? row->prefixes_received : 0;
	v->prefixes_withdrawn = row != NULL ? row->prefixes_withdrawn : 0;
}

static const char *
family_name(uint32_t family)
{
	const struct family_info *info = family_find(family);

	return info != NULL ? info->name : "unknown";
}

/* What both sides agreed on for a family. */
static const char *
addpath_state(const struct show_view *v, uint32_t family)
{
	uint32_t bit = family_bit(family);
	bool tx = (v->local.addpath_tx & v->peer.addpath_rx & bit) != 0;
	bool rx = (v->local.addpath_rx & v->peer.addpath_tx & bit) != 0;

	return tx && rx ? "send/receive" : tx ? "send" : rx ? "receive" : "disabled";
}

/* --- JSON --- */

static void
json_side(struct buf *out, const struct show_view *v, const struct show_side *s, bool local,
	const char *address)
{
	BUF_LIT(out, "{\"capabilities\": {");
	for (int i = 0; i < SHOW_CAPABILITIES; i++)
		buf_printf(out, "%s\"%s\": %d", i > 0 ? ", " : "", capability_names[i],
			s->capabilities[i]);
	BUF_LIT(out, "}, \"families\": {");
	for (unsigned i = 0; i < v->n_families; i++) {
		bool on = (s->families & family_bit(v->families[i])) != 0;

		buf_printf(out, "%s\"%s\": %s", i > 0 ? ", " : "", family_name(v->families[i]),
			local       ? "true"
			: !s->known ? "-1"
			: on        ? "1"
				    : "0");
	}
	BUF_LIT(out, "}, \"add-path\": {");
	for (unsigned i = 0; i < v->n_families; i++) {
		uint32_t bit = family_bit(v->families[i]);
		unsigned mode = ((s->addpath_rx & bit) != 0) | ((s->addpath_tx & bit) != 0) << 1;

		buf_printf(out, "%s\"%s\": %d", i > 0 ? ", " : "", family_name(v->families[i]),
			s->known ? (int)mode : -1);
	}
	buf_printf(out, "}, \"address\": \"%s\", \"as\": %u, ", address, s->as);
	if (s->known)
		buf_printf(out, "\"id\": \"%s\", \"hold\": %u}", s->id, s->hold);
	else
		BUF_LIT(out, "\"id\": null, \"hold\": null}");
}

static const struct {
	const char *name;
	unsigned index;
} counters[] = {
	{ "open", 0 },
	{ "notification", 2 },
	{ "keepalive", 3 },
	{ "update", 1 },
	{ "refresh", 4 },
};
enum { COUNTERS = sizeof(counters) / sizeof(counters[0]) };

static uint64_t
total(const uint64_t *v)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < COUNTERS; i++)
		sum += v[counters[i].index];
	return sum;
}

static void
json_counters(struct buf *out, const uint64_t *v)
{
	buf_chr(out, '{');
	for (unsigned i = 0; i < COUNTERS; i++)
		buf_printf(out, "\"%s\": %llu, ", counters[i].name,
			(unsigned long long)v[counters[i].index]);
	buf_printf(out, "\"total\": %llu}", (unsigned long long)total(v));
}

/* Families and capabilities that both sides have. */
static void
json_common(struct buf *out, const struct show_view *v)
{
	bool first = true;

	BUF_LIT(out, ", \"capabilities\": [");
	for (int i = 0; i < SHOW_CAPABILITIES; i++) {
		if (v->local.capabilities[i] != 1 || v->peer.capabilities[i] != 1)
			continue;
		buf_printf(out, "%s\"%s\"", first ? "" : ", ", capability_names[i]);
		first = false;
	}
	first = true;
	BUF_LIT(out, "], \"families\": [");
	for (unsigned i = 0; i < v->n_families; i++) {
		if ((v->peer.families & family_bit(v->families[i])) == 0)
			continue;
		buf_printf(out, "%s\"%s\"", first ? "" : ", ", family_name(v->families[i]));
		first = false;
	}
	BUF_LIT(out, "], \"add-path\": {");
	for (unsigned i = 0; i < v->n_families; i++)
		buf_printf(out, "%s\"%s\": \"%s\"", i > 0 ? ", " : "", family_name(v->families[i]),
			addpath_state(v, v->families[i]));
	buf_chr(out, '}');
}

void
show_json(struct buf *out, const struct neighbor *n, const struct session_row *row)
{
	struct show_view v;

	view_fill(&v, n, row);
	buf_printf(out, "{\"state\": \"%s\", \"duration\": %llu, \"fsm\": \"%s\", \"local\": ",
		v.up ? "up" : "down", (unsigned long long)v.seconds, fsm_name(v.state));
	json_side(out, &v, &v.local, true, v.local_address);
	BUF_LIT(out, ", \"peer\": ");
	json_side(out, &v, &v.peer, false, n->peer_text);
	BUF_LIT(out, ", \"messages\": {\"sent\": ");
	json_counters(out, v.sent);
	BUF_LIT(out, ", \"received\": ");
	json_counters(out, v.received);
	buf_chr(out, '}');
	json_common(out, &v);
	buf_printf(out, ", \"prefixes\": {\"received\": %llu, \"withdrawn\": %llu}",
		(unsigned long long)v.prefixes_received, (unsigned long long)v.prefixes_withdrawn);
	if (row != NULL && row->reason.n > 0) {
		BUF_LIT(out, ", \"last-reason\": ");
		buf_json_string(out, row->reason.p, row->reason.n);
	}
	buf_chr(out, '}');
}

/* --- tables --- */

static void
duration_text(char out[32], uint64_t seconds)
{
	snprintf(out, 32, "%llu:%02llu:%02llu", (unsigned long long)(seconds / 3600),
		(unsigned long long)(seconds / 60 % 60), (unsigned long long)(seconds % 60));
}

void
show_summary_head(struct buf *out)
{
	buf_printf(out, "%-15s %-7s %9s %-12s|%10s %10s %10s\n", "Peer", "AS", "up/down", "state",
		"#sent", "#recvd", "#pfx_in");
}

void
show_summary(struct buf *out, const struct neighbor *n, const struct session_row *row)
{
	char since[32] = "down", state[16];
	struct show_view v;
	size_t i;

	view_fill(&v, n, row);
	if (v.up)
		duration_text(since, v.seconds);
	snprintf(state, sizeof(state), "%s", fsm_name(v.state));
	for (i = 0; state[i] != '\0'; i++)
		state[i] = (char)(state[i] | 0x20);
	buf_printf(out, "%-15s %-7u %9s %-12s %10llu %10llu %10llu\n", n->peer_text, v.peer.as,
		since, state, (unsigned long long)v.sent[1], (unsigned long long)v.received[1],
		(unsigned long long)v.prefixes_received);
}

static void
line(struct buf *out, const char *name, const char *a, const char *b, const char *c)
{
	buf_printf(out, "    %-20s %15s %15s %15s\n", name, a, b, c);
}

/* Heads have no trailing blanks. */
static void
head(struct buf *out, const char *name, const char *a, const char *b, const char *c)
{
	buf_printf(out, "    %-20s", name);
	if (a != NULL)
		buf_printf(out, " %15s", a);
	if (b != NULL)
		buf_printf(out, " %15s", b);
	if (c != NULL)
		buf_printf(out, " %15s", c);
	while (out->len > 0 && out->data[out->len - 1] == ' ')
		out->len--;
	buf_chr(out, '\n');
}

static const char *
enabled(int v)
{
	return v < 0 ? "n/a" : v > 0 ? "enabled" : "disabled";
}

static void
number_line(struct buf *out, const char *name, uint64_t a, bool two, uint64_t b)
{
	char x[24], y[24] = "";

	snprintf(x, sizeof(x), "%llu", (unsigned long long)a);
	if (two)
		snprintf(y, sizeof(y), "%llu", (unsigned long long)b);
	line(out, name, x, y, "");
}

static void
named_line(struct buf *out, const char *name, const char *a, const char *b, const char *c)
{
	char title[64];

	snprintf(title, sizeof(title), "%s:", name);
	line(out, title, a, b, c);
}

static void
extensive_setup(struct buf *out, const struct show_view *v)
{
	char hold[16] = "n/a", as[2][16], local_hold[16];

	head(out, "Setup", "Local", "Remote", NULL);
	snprintf(as[0], sizeof(as[0]), "%u", v->local.as);
	snprintf(as[1], sizeof(as[1]), "%u", v->peer.as);
	line(out, "AS", as[0], as[1], "");
	line(out, "ID", v->local.id, v->peer.known ? v->peer.id : "n/a", "");
	snprintf(local_hold, sizeof(local_hold), "%u", v->local.hold);
	if (v->peer.known)
		snprintf(hold, sizeof(hold), "%u", v->peer.hold);
	line(out, "hold-time", local_hold, hold, "");
	head(out, "Capability", "Local", "Remote", NULL);
	for (int i = 0; i < SHOW_CAPABILITIES; i++)
		named_line(out, capability_names[i], enabled(v->local.capabilities[i]),
			enabled(v->peer.capabilities[i]), "");
	head(out, "Families", "Local", "Remote", "Add-Path");
	for (unsigned i = 0; i < v->n_families; i++) {
		uint32_t family = v->families[i];
		int on = (v->peer.families & family_bit(family)) != 0;

		named_line(out, family_name(family), "enabled", enabled(v->peer.known ? on : -1),
			addpath_state(v, family));
	}
}

void
show_extensive(struct buf *out, const struct neighbor *n, const struct session_row *row)
{
	struct show_view v;
	char since[32];

	view_fill(&v, n, row);
	buf_printf(out, "Neighbor %s\n", n->peer_text);
	head(out, "Session", "Local", NULL, NULL);
	line(out, "local", v.local_address, "", "");
	line(out, "state", fsm_name(v.state), "", "");
	duration_text(since, v.seconds);
	line(out, v.up ? "up for" : "down for", since, "", "");
	extensive_setup(out, &v);
	head(out, "Message Statistic", "Sent", "Received", NULL);
	for (unsigned i = 0; i < COUNTERS; i++) {
		char title[32];

		snprintf(title, sizeof(title), "%s:", counters[i].name);
		number_line(
			out, title, v.sent[counters[i].index], true, v.received[counters[i].index]);
	}
	number_line(out, "total:", total(v.sent), true, total(v.received));
	head(out, "Prefix Statistic", NULL, NULL, NULL);
	number_line(out, "received:", v.prefixes_received, false, 0);
	number_line(out, "withdrawn:", v.prefixes_withdrawn, false, 0);
}
