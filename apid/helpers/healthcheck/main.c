/*
 * healthcheck: a helper program that announces addresses while a check succeeds. Options and
 * commands are those of ExaBGP's healthcheck (reference/api.md 8), so its configuration files and
 * command lines work; etc/man/troupe-healthcheck.8 describes them.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apid/helpers/healthcheck/account.h"
#include "apid/helpers/healthcheck/iface.h"
#include "apid/helpers/healthcheck/report.h"
#include "apid/helpers/healthcheck/service.h"
#include "common/loop.h"

static void
got_signal(struct loop *loop, void *owner, int signo)
{
	struct service **service = owner;

	(void)loop;
	if (signo == SIGCHLD)
		service_reap(*service);
	else
		service_leave(*service);
}

/* What to announce: the networks given, or else those of the loopback. */
static int
find_nets(const struct options *o, struct nets *nets)
{
	for (size_t i = 0; i < o->ips.n; i++)
		nets_add(nets, &o->ips.v[i]);
	if (nets->n == 0)
		iface_discover(o->label, o->label_exact, nets);
	nets_bind(nets, &o->ifnames);
	if (nets->n > 0)
		return 0;
	report_error("No IP found");
	return -1;
}

static int
serve(const struct options *o, const struct nets *nets)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD, 0 };
	struct service *service = NULL;
	struct loop *loop = loop_new();
	int code = 1;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	if (loop == NULL || loop_signals(loop, signals, got_signal, &service) != 0)
		report_error("no event loop: %s", strerror(errno));
	else
		service = service_new(loop, o, nets);
	if (service != NULL) {
		service_start(service);
		code = loop_run(loop);
	}
	service_free(service);
	loop_free(loop);
	return code;
}

static int
run(const struct options *o)
{
	struct nets nets = { 0 };
	int code = 1;

	report_open(o);
	if (o->pid_file != NULL && account_write_pid(o->pid_file) != 0)
		report_error("%s: %s", o->pid_file, strerror(errno));
	else if (find_nets(o, &nets) == 0)
		code = serve(o, &nets);
	if (o->pid_file != NULL && code == 0)
		unlink(o->pid_file);
	nets_fini(&nets);
	report_close();
	return code;
}

int
main(int argc, char **argv)
{
	struct options o;
	char err[512] = "";
	int code = 2;

	if (options_parse(&o, argc, argv, err, sizeof(err)) != 0) {
		fprintf(stderr, "healthcheck: %s\n(--help lists the options)\n", err);
	} else if (o.help) {
		options_usage(stdout);
		code = 0;
	} else {
		code = run(&o);
	}
	options_fini(&o);
	return code;
}
