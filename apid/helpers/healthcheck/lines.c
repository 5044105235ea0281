/*
 * The text of the announcements. The order of the fields is fixed; the MED grows from network to
 * network. Where the addresses are removed while the service is not up, its routes are withdrawn:
 * a route to an address that is not there is a black hole.
 */
#include "apid/helpers/healthcheck/lines.h"

#include <string.h>

#include "common/buf.h"

bool
lines_withdraw(const struct options *o, enum state state)
{
	return state == STATE_EXIT ||
	       (state != STATE_UP && (o->withdraw_on_down || o->dynamic_ip_setup));
}

static void
add_selector(struct buf *out, const struct texts *neighbors)
{
	for (size_t i = 0; i < neighbors->n; i++) {
		if (strcmp(neighbors->v[i], "*") == 0) {
			buf_str(out, "peer * ");
			return;
		}
	}
	if (neighbors->n < 2) {
		buf_printf(out, "peer %s ", neighbors->n == 1 ? neighbors->v[0] : "*");
		return;
	}
	for (size_t i = 0; i < neighbors->n; i++)
		buf_printf(out, "%s%s", i == 0 ? "peer [" : ", ", neighbors->v[i]);
	buf_str(out, "] ");
}

static void
add_list(struct buf *out, const char *name, const char *text)
{
	if (text != NULL)
		buf_printf(out, " %s [ %s ]", name, text);
}

/* base + index * step, kept within 32 bits */
static uint32_t
metric(int64_t base, int64_t step, size_t index)
{
	int64_t m = base + (int64_t)index * step;

	return m < 0 ? 0 : m > UINT32_MAX ? UINT32_MAX : (uint32_t)m;
}

static void
add_attributes(struct buf *out, const struct options *o, enum state state, size_t index)
{
	const struct option_state *own = &o->states[state];
	const char *community = o->community;

	buf_printf(out, " med %u", metric(own->metric, o->increase, index));
	if (o->local_preference >= 0)
		buf_printf(out, " local-preference %lld", (long long)o->local_preference);
	if (state != STATE_UP && o->disabled_community != NULL)
		community = o->disabled_community;
	add_list(out, "community", community);
	add_list(out, "extended-community", o->extended_community);
	add_list(out, "large-community", o->large_community);
	add_list(out, "as-path", own->as_path != NULL ? own->as_path : o->as_path);
}

void
lines_print(struct buf *out, const struct options *o, const struct nets *nets, enum state state)
{
	bool withdraw = lines_withdraw(o, state);

	for (size_t i = 0; i < nets->n; i++) {
		add_selector(out, &o->neighbors);
		buf_str(out, withdraw ? "withdraw route " : "announce route ");
		buf_addr(out, &nets->v[i].addr);
		buf_printf(out, "/%u next-hop %s", nets->v[i].bits, o->next_hop);
		if (!withdraw)
			add_attributes(out, o, state, i);
		if (o->path_id > 0)
			buf_printf(out, " path-information %lld", (long long)o->path_id);
		buf_chr(out, '\n');
	}
}
