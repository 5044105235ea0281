/*
 * The BGP messages of a packet capture as events, each with its sender as the peer. When both OPENs
 * of a connection were captured, later messages are read as that session negotiated: 4-byte AS
 * numbers, ADD-PATH per family, iBGP or not. Otherwise the session of the options counts.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/tool_file.h"
#include "common/xmalloc.h"
#include "proto/wire/bgp_stream.h"
#include "proto/wire/message.h"

/* What is known about a connection; side i sends direction i. */
struct talk {
	uint8_t *opens[2]; /* owned: the OPEN's body, or NULL */
	size_t lens[2];
	uint32_t as[2]; /* 0: not known */
	bool negotiated;
	struct negotiated reads[2]; /* how side i reads what the other sends */
};

struct capture {
	struct tool_file *f;
	struct talk *talks[BGP_CONNECTIONS_MAX]; /* owned */
};

static void
forget(struct talk *t)
{
	for (int i = 0; i < 2; i++) {
		free(t->opens[i]);
		t->opens[i] = NULL;
		t->as[i] = 0;
	}
	t->negotiated = false;
}

static void
negotiate(struct talk *t)
{
	struct open *opens = xcalloc(2, sizeof(opens[0]));
	struct wire_error err;
	unsigned good = 0;

	for (unsigned i = 0; i < 2; i++) {
		if (t->opens[i] == NULL ||
			open_decode(t->opens[i], t->lens[i], &opens[i], &err) < 0)
			continue;
		t->as[i] = open_has(&opens[i], CAP_ASN4) ? opens[i].asn4 : opens[i].my_as;
		good++;
	}
	if (good == 2) {
		open_negotiate(&opens[0], &opens[1], &t->reads[0]);
		open_negotiate(&opens[1], &opens[0], &t->reads[1]);
		t->negotiated = true;
	}
	free(opens);
}

/* A second OPEN of a side is a new session on the same addresses and ports. */
static void
learn(struct talk *t, unsigned side, const uint8_t *message, size_t n)
{
	if (t->opens[side] != NULL)
		forget(t);
	t->lens[side] = n - MESSAGE_HEADER;
	t->opens[side] = xmemdup(message + MESSAGE_HEADER, t->lens[side]);
	negotiate(t);
}

static void
set_session(struct tool_file *f, const struct talk *t, const struct bgp_flow *flow)
{
	const struct negotiated *n = &t->reads[!flow->direction];

	tool_file_session(f, flow->src, flow->dst);
	if (t->as[0] != 0 || t->as[1] != 0) {
		f->session.who.peer_as = t->as[flow->direction];
		f->session.who.local_as = t->as[!flow->direction];
		f->session.who.have_router_id = false;
	}
	if (!t->negotiated)
		return;
	f->session.rx.attrs.asn4 = n->asn4;
	f->session.rx.attrs.ibgp = n->ibgp;
	f->session.rx.addpath_rx = n->addpath_rx;
}

static void
message(void *owner, const struct bgp_flow *flow, const uint8_t *bytes, size_t n)
{
	struct capture *c = owner;
	struct talk *t = c->talks[flow->connection];

	if (t == NULL)
		t = c->talks[flow->connection] = xcalloc(1, sizeof(*t));
	if (bytes[MESSAGE_HEADER - 1] == MESSAGE_OPEN)
		learn(t, flow->direction, bytes, n);
	set_session(c->f, t, flow);
	tool_file_message(c->f, flow->time_us, bytes, n);
}

static int
packets(struct tool_file *f, struct bgp_streams *streams)
{
	struct pcap *pcap = xcalloc(1, sizeof(*pcap));
	size_t need = PCAP_MAGIC_BYTES;
	const char *broken = NULL;
	ssize_t got = 0;

	while (broken == NULL && (got = instream_want(&f->in, need)) > 0) {
		struct pcap_packet packet;
		struct tcp_segment segment;
		long used = pcap_next(pcap, instream_data(&f->in), (size_t)got, &packet, &need);

		if (used < 0)
			broken = "not a packet of a capture";
		else if (used == 0 && (size_t)got < need && f->in.eof)
			broken = "ends inside a packet";
		if (used <= 0)
			continue;
		if (packet_tcp(&packet, &segment) == 0)
			bgp_streams_add(streams, &segment, packet.time_us);
		instream_skip(&f->in, (size_t)used);
		need = 1;
	}
	free(pcap);
	if (got < 0)
		broken = strerror(errno);
	bgp_streams_finish(streams);
	return broken == NULL ? 0 : tool_file_broken(f, broken);
}

/* What was not shown. */
static void
remarks(const struct tool_file *f, const struct bgp_stream_counts *n)
{
	if (n->holes > 0)
		fprintf(stderr, "decode: %s: %" PRIu64 " holes, segments were not captured\n",
			f->path, n->holes);
	if (n->skipped > 0)
		fprintf(stderr, "decode: %s: %" PRIu64 " bytes are not part of a whole message\n",
			f->path, n->skipped);
	if (n->not_followed > 0)
		fprintf(stderr, "decode: %s: %" PRIu64 " segments of more than %d connections\n",
			f->path, n->not_followed, BGP_CONNECTIONS_MAX);
}

int
tool_file_pcap(struct tool_file *f, uint16_t port)
{
	struct capture *c = xcalloc(1, sizeof(*c));
	struct bgp_streams *streams;
	int result;

	c->f = f;
	streams = bgp_streams_new(port, message, c);
	result = packets(f, streams);
	remarks(f, bgp_streams_counts(streams));
	bgp_streams_free(streams);
	for (unsigned i = 0; i < BGP_CONNECTIONS_MAX; i++) {
		if (c->talks[i] != NULL)
			forget(c->talks[i]);
		free(c->talks[i]);
	}
	free(c);
	return result;
}
