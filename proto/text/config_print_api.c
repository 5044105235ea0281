/* `process` and `api` sections as configuration text. */
#include "proto/text/config_print.h"

#include "proto/wire/message.h"

static void
print_list(struct buf *out, const char *keyword, const char **names, unsigned n)
{
	if (n == 0)
		return;
	buf_printf(out, "    %s [", keyword);
	for (unsigned i = 0; i < n; i++) {
		BUF_LIT(out, " ");
		if (names[i][strcspn(names[i], " \t\r\n,;[]{}#\"'\\")] == '\0')
			buf_str(out, names[i]);
		else
			config_print_quoted(out, names[i]);
	}
	BUF_LIT(out, " ];\n");
}

static void
print_direction(struct buf *out, const char *keyword, const struct api_direction *d)
{
	static const struct {
		uint8_t type;
		const char *keyword;
	} types[] = { { MESSAGE_OPEN, "open" }, { MESSAGE_UPDATE, "update" },
		{ MESSAGE_NOTIFICATION, "notification" }, { MESSAGE_KEEPALIVE, "keepalive" },
		{ MESSAGE_REFRESH, "refresh" }, { MESSAGE_OPERATIONAL, "operational" } };

	if (!d->parsed && !d->packets && !d->consolidate && d->types == 0)
		return;
	buf_printf(out, "    %s {\n", keyword);
	if (d->parsed)
		BUF_LIT(out, "      parsed;\n");
	if (d->packets)
		BUF_LIT(out, "      packets;\n");
	if (d->consolidate)
		BUF_LIT(out, "      consolidate;\n");
	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (d->types >> types[i].type & 1)
			buf_printf(out, "      %s;\n", types[i].keyword);
	}
	BUF_LIT(out, "    }\n");
}

void
config_print_api(struct buf *out, const struct neighbor_conf *n)
{
	for (unsigned i = 0; i < n->n_apis; i++) {
		const struct api_conf *a = &n->apis[i];

		BUF_LIT(out, "  api {\n");
		print_list(out, "processes", a->processes, a->n_processes);
		print_list(out, "processes-match", a->processes_match, a->n_processes_match);
		if (a->neighbor_changes)
			BUF_LIT(out, "    neighbor-changes;\n");
		if (a->negotiated)
			BUF_LIT(out, "    negotiated;\n");
		if (a->fsm)
			BUF_LIT(out, "    fsm;\n");
		if (a->signal)
			BUF_LIT(out, "    signal;\n");
		print_direction(out, "receive", &a->receive);
		print_direction(out, "send", &a->send);
		BUF_LIT(out, "  }\n");
	}
}

static void
print_process(struct buf *out, const struct process_conf *p)
{
	BUF_LIT(out, "process ");
	config_print_quoted(out, p->name);
	BUF_LIT(out, " {\n  run");
	for (int i = 0; i < p->argc; i++) {
		buf_chr(out, ' ');
		config_print_quoted(out, p->argv[i]);
	}
	buf_printf(out, ";\n  encoder %s;\n  respawn %s;\n", p->json ? "json" : "text",
		p->respawn ? "true" : "false");
	if (p->api_version != 0)
		buf_printf(out, "  api-version %d;\n", p->api_version);
	if (p->on_exit_s == 0)
		BUF_LIT(out, "  on-exit withdraw;\n");
	else if (p->on_exit_s > 0)
		buf_printf(out, "  on-exit withdraw-after %lld;\n", (long long)p->on_exit_s);
	BUF_LIT(out, "}\n\n");
}

static void
print_operational(struct buf *out, const struct neighbor_conf *n)
{
	if (n->n_operational == 0)
		return;
	BUF_LIT(out, "  operational {\n");
	for (unsigned i = 0; i < n->n_operational; i++) {
		const struct operational_conf *o = &n->operational[i];
		const struct family_info *info = family_find(o->family);

		buf_printf(out, "    %s afi %s safi %s", o->kind, info->afi, info->safi);
		if (o->advisory != NULL) {
			BUF_LIT(out, " advisory ");
			config_print_quoted(out, o->advisory);
		} else {
			buf_printf(out, " sequence %u", o->sequence);
			if (o->kind[3] == 'p')
				buf_printf(out, " counter %llu", (unsigned long long)o->counter);
		}
		BUF_LIT(out, ";\n");
	}
	BUF_LIT(out, "  }\n");
}

void
config_print(struct buf *out, const struct config *c)
{
	for (unsigned i = 0; i < c->n_processes; i++)
		print_process(out, &c->processes[i]);
	for (unsigned i = 0; i < c->n_neighbors; i++) {
		config_print_session(out, &c->neighbors[i]);
		print_operational(out, &c->neighbors[i]);
		config_print_routes(out, &c->neighbors[i]);
		BUF_LIT(out, "}\n\n");
	}
}
