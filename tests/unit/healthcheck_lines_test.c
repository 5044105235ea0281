/* From the options to the commands, without running anything; lists of networks; answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apid/helpers/healthcheck/channel.h"
#include "apid/helpers/healthcheck/iface.h"
#include "apid/helpers/healthcheck/lines.h"
#include "common/buf.h"

/* Splits text at blanks into the options. */
static int
parse(struct options *o, const char *text, char *err)
{
	static char copy[512];
	char program[] = "healthcheck";
	char *argv[64] = { program };
	int argc = 1;

	strcpy(copy, text);
	for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
		argv[argc++] = word;
	return options_parse(o, argc, argv, err, 256);
}

static void
expect_lines(const char *options, enum state state, const char *expected)
{
	struct options o;
	struct buf out = { 0 };
	char err[256] = "";

	if (parse(&o, options, err) != 0)
		fail_msg("%s: %s", options, err);
	lines_print(&out, &o, &o.ips, state);
	assert_string_equal(buf_cstr(&out), expected);
	buf_fini(&out);
	options_fini(&o);
}

static void
test_lines(void **state)
{
	(void)state;
	expect_lines("--ip 10.0.0.1 --ip 10.0.1.0/24", STATE_UP,
		"peer * announce route 10.0.0.1/32 next-hop self med 100\n"
		"peer * announce route 10.0.1.0/24 next-hop self med 101\n");
	expect_lines("--ip 10.0.0.1 --down-metric 7", STATE_DOWN,
		"peer * announce route 10.0.0.1/32 next-hop self med 7\n");
	expect_lines("--ip 10.0.0.1", STATE_DISABLED,
		"peer * announce route 10.0.0.1/32 next-hop self med 500\n");
	expect_lines("--ip 10.0.0.1 --path-id 3 --community 1:1", STATE_EXIT,
		"peer * withdraw route 10.0.0.1/32 next-hop self path-information 3\n");
	expect_lines("--ip 10.0.0.1 --withdraw-on-down", STATE_UP,
		"peer * announce route 10.0.0.1/32 next-hop self med 100\n");
	expect_lines("--ip 10.0.0.1 --withdraw-on-down", STATE_DOWN,
		"peer * withdraw route 10.0.0.1/32 next-hop self\n");
	expect_lines("--ip 10.0.0.1 --dynamic-ip-setup", STATE_DISABLED,
		"peer * withdraw route 10.0.0.1/32 next-hop self\n");
	expect_lines("--ip 10.0.0.1 --local-preference 0 --as-path 1 --up-as-path 2", STATE_UP,
		"peer * announce route 10.0.0.1/32 next-hop self med 100 local-preference 0 "
		"as-path "
		"[ 2 ]\n");
	expect_lines("--ip 10.0.0.1 --disabled-community 9:9 --community 1:1", STATE_DOWN,
		"peer * announce route 10.0.0.1/32 next-hop self med 1000 community [ 9:9 ]\n");
}

static void
test_metrics_stay_in_range(void **state)
{
	(void)state;
	expect_lines("--ip 10.0.0.1 --ip 10.0.0.2 --increase -200", STATE_UP,
		"peer * announce route 10.0.0.1/32 next-hop self med 100\n"
		"peer * announce route 10.0.0.2/32 next-hop self med 0\n");
	expect_lines("--ip 10.0.0.1 --ip 10.0.0.2 --up-metric 4294967295", STATE_UP,
		"peer * announce route 10.0.0.1/32 next-hop self med 4294967295\n"
		"peer * announce route 10.0.0.2/32 next-hop self med 4294967295\n");
}

static void
test_selectors(void **state)
{
	(void)state;
	expect_lines("--ip ::1 --neighbor 10.0.0.9", STATE_EXIT,
		"peer 10.0.0.9 withdraw route ::1/128 next-hop self\n");
	expect_lines("--ip ::1 --neighbor 10.0.0.9 --neighbor ::9", STATE_EXIT,
		"peer [10.0.0.9, ::9] withdraw route ::1/128 next-hop self\n");
	expect_lines("--ip ::1 --neighbor 10.0.0.9 --neighbor *", STATE_EXIT,
		"peer * withdraw route ::1/128 next-hop self\n");
}

static void
test_seconds(void **state)
{
	static const struct {
		const char *text;
		int64_t us;
	} good[] = { { "5", 5000000 }, { "0.25", 250000 }, { ".5", 500000 }, { "1.", 1000000 },
		{ "0", 0 }, { "0.1234567", 123456 } };
	static const char *const bad[] = { "", ".", "x", "1e3", "-1", "1.x", "99999999", "nan" };
	char text[64];
	char err[256];
	struct options o;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		snprintf(text, sizeof(text), "--interval=%s", good[i].text);
		assert_int_equal(parse(&o, text, err), 0);
		assert_int_equal(o.interval_us, good[i].us);
		options_fini(&o);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "--interval=%s", bad[i]);
		assert_int_equal(parse(&o, text, err), -1);
		options_fini(&o);
	}
}

static void
test_exec(void **state)
{
	struct options o;
	char err[256];

	(void)state;
	assert_int_equal(parse(&o, "--rise 1 --exec prog --rise 2", err), 0);
	assert_int_equal(o.rise, 1);
	assert_string_equal(o.exec[0], "prog");
	assert_string_equal(o.exec[2], "2");
	assert_null(o.exec[3]);
	options_fini(&o);
	assert_int_equal(parse(&o, "--exec", err), -1);
	options_fini(&o);
}

static void
test_nets(void **state)
{
	struct nets in = { 0 };
	struct nets out = { 0 };
	struct net net;

	(void)state;
	assert_null(nets_parse(&net, "10.0.0.254/31"));
	nets_add(&in, &net);
	assert_null(nets_parse(&net, "2001:db8::fffe/127"));
	nets_add(&in, &net);
	assert_false(nets_hosts(&in, 3, &out));
	nets_fini(&out);
	assert_true(nets_hosts(&in, 4, &out));
	assert_int_equal(out.n, 4);
	nets_rotate(&out, 5);
	assert_int_equal(out.v[0].addr.bytes[3], 255);
	assert_int_equal(out.v[3].addr.bytes[3], 254);
	assert_int_equal(out.v[2].addr.bytes[15], 0xff);
	assert_int_equal(out.v[2].bits, 128);
	nets_fini(&out);

	assert_null(nets_parse(&net, "::/0"));
	nets_add(&in, &net);
	assert_false(nets_hosts(&in, NETS_MAX, &out));
	nets_fini(&out);
	nets_fini(&in);
	assert_non_null(nets_parse(&net, "10.0.0.1/24"));
	assert_non_null(nets_parse(&net, "10.0.0.1/"));
}

static void
test_interfaces(void **state)
{
	struct iface_command command = { 0 };
	struct options o;
	char err[256];

	(void)state;
	assert_int_equal(
		parse(&o, "--sudo --label web --ip 10.0.0.1 --ip ::5 --ip-ifname 10.0.0.1%eth0",
			err),
		0);
	nets_bind(&o.ips, &o.ifnames);
	assert_string_equal(o.ips.v[0].ifname, "eth0");
	iface_command(&command, &o, &o.ips.v[0], true);
	static const char *const words[] = { "sudo", "ip", "address", "add", "10.0.0.1/32", "dev",
		"eth0", "label", "eth0:web" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_string_equal(command.argv[i], words[i]);
	assert_null(command.argv[sizeof(words) / sizeof(words[0])]);
	iface_command(&command, &o, &o.ips.v[1], false);
	assert_string_equal(command.argv[3], "delete");
	assert_string_equal(command.argv[4], "::5/128");
	assert_string_equal(command.argv[6], "lo");
	assert_null(command.argv[7]);
	options_fini(&o);
}

static void
test_answers(void **state)
{
	static const struct {
		const char *line;
		enum answer answer;
	} cases[] = {
		{ "done", ANSWER_DONE },
		{ "done\r", ANSWER_DONE },
		{ "error", ANSWER_ERROR },
		{ "error: no", ANSWER_NONE },
		{ "shutdown", ANSWER_SHUTDOWN },
		{ "{ \"answer\": \"done\", \"message\": \"command completed\" }", ANSWER_DONE },
		{ "{\"answer\":\"error\"}", ANSWER_ERROR },
		{ "{\"answer\"", ANSWER_NONE },
		{ "{ \"type\": \"update\" }", ANSWER_NONE },
		{ "", ANSWER_NONE },
		{ "doner", ANSWER_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(channel_answer(cases[i].line), cases[i].answer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_metrics_stay_in_range),
		cmocka_unit_test(test_selectors),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_nets),
		cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
