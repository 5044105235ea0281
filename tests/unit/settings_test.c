/* Settings: precedence, types and their errors, the INI file, the old spellings, printing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "common/settings.h"

static char path[] = "/tmp/troupe-settings-XXXXXX";
static char err[512];

static int
set_up(void **state)
{
	(void)state;
	clearenv();
	setenv("EXABGP_ROOT", "/nonexistent", 1);
	return 0;
}

static int
make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int
remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void
write_ini(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static struct settings *
load(void)
{
	struct settings *s = settings_load(NULL, err, sizeof(err));

	if (s == NULL)
		fail_msg("%s", err);
	return s;
}

static void
defaults(void **state)
{
	struct settings *s = load();

	(void)state;
	assert_int_equal(settings_int(s, "tcp.port"), 179);
	assert_string_equal(settings_str(s, "tcp.bind"), "");
	assert_true(settings_bool(s, "api.ack"));
	assert_false(settings_bool(s, "bgp.passive"));
	assert_int_equal(settings_int(s, "api.version"), 6);
	assert_int_equal(settings_int(s, "daemon.umask"), 0137);
	assert_true(settings_float(s, "reactor.speed") == 1.0);
	assert_int_equal(settings_int(s, "rib.settle"), 0);
	assert_string_equal(settings_str(s, "log.level"), "INFO");
	assert_string_equal(settings_str(s, "log.format"), "text");
	assert_int_equal(settings_source(s, "tcp.port"), SETTING_DEFAULT);
	settings_free(s);
	settings_free(NULL);
}

static void
precedence(void **state)
{
	(void)state;
	write_ini("[exabgp.tcp]\nport = 1001\n");
	setenv("EXABGP_ENVFILE", path, 1);
	struct settings *s = load();
	assert_int_equal(settings_int(s, "tcp.port"), 1001);
	assert_int_equal(settings_source(s, "tcp.port"), SETTING_INI);
	settings_free(s);

	setenv("exabgp_tcp_port", "1002", 1);
	s = load();
	assert_int_equal(settings_int(s, "tcp.port"), 1002);
	assert_int_equal(settings_source(s, "tcp.port"), SETTING_ENVIRONMENT);
	settings_free(s);

	setenv("exabgp.tcp.port", "1003", 1);
	setenv("EXABGP_TCP_PORT", "1004", 1);
	s = load();
	assert_int_equal(settings_int(s, "tcp.port"), 1003);
	settings_free(s);
}

static void
own_prefix(void **state)
{
	(void)state;
	setenv("exabgp_rib_settle", "5", 1);
	setenv("troupe_rib_settle", "100", 1);
	struct settings *s = load();
	assert_int_equal(settings_int(s, "rib.settle"), 100);
	settings_free(s);
	setenv("troupe.rib.settle", "200", 1);
	write_ini("[troupe.rib]\nsettle: 300\n[troupe.log]\nformat=JSON\n");
	s = settings_load(path, err, sizeof(err));
	assert_non_null(s);
	assert_int_equal(settings_int(s, "rib.settle"), 200);
	assert_string_equal(settings_str(s, "log.format"), "json");
	settings_free(s);
}

static void
ini_syntax(void **state)
{
	(void)state;
	write_ini("# comment\n; another\n\n[exabgp.tcp]\n  \nBIND = '127.0.0.1\n   ::1'\n"
		  "port: \"1790\"\r\nunknown = x\n  more\n[other]\nkey = value\n[exabgp.api]\n"
		  "ack = off\nversion=4\n[exabgp.log]\nlevel = debug\n");
	struct settings *s = settings_load(path, err, sizeof(err));
	assert_non_null(s);
	assert_string_equal(settings_str(s, "tcp.bind"), "127.0.0.1 ::1");
	assert_int_equal(settings_int(s, "tcp.port"), 1790);
	assert_false(settings_bool(s, "api.ack"));
	assert_string_equal(settings_str(s, "api.ack"), "false");
	assert_int_equal(settings_int(s, "api.version"), 4);
	assert_string_equal(settings_str(s, "log.level"), "DEBUG");
	settings_free(s);
}

static void
ini_errors(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} cases[] = {
		{ "port = 1\n", ":1: expected a section header first" },
		{ "[exabgp.tcp]\nport\n", ":2: expected name = value" },
		{ "[exabgp.tcp\n", ":1: a section header is [name]" },
		{ "[]\n", ":1: a section header is [name]" },
		{ "[exabgp.tcp]\n= 1\n", ":2: expected name = value" },
		{ "[exabgp.tcp]\nport = 1\nport = 2\n", ":3: this setting was given before" },
		{ "[exabgp.tcp]\nport = x\n", ": invalid value for tcp.port :  x" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_ini(cases[i].text);
		assert_null(settings_load(path, err, sizeof(err)));
		assert_non_null(strstr(err, cases[i].want));
	}
	assert_null(settings_load("/nonexistent/x.env", err, sizeof(err)));
	assert_non_null(strstr(err, "no settings file that can be read"));
	assert_null(settings_load("/tmp", err, sizeof(err)));
}

static void
values(void **state)
{
	static const struct {
		const char *variable;
		const char *good[6];
		const char *bad[8];
	} cases[] = {
		{ "exabgp_tcp_port", { "1", "+5", "1_000", " 7 ", "'9'", "0" },
			{ "", "x", "-1", "65536", "1__0", "_1", "1_", "99999999999999999999" } },
		{ "exabgp_tcp_bind", { "", "''", "127.0.0.1 ::1", "  10.0.0.1  ", "::" },
			{ "localhost", "1.2.3", "10.0.0.1,10.0.0.2", "1.2.3.4 x" } },
		{ "exabgp_log_level", { "fatal", "CRITICAL", "Warning", "NOTSET" },
			{ "", "loud", "INFO DEBUG", "INF" } },
		{ "exabgp_api_version", { "4", "6" }, { "5", "46", "", "4 6" } },
		{ "exabgp_daemon_user", { "nobody", "root", "'root'" }, { "", "no-such-user-x" } },
		{ "exabgp_daemon_umask", { "022", "0o137", "0" },
			{ "", "8", "0x1", "-1", "77777" } },
		{ "exabgp_reactor_speed", { "1", "0.5", "1e-2" },
			{ "", "fast", "nan", "inf", "0x1", "1.0.0" } },
		{ "exabgp_bgp_passive", { "", "maybe", "true" }, { NULL } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t j = 0; j < 6 && cases[i].good[j] != NULL; j++) {
			setenv(cases[i].variable, cases[i].good[j], 1);
			settings_free(load());
		}
		for (size_t j = 0; j < 8 && cases[i].bad[j] != NULL; j++) {
			char want[128];
			char name[64];

			setenv(cases[i].variable, cases[i].bad[j], 1);
			assert_null(settings_load(NULL, err, sizeof(err)));
			strcpy(name, cases[i].variable + strlen("exabgp_"));
			*strchr(name, '_') = '.';
			snprintf(want, sizeof(want), "invalid value for %s : %s", name,
				cases[i].bad[j]);
			assert_string_equal(err, want);
		}
		unsetenv(cases[i].variable);
	}
}

static void
booleans(void **state)
{
	static const char *const yes[] = { "1", "yes", "ON", "Enable", "true", "'true'" };
	static const char *const no[] = { "0", "no", "maybe", "", "2", "enabled" };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		setenv("exabgp_bgp_passive", yes[i], 1);
		struct settings *s = load();
		assert_true(settings_bool(s, "bgp.passive"));
		settings_free(s);
		setenv("exabgp_bgp_passive", no[i], 1);
		s = load();
		assert_false(settings_bool(s, "bgp.passive"));
		settings_free(s);
	}
}

static int64_t
attempts(void)
{
	struct settings *s = load();
	int64_t value = settings_int(s, "tcp.attempts");

	settings_free(s);
	return value;
}

static void
attempts_by_other_names(void **state)
{
	(void)state;
	setenv("exabgp_tcp_once", "true", 1);
	assert_int_equal(attempts(), 1);
	setenv("exabgp_tcp_attempts", "3", 1);
	assert_int_equal(attempts(), 3);
	setenv("exabgp_tcp_connections", "2", 1);
	assert_int_equal(attempts(), 2);
	unsetenv("exabgp_tcp_attempts");
	setenv("exabgp_tcp_connections", "x", 1);
	assert_null(settings_load(NULL, err, sizeof(err)));
	assert_string_equal(err, "invalid value for tcp.attempts : x");
	unsetenv("exabgp_tcp_connections");
	setenv("exabgp_tcp_once", "false", 1);
	write_ini("[exabgp.tcp]\nattempts = 9\n");
	setenv("EXABGP_ENVFILE", path, 1);
	assert_int_equal(attempts(), 0);
	unsetenv("exabgp_tcp_once");
	assert_int_equal(attempts(), 9);
	write_ini("[exabgp.tcp]\nonce = true\n");
	assert_int_equal(attempts(), 0);
}

static char *
printed(const struct settings *s, bool only_changed, bool as_ini)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	settings_print(s, out, only_changed, as_ini);
	fclose(out);
	return text;
}

static void
printing(void **state)
{
	(void)state;
	setenv("exabgp_tcp_bind", "127.0.0.1", 1);
	setenv("exabgp_tcp_port", "1790", 1);
	setenv("troupe_rib_settle", "100", 1);
	setenv("exabgp_debug_route", "x", 1);
	struct settings *s = load();
	char *text = printed(s, true, false);
	assert_string_equal(text, "exabgp.tcp.bind='127.0.0.1'  # environment\n"
				  "exabgp.tcp.port=1790  # environment\n"
				  "troupe.rib.settle=100  # environment\n");
	free(text);
	text = printed(s, true, true);
	assert_string_equal(text, "[exabgp.tcp]\n# from: environment\nbind = '127.0.0.1'\n"
				  "# from: environment\nport = 1790\n\n[troupe.rib]\n"
				  "# from: environment\nsettle = 100\n");
	free(text);
	text = printed(s, false, true);
	write_ini(text); /* what is printed can be read */
	free(text);
	settings_free(s);
	set_up(NULL);
	s = settings_load(path, err, sizeof(err));
	assert_non_null(s);
	assert_int_equal(settings_int(s, "tcp.port"), 1790);
	settings_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(defaults, set_up),
		cmocka_unit_test_setup(precedence, set_up),
		cmocka_unit_test_setup(own_prefix, set_up),
		cmocka_unit_test_setup(ini_syntax, set_up),
		cmocka_unit_test_setup(ini_errors, set_up),
		cmocka_unit_test_setup(values, set_up),
		cmocka_unit_test_setup(booleans, set_up),
		cmocka_unit_test_setup(attempts_by_other_names, set_up),
		cmocka_unit_test_setup(printing, set_up),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
