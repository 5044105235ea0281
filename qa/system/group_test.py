#!/usr/bin/env python3
"""The whole group with one peer of ours: routes go out, daemons die, input is bad, nobody else suffers."""

import os
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import bgp, group  # noqa: E402

PORT = 23700
CONF = '''
process helper {{ run {run}; encoder json; }}
neighbor 127.77.10.2 {{
	router-id 10.77.0.1; local-address 127.77.10.1; local-as 65001; peer-as 65002; hold-time {hold}; connect {port};
	family {{ ipv4 unicast; ipv6 unicast; }}
	{more}
	api {{ processes [ helper ]; neighbor-changes; receive {{ parsed; update; }} }}
}}
'''


class Pair:
    """A group with one helper and one peer; up() gives the established session."""

    ports = iter(range(PORT, PORT + 200))

    def __init__(self, more='', hold=90, env=None, extra=''):
        self.port = next(self.ports)
        self.helper = group.Helper()
        self.listener = bgp.Listener('127.77.10.2', self.port)
        self.more, self.hold, self.extra = more, hold, extra
        self.group = group.Group(self.text(more), env=dict({'exabgp_api_version': '4'}, **(env or {})))

    def text(self, more):
        return CONF.format(run=self.helper.run, port=self.port, hold=self.hold, more=more) + self.extra

    def __enter__(self):
        self.group.__enter__()
        self.group.start()
        self.helper.wait_started()
        return self

    def __exit__(self, *what):
        try:
            self.group.__exit__(*what)
        finally:
            self.listener.close()
            self.helper.close()

    def up(self, **how):
        session = self.listener.accept()
        session.establish(asn=65002, **how)
        return session

    def ask(self, line):
        return self.helper.ask(line)[0]


def kill(pair, name):
    """kill -9 of one daemon; returns when the next one runs."""
    pid = pair.group.daemon(name)
    started = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    pair.group.daemon(name, other_than=pid)
    return time.monotonic() - started


class Routes(unittest.TestCase):

    def test_announce_change_withdraw(self):
        with Pair() as pair, pair.up() as session:
            self.assertEqual(pair.ask('announce route 10.0.0.0/24 next-hop 1.2.3.4'), 'done')
            session.wait_routes(['10.0.0.0/24'])
            self.assertEqual(pair.ask('announce route 10.0.0.0/24 next-hop 1.2.3.4 med 7'), 'done')
            session.wait_for(lambda s: s.routes().get('10.0.0.0/24', {}).get(4) == b'\0\0\0\7', what='the new med')
            self.assertEqual(pair.ask('announce route 2001:db8::/32 next-hop 2001:db8::1'), 'done')
            session.wait_routes(['10.0.0.0/24', '2001:db8::/32'])
            self.assertEqual(pair.ask('withdraw route 10.0.0.0/24'), 'done')
            session.wait_routes(['2001:db8::/32'])

    def test_end_of_rib_per_family(self):
        with Pair('static { route 10.1.0.0/16 next-hop 1.2.3.4; }') as pair, pair.up() as session:
            session.wait_for(lambda s: [u['end_of_rib'] for u in s.updates() if u['end_of_rib']] == [(1, 1), (2, 1)],
                             what='two End-of-RIBs')
            self.assertEqual(list(session.routes()), ['10.1.0.0/16'])

    def test_last_word_wins(self):
        with Pair() as pair, pair.up() as session:
            for turn in range(20):
                pair.helper.send('announce route 10.0.0.0/24 next-hop 1.2.3.4 med 1',
                                 'announce route 10.0.0.0/24 next-hop 1.2.3.4 med 2',
                                 'announce route 10.0.0.0/24 next-hop 1.2.3.4 med 1',
                                 'announce route 10.9.%d.0/24 next-hop 1.2.3.4' % turn)
                session.wait_for(lambda s, turn=turn: '10.9.%d.0/24' % turn in s.routes(), what='marker %d' % turn)
                self.assertEqual(session.routes()['10.0.0.0/24'][4], b'\0\0\0\1')

    def test_routes_wait_for_the_session_and_come_back(self):
        with Pair() as pair:
            self.assertEqual(pair.ask('announce route 10.0.0.0/24 next-hop 1.2.3.4'), 'done')
            with pair.up() as session:
                session.wait_routes(['10.0.0.0/24'])
            with pair.up() as session:
                session.wait_routes(['10.0.0.0/24'])

    def test_received_routes_reach_the_helper(self):
        with Pair() as pair, pair.up() as session:
            session.send(bgp.update(['198.51.100.0/24'], attributes=bgp.attributes([65002], '192.0.2.9')))
            line = pair.helper.wait_line('"type": "update"')
            self.assertIn('"announce": { "ipv4 unicast": { "192.0.2.9": [ { "nlri": "198.51.100.0/24" } ] } }', line)

    def test_refresh(self):
        with Pair('capability { route-refresh; }') as pair, pair.up() as session:
            self.assertEqual(pair.ask('announce route 10.0.0.0/24 next-hop 1.2.3.4'), 'done')
            session.wait_routes(['10.0.0.0/24'])
            before = len(session.updates())
            session.send(bgp.route_refresh())
            session.wait_for(lambda s: any('10.0.0.0/24' in u['announced'] for u in s.updates()[before:]), what='again')


class Deaths(unittest.TestCase):

    def survives(self, name):
        with Pair('static { route 10.1.0.0/16 next-hop 1.2.3.4; }') as pair, pair.up() as session:
            self.assertEqual(pair.ask('announce route 10.0.0.0/24 next-hop 1.2.3.4'), 'done')
            session.wait_routes(['10.0.0.0/24', '10.1.0.0/16'])
            self.assertLess(kill(pair, name), 1.0)
            if name == 'apid':
                pair.helper.wait_started(2)
            self.assertEqual(pair.ask('withdraw route 10.0.0.0/24'), 'done')
            self.assertEqual(pair.ask('announce route 10.2.0.0/24 next-hop 1.2.3.4'), 'done')
            session.wait_routes(['10.1.0.0/16', '10.2.0.0/24'])
            self.assertIsNone(session.closed)

    def test_ribd(self):
        self.survives('ribd')

    def test_apid(self):
        self.survives('apid')

    def test_ribd_with_changes_going_on(self):
        """Everything that was answered `done` is at the peer in the end, whatever died."""
        with Pair() as pair, pair.up() as session:
            wanted = set()
            for turn in range(6):
                lines = ['announce route 10.%d.%d.0/24 next-hop 1.2.3.4' % (turn, n) for n in range(200)]
                pair.helper.send(*lines)
                kill(pair, 'ribd')
                wanted |= {line.split()[2] for line in lines}
            group.until(lambda: pair.helper.lines.count('done') == len(wanted), what=lambda: '%d answers of %d' % (
                pair.helper.lines.count('done'), len(wanted)))
            session.wait_routes(wanted)
            self.assertIsNone(session.closed)

    def test_bgpd(self):
        self.survives('bgpd')

    def test_everything_twice(self):
        with Pair() as pair, pair.up() as session:
            for turn in (2, 3):
                kill(pair, 'ribd')
                kill(pair, 'bgpd')
                kill(pair, 'apid')
                pair.helper.wait_started(turn)
            self.assertEqual(pair.ask('announce route 10.0.0.0/24 next-hop 1.2.3.4'), 'done')
            session.wait_routes(['10.0.0.0/24'])


class BadInput(unittest.TestCase):

    def test_configuration_error_starts_nothing(self):
        with group.Group('neighbor 127.0.0.1 {\n\tlocal-as 1;\n\thold-tim 90;\n}\n') as g:
            g.start(wait=False)
            self.assertEqual(g.wait_exit(), 1)
            self.assertRegex(g.log(), r'case\.conf:3:2: .*hold-time')

    def test_bad_reload_changes_nothing(self):
        with Pair() as pair, pair.up() as session:
            good = pair.text('')
            pair.group.write_conf(good + 'neighbor nonsense {\n}\n')
            pair.group.send_signal(signal.SIGUSR1)
            pair.group.wait_log(r'case\.conf:\d+:\d+: ')
            self.assertEqual(pair.ask('announce route 10.0.0.0/24 next-hop 1.2.3.4'), 'done')
            session.wait_routes(['10.0.0.0/24'])
            pair.group.write_conf(pair.text('static { route 10.5.0.0/24 next-hop 1.2.3.4; }'))
            pair.group.send_signal(signal.SIGUSR1)
            session.wait_routes(['10.0.0.0/24', '10.5.0.0/24'])
            pair.group.write_conf(good)
            pair.group.send_signal(signal.SIGUSR1)
            session.wait_routes(['10.0.0.0/24'])
            self.assertIsNone(session.closed)

    def test_bad_commands(self):
        with Pair() as pair, pair.up() as session:
            for line in ('bogus', 'announce route 10.0.0.1/24 next-hop 1.2.3.4', 'announce route 10.0.0.0/24',
                         'announce route 10.0.0.0/24 next-hop 1.2.3.4 med x', 'neighbor 9.9.9.9 announce route 10.0.0.0/24 next-hop 1.2.3.4'):
                self.assertEqual(pair.ask(line), 'error', line)
            self.assertEqual(pair.ask('announce route 10.7.0.0/24 next-hop 1.2.3.4'), 'done')
            session.wait_routes(['10.7.0.0/24'])

    def test_helpers_that_misbehave(self):
        """Garbage, 10 MB without a line feed, one who never reads: the good helper goes on."""
        shell = 'process %s {\n\trun /bin/sh -c "%s";\n\tencoder json;\n}\n'
        extra = (shell % ('garbage', 'head -c 3000000 /dev/urandom; sleep 60') +
                 shell % ('endless', 'head -c 10000000 /dev/zero; echo; sleep 60') +
                 shell % ('deaf', 'while :; do echo version; done') +
                 'neighbor 127.77.10.3 { router-id 1.1.1.1; local-address 127.77.10.1; local-as 65001; peer-as 65002; passive; '
                 'api { processes [ garbage endless deaf ]; neighbor-changes; } }\n')
        with Pair(extra=extra) as pair, pair.up() as session:
            for turn in range(50):
                self.assertEqual(pair.ask('announce route 10.8.%d.0/24 next-hop 1.2.3.4' % turn), 'done')
            session.wait_routes(['10.8.%d.0/24' % turn for turn in range(50)])

    def test_bad_messages_get_their_notification(self):
        cases = ((b'\0' * 16 + b'\0\x13\4', (1, 1)), (b'\xff' * 16 + b'\0\x12\4', (1, 2)),
                 (bgp.message(bgp.OPEN, b'\3' + b'\0' * 9), (2, 1)))
        with Pair() as pair:
            for data, expected in cases:
                with pair.listener.accept() as session:
                    session.wait((bgp.OPEN,))
                    session.send(data)
                    self.assertEqual(session.wait_notification()[:2], expected)

    def test_malformed_update_is_withdrawn_and_the_session_stays(self):
        """RFC 7606: a bad ORIGIN is treated as withdraw; a sentinel afterwards is processed."""
        with Pair() as pair, pair.up() as session:
            bad = bgp.attributes([65002], '192.0.2.9').replace(b'\x40\1\1\0', b'\x40\1\1\7')
            session.send(bgp.update(['198.51.100.0/24'], attributes=bad))
            self.assertIn('"withdraw"', pair.helper.wait_line('198.51.100.0/24'))
            session.send(bgp.update(['203.0.113.0/24'], attributes=bgp.attributes([65002], '192.0.2.9')))
            self.assertIn('"announce"', pair.helper.wait_line('203.0.113.0/24'))


class Rhythm(unittest.TestCase):

    def test_keepalives_under_load(self):
        with Pair(hold=3) as pair, pair.up() as session:
            block = ['announce route 10.%d.%d.%d/32 next-hop 1.2.3.4' % (n >> 16, n >> 8 & 255, n & 255) for n in range(1 << 17)]
            end = time.monotonic() + 6
            while time.monotonic() < end:
                pair.helper.send(*block)
            times = [at for at, (kind, _) in zip(session.times, session.messages) if kind == bgp.KEEPALIVE]
            self.assertIsNone(session.closed)
            self.assertGreater(len(times), 3)
            self.assertLess(max(b - a for a, b in zip(times, times[1:])), 2.5)

    def test_idle_uses_nothing(self):
        def used(pids):
            total = 0
            for pid in pids:
                with open('/proc/%d/status' % pid, encoding='utf-8') as handle:
                    total += sum(int(line.split()[1]) for line in handle if 'ctxt_switches' in line)
            return total

        with Pair() as pair, pair.up() as session:
            session.wait_for(lambda s: len([u for u in s.updates() if u['end_of_rib']]) == 2, what='End-of-RIBs')
            pids = [pair.group.pid] + [pair.group.daemon(name) for name in ('bgpd', 'ribd', 'apid')]
            time.sleep(3)  # settled; a measurement needs a length, nothing is waited for
            before = used(pids)
            time.sleep(3)
            self.assertLessEqual(used(pids) - before, 2)

    def test_attempts_used_up_ends_the_group(self):
        with Pair(env={'exabgp_tcp_attempts': '1'}) as pair:
            pair.up().close()
            self.assertEqual(pair.group.wait_exit(), 0)

    def test_shutdown_command(self):
        with Pair() as pair, pair.up():
            self.assertEqual(pair.ask('shutdown'), 'done')
            self.assertEqual(pair.group.wait_exit(), 0)

    def test_teardown(self):
        with Pair() as pair, pair.up() as session:
            self.assertEqual(pair.ask('teardown 4'), 'done')
            self.assertEqual(session.wait_notification(), (6, 4, b'\x14Administrative Reset'))
            pair.up().close()


if __name__ == '__main__':
    unittest.main()
