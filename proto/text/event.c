/*
 * The envelope of JSON events, and the events that carry no BGP message: state, FSM, signal,
 * negotiated, shutdown, dropped (reference/events.md 2, 5.1-5.4, 5.12). The odd spacing is the
 * format: helpers compare text.
 */
#include "proto/text/event.h"

#include <string.h>

#include "proto/wire/family.h"
#include "proto/wire/message.h"
#include "proto/wire/open.h"

void
event_time(struct buf *out, uint64_t time_us)
{
	uint64_t fraction = time_us % 1000000;
	uint8_t digits[8];
	size_t n = 6;

	buf_u64(out, time_us / 1000000);
	for (size_t i = 6; i > 0; i--, fraction /= 10)
		digits[i] = (uint8_t)('0' + fraction % 10);
	while (n > 1 && digits[n] == '0')
		n--;
	digits[0] = '.';
	buf_add(out, digits, n + 1);
}

static void
envelope(struct buf *out, const struct event_source *source, const char *version, uint64_t time_us)
{
	BUF_LIT(out, "{ \"exabgp\": \"");
	buf_str(out, version);
	BUF_LIT(out, "\", \"time\": ");
	event_time(out, time_us);
	BUF_LIT(out, ", \"host\" : \"");
	buf_str(out, source->host);
	BUF_LIT(out, "\", \"pid\" : ");
	buf_u64(out, (uint64_t)source->pid);
	BUF_LIT(out, ", \"ppid\" : ");
	buf_u64(out, (uint64_t)source->ppid);
}

void
event_begin(struct buf *out, const struct event_source *source, const struct event_head *head)
{
	envelope(out, source, head->version, head->time_us);
	if (head->counter != 0) {
		BUF_LIT(out, ", \"counter\": ");
		buf_u64(out, head->counter);
	}
	BUF_LIT(out, ", \"type\": \"");
	buf_str(out, head->type);
	BUF_LIT(out, "\", ");
	if (head->packet == NULL || head->packet_len < MESSAGE_HEADER)
		return;
	BUF_LIT(out, "\"header\": \"0x");
	buf_hex_upper(out, head->packet, MESSAGE_HEADER);
	BUF_LIT(out, "\", ");
	if (head->packet_len == MESSAGE_HEADER)
		return;
	BUF_LIT(out, "\"body\": \"0x");
	buf_hex_upper(out, head->packet + MESSAGE_HEADER, head->packet_len - MESSAGE_HEADER);
	BUF_LIT(out, "\", ");
}

void
event_neighbor(struct buf *out, const struct event_neighbor *n)
{
	BUF_LIT(out, "\"neighbor\": { \"address\": { \"local\": \"");
	if (n->local.len == 0)
		BUF_LIT(out, "auto");
	else
		buf_addr(out, &n->local);
	BUF_LIT(out, "\", \"peer\": \"");
	buf_addr(out, &n->peer);
	BUF_LIT(out, "\" }, \"asn\": { \"local\": ");
	buf_u64(out, n->local_as);
	BUF_LIT(out, ", \"peer\": ");
	buf_u64(out, n->peer_as);
	BUF_LIT(out, " }");
	if (n->have_router_id) {
		uint8_t id[4] = { (uint8_t)(n->router_id >> 24), (uint8_t)(n->router_id >> 16),
			(uint8_t)(n->router_id >> 8), (uint8_t)n->router_id };

		BUF_LIT(out, ", \"router-id\": \"");
		buf_addr_bytes(out, id, 4);
		BUF_LIT(out, "\"");
	}
	buf_chr(out, ' ');
}

void
event_direction(struct buf *out, const char *direction)
{
	BUF_LIT(out, ", \"direction\": \"");
	buf_str(out, direction);
	buf_chr(out, '"');
}

void
event_end(struct buf *out)
{
	BUF_LIT(out, " } }\n");
}

void
event_nothing(struct buf *out)
{
	buf_chr(out, ' ');
}

void
event_state(struct buf *out, const char *state, const char *reason, size_t reason_len)
{
	BUF_LIT(out, ", \"state\": \"");
	buf_str(out, state);
	buf_chr(out, '"');
	if (reason == NULL)
		return;
	BUF_LIT(out, ", \"reason\": ");
	buf_json_string(out, reason, reason_len);
}

/* The numbers of Linux; this layer knows no system. */
static const char *
signal_name(int signo)
{
	static const char *const names[] = {
		[0] = "none",
		[1] = "SIGHUP",
		[2] = "SIGINT",
		[10] = "SIGUSR1",
		[12] = "SIGUSR2",
		[14] = "SIGALRM",
		[15] = "SIGTERM",
	};
	const size_t n = sizeof(names) / sizeof(names[0]);

	if (signo < 0 || (size_t)signo >= n || names[signo] == NULL)
		return "unknown";
	return names[signo];
}

void
event_signal(struct buf *out, int signo)
{
	BUF_LIT(out, ", \"code\": \"");
	buf_u64(out, (uint64_t)signo);
	BUF_LIT(out, "\", \"name\": \"");
	buf_str(out, signal_name(signo));
	buf_chr(out, '"');
}

static void
family_string(struct buf *out, uint32_t family, const char *more)
{
	char afi[40], safi[40];

	buf_chr(out, '"');
	buf_str(out, afi_name(family_afi(family), afi));
	buf_chr(out, ' ');
	buf_str(out, safi_name(family_safi(family), safi));
	if (more != NULL) {
		buf_chr(out, ' ');
		buf_str(out, more);
	}
	buf_chr(out, '"');
}

static void
addpath_list(struct buf *out, const struct negotiated *n, uint32_t bits)
{
	bool first = true;

	buf_chr(out, '[');
	for (unsigned i = 0; i < n->n_families; i++) {
		if ((family_bit(n->families[i]) & bits) == 0)
			continue;
		if (!first)
			BUF_LIT(out, ", ");
		first = false;
		family_string(out, n->families[i], NULL);
	}
	buf_chr(out, ']');
}

static void
json_bool(struct buf *out, bool v)
{
	buf_str(out, v ? "true" : "false");
}

void
event_negotiated_object(struct buf *out, const struct negotiated *n)
{
	static const char *const refresh[] = {
		[REFRESH_ABSENT] = "absent",
		[REFRESH_NORMAL] = "normal",
		[REFRESH_ENHANCED] = "enhanced",
	};
	static const struct negotiated initial = { .message_max = MESSAGE_MAX };
	char afi[40];

	if (n == NULL)
		n = &initial;
	BUF_LIT(out, "{ \"message_size\": ");
	buf_u64(out, n->message_max);
	BUF_LIT(out, ", \"hold_time\": ");
	buf_u64(out, n->hold_time);
	BUF_LIT(out, ", \"asn4\": ");
	json_bool(out, n->asn4);
	BUF_LIT(out, ", \"multisession\": ");
	json_bool(out, n->multisession);
	BUF_LIT(out, ", \"operational\": ");
	json_bool(out, n->operational);
	BUF_LIT(out, ", \"refresh\": \"");
	buf_str(out, refresh[n->refresh]);
	BUF_LIT(out, "\", \"families\": [");
	for (unsigned i = 0; i < n->n_families; i++) {
		if (i > 0)
			BUF_LIT(out, ", ");
		family_string(out, n->families[i], NULL);
	}
	BUF_LIT(out, "], \"nexthop\": [");
	for (unsigned i = 0; i < n->n_nexthop; i++) {
		if (i > 0)
			BUF_LIT(out, ", ");
		family_string(out, n->nexthop[i].family, afi_name(n->nexthop[i].nexthop_afi, afi));
	}
	BUF_LIT(out, "], \"add_path\": {\"send\": ");
	addpath_list(out, n, n->addpath_tx);
	BUF_LIT(out, ", \"receive\": ");
	addpath_list(out, n, n->addpath_rx);
	buf_chr(out, '}');
	if (bgp_role_name(n->role) != NULL && bgp_role_name(n->peer_role) != NULL)
		buf_printf(out, ", \"role\": {\"local\": \"%s\", \"peer\": \"%s\"}",
			bgp_role_name(n->role), bgp_role_name(n->peer_role));
	BUF_LIT(out, " }");
}

void
event_negotiated(struct buf *out, const struct negotiated *n)
{
	BUF_LIT(out, ", \"negotiated\": ");
	event_negotiated_object(out, n);
	buf_chr(out, ' ');
}

void
event_shutdown(
	struct buf *out, const struct event_source *source, const char *version, uint64_t time_us)
{
	envelope(out, source, version, time_us);
	BUF_LIT(out, ", \"type\": \"notification\", \"notification\": \"shutdown\" }\n");
}

void
event_dropped(struct buf *out, const struct event_source *source, const char *version,
	uint64_t time_us, uint64_t count)
{
	envelope(out, source, version, time_us);
	BUF_LIT(out, ", \"type\": \"dropped\", \"dropped\": ");
	buf_u64(out, count);
	BUF_LIT(out, " }\n");
}
