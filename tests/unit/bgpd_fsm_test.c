/*
 * Every cell of the FSM against a copy of RFC 4271 section 8.2.2 in text. A row is an event with
 * the state after it for Idle, Connect, Active, OpenSent, OpenConfirm, Established:
 *   I C A S F E  the state entered (or kept) when the action succeeds
 *   .            the event is not expected: ignored in Idle, dropped in Connect and Active, an
 *                FSM error (RFC 6608) in the others
 * Where we depart from the RFC the row says what the RFC has (see the top of bgpd/fsm.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bgpd/fsm.h"
#include "bgpd/fsm_actions.h"

static const struct {
	enum fsm_event event;
	const char *next;
} rfc[FSM_EVENTS] = {
	{ FSM_EV_START, "CCASFE" },           /* 1, 3 */
	{ FSM_EV_START_PASSIVE, "ACASFE" },   /* 4, 5 */
	{ FSM_EV_STOP, ".IIIII" },            /* 2, 8 */
	{ FSM_EV_CONNECT_RETRY, ".CC..." },   /* 9 */
	{ FSM_EV_HOLD_EXPIRES, "...III" },    /* 10 */
	{ FSM_EV_KEEPALIVE_TIMER, "....FE" }, /* 11 */
	{ FSM_EV_TCP_ACKED, ".SS..." },       /* 16; later states: by the collision rules */
	{ FSM_EV_TCP_CONFIRMED, "SSS..." },   /* 17; RFC: Idle refuses */
	{ FSM_EV_TCP_FAILS, ".IIIII" },       /* 18; RFC: Active after OpenSent */
	{ FSM_EV_OPEN, "...F.E" },            /* 19; Established: ignored */
	{ FSM_EV_HEADER_ERROR, "...III" },    /* 21 */
	{ FSM_EV_OPEN_ERROR, "...II." },      /* 22 */
	{ FSM_EV_COLLISION, "...III" },       /* 23 */
	{ FSM_EV_NOTIFICATION, "...III" },    /* 24, 25 */
	{ FSM_EV_KEEPALIVE, "...IEE" },       /* 26; OpenSent: FSM error with a text of its own */
	{ FSM_EV_UPDATE, "...I.E" },          /* 27; the same */
	{ FSM_EV_UPDATE_ERROR, ".....I" },    /* 28 */
	{ FSM_EV_REFRESH, "...I.E" },         /* RFC 2918; OpenSent as 27 */
	{ FSM_EV_OPERATIONAL, "...I.E" },     /* the same */
	{ FSM_EV_OPEN_WAIT, "...I.." }, { FSM_EV_SEND_HOLD, "...III" }, /* 29, RFC 9687 */
};

static const char letters[FSM_STATES] = {
	[FSM_IDLE] = 'I',
	[FSM_CONNECT] = 'C',
	[FSM_ACTIVE] = 'A',
	[FSM_OPENSENT] = 'S',
	[FSM_OPENCONFIRM] = 'F',
	[FSM_ESTABLISHED] = 'E',
};

static void
every_cell(void **state)
{
	int cells = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rfc) / sizeof(rfc[0]); i++) {
		assert_int_equal(rfc[i].event, i);
		assert_int_equal(strlen(rfc[i].next), FSM_STATES);
		for (int s = 0; s < FSM_STATES; s++) {
			const struct fsm_rule *rule = fsm_rule((enum fsm_state)s, rfc[i].event);
			char want = rfc[i].next[s];
			char got = rule->action == NULL ? '.' : letters[rule->next];

			if (got != want)
				fail_msg("%s in %s: '%c', the RFC's table has '%c'",
					fsm_event_name(rfc[i].event),
					fsm_state_name((enum fsm_state)s), got, want);
			cells++;
		}
	}
	assert_int_equal(cells, FSM_STATES * FSM_EVENTS);
}

/* What leaves a state with an error is an action that says with which. */
static void
errors_say_why(void **state)
{
	(void)state;
	for (int s = FSM_OPENSENT; s < FSM_STATES; s++) {
		enum fsm_state st = (enum fsm_state)s;

		assert_ptr_equal(fsm_rule(st, FSM_EV_HEADER_ERROR)->action, act_error);
		assert_ptr_equal(fsm_rule(st, FSM_EV_HOLD_EXPIRES)->action, act_hold);
		assert_ptr_equal(fsm_rule(st, FSM_EV_NOTIFICATION)->action, act_notification);
		assert_ptr_equal(fsm_rule(st, FSM_EV_SEND_HOLD)->action, act_send_hold);
		assert_ptr_equal(fsm_rule(st, FSM_EV_STOP)->action, act_cease);
	}
	assert_ptr_equal(fsm_rule(FSM_OPENSENT, FSM_EV_OPEN_WAIT)->action, act_open_wait);
}

static void
everything_has_a_name(void **state)
{
	(void)state;
	for (int s = 0; s < FSM_STATES; s++)
		assert_non_null(fsm_state_name((enum fsm_state)s));
	for (int e = 0; e < FSM_EVENTS; e++)
		assert_non_null(fsm_event_name((enum fsm_event)e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell),
		cmocka_unit_test(errors_say_why),
		cmocka_unit_test(everything_has_a_name),
	};

	return cmocka_run_group_tests_name("bgpd_fsm", tests, NULL, NULL);
}
