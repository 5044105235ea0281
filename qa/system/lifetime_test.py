#!/usr/bin/env python3
"""Routes that end by themselves: ttl, on-exit, sync-begin/sync-end; and @ID answers with their stages."""

import os
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import bgp, group  # noqa: E402

PORTS = iter(range(35000, 35100))
CONF = '''
process helper {{ run {run}; encoder json; {process} }}
neighbor 127.77.15.2 {{
	router-id 10.77.0.1; local-address 127.77.15.1; local-as 65001; peer-as 65002; connect {port};
	family {{ ipv4 unicast; ipv6 unicast; }}
	api {{ processes [ helper ]; }}
}}
'''
HOP = ' next-hop 1.2.3.4'


class Pair:
    """A group with one helper and one peer; up() gives the established session."""

    def __init__(self, process=''):
        port = next(PORTS)
        self.helper = group.Helper()
        self.listener = bgp.Listener('127.77.15.2', port)
        self.group = group.Group(CONF.format(run=self.helper.run, process=process, port=port), env={'exabgp_api_version': '4'})

    def __enter__(self):
        self.group.__enter__()
        self.group.start()
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

    def kill(self, name):
        pid = self.group.daemon(name)
        os.kill(pid, signal.SIGKILL)
        self.group.daemon(name, other_than=pid)

    def end_helper(self):
        os.kill(self.helper.wait_started(), signal.SIGKILL)


class Ttl(unittest.TestCase):

    def test_it_ends(self):
        with Pair() as pair, pair.up() as session:
            begin = time.monotonic()
            self.assertEqual(pair.ask('announce route 10.0.0.0/24 next-hop 1.2.3.4 ttl 1'), 'done')
            self.assertEqual(pair.ask('announce route 10.0.1.0/24 next-hop 1.2.3.4'), 'done')
            session.wait_routes(['10.0.0.0/24', '10.0.1.0/24'])
            session.wait_routes(['10.0.1.0/24'])
            self.assertGreater(time.monotonic() - begin, 0.99)
            self.assertLess(time.monotonic() - begin, 1.5)

    def test_it_survives_all_deaths_but_bgpd(self):
        with Pair() as pair, pair.up() as session:
            self.assertEqual(pair.ask('announce route 10.0.0.0/24 next-hop 1.2.3.4 ttl 3'), 'done')
            session.wait_routes(['10.0.0.0/24'])
            pair.kill('ribd')
            pair.kill('apid')
            session.wait_routes([])
            self.assertIsNone(session.closed)

    def test_a_heartbeat_is_not_sent(self):
        with Pair() as pair, pair.up() as session:
            for _ in range(4):
                self.assertEqual(pair.ask('announce route 10.0.0.0/24 next-hop 1.2.3.4 ttl 1'), 'done')
                time.sleep(0.4)
            session.wait_routes(['10.0.0.0/24'])
            self.assertEqual(len([u for u in session.updates() if u['announced']]), 1)
            session.wait_routes([])


class OnExit(unittest.TestCase):

    def test_keep(self):
        with Pair() as pair, pair.up() as session:
            self.assertEqual(pair.ask('announce route 10.0.0.0/24' + HOP), 'done')
            pair.end_helper()
            pair.helper.wait_started(2)
            self.assertEqual(pair.ask('announce route 10.0.1.0/24' + HOP), 'done')
            session.wait_routes(['10.0.0.0/24', '10.0.1.0/24'])

    def test_withdraw(self):
        with Pair('on-exit withdraw;') as pair, pair.up() as session:
            self.assertEqual(pair.ask('announce route 10.0.0.0/24' + HOP), 'done')
            session.wait_routes(['10.0.0.0/24'])
            pair.end_helper()
            session.wait_routes([])

    def test_withdraw_when_apid_dies(self):
        with Pair('on-exit withdraw;') as pair, pair.up() as session:
            self.assertEqual(pair.ask('announce route 10.0.0.0/24' + HOP), 'done')
            session.wait_routes(['10.0.0.0/24'])
            pair.kill('apid')
            session.wait_routes([])

    def test_withdraw_after(self):
        with Pair('on-exit withdraw-after 1; respawn false;') as pair, pair.up() as session:
            self.assertEqual(pair.ask('announce route 10.0.0.0/24' + HOP), 'done')
            session.wait_routes(['10.0.0.0/24'])
            begin = time.monotonic()
            pair.end_helper()
            session.wait_routes([])
            self.assertGreater(time.monotonic() - begin, 0.99)

    def test_back_in_time(self):
        with Pair('on-exit withdraw-after 1;') as pair, pair.up() as session:
            self.assertEqual(pair.ask('announce route 10.0.0.0/24' + HOP), 'done')
            pair.end_helper()
            pair.helper.wait_started(2)
            time.sleep(1.5)
            self.assertEqual(pair.ask('announce route 10.0.1.0/24' + HOP), 'done')
            session.wait_routes(['10.0.0.0/24', '10.0.1.0/24'])


class Synchronisation(unittest.TestCase):

    def test_the_difference(self):
        with Pair() as pair, pair.up() as session:
            for turn in (0, 5):
                pair.helper.send('sync-begin', *('announce route 10.0.%d.0/24%s' % (i + turn, HOP) for i in range(10)), 'sync-end')
                session.wait_routes(['10.0.%d.0/24' % (i + turn) for i in range(10)])
            self.assertEqual(sum(len(u['announced']) for u in session.updates()), 15)
            self.assertEqual(sum(len(u['gone']) for u in session.updates()), 5)

    def test_across_deaths(self):
        with Pair() as pair, pair.up() as session:
            self.assertEqual(pair.ask('announce route 10.0.0.0/24' + HOP), 'done')
            self.assertEqual(pair.ask('announce route 10.0.1.0/24' + HOP), 'done')
            self.assertEqual(pair.ask('sync-begin'), 'done')
            self.assertEqual(pair.ask('announce route 10.0.1.0/24' + HOP), 'done')
            pair.kill('ribd')
            self.assertEqual(pair.ask('sync-end'), 'done')
            session.wait_routes(['10.0.1.0/24'])
            # A helper that dies in between has not said all: nothing is withdrawn.
            self.assertEqual(pair.ask('sync-begin'), 'done')
            pair.end_helper()
            pair.helper.wait_started(2)
            self.assertEqual(pair.ask('announce route 10.0.2.0/24' + HOP), 'done')
            self.assertEqual(pair.ask('sync-end'), 'error')
            session.wait_routes(['10.0.1.0/24', '10.0.2.0/24'])


class Stages(unittest.TestCase):

    def test_sent(self):
        with Pair() as pair:
            pair.helper.send('@1 sent announce route 10.0.0.0/24' + HOP)
            self.assertEqual([pair.helper.wait_line('^@1 ') for _ in range(3)],
                             ['@1 accepted', '@1 held 127.77.15.2 peer down: held until up', '@1 complete'])
            with pair.up(capabilities=[(1, b'\0\1\0\1'), (65, b'\0\0\xfd\xea')]) as session:
                session.wait_routes(['10.0.0.0/24'])
                pair.helper.send('@2 accepted sent announce route 10.0.1.0/24' + HOP,
                                 '@3 sent announce route 2001:db8::/32 next-hop 2001:db8::1')
                self.assertEqual([pair.helper.wait_line('^@2 ') for _ in range(3)],
                                 ['@2 accepted', '@2 sent 127.77.15.2', '@2 complete'])
                session.wait_routes(['10.0.0.0/24', '10.0.1.0/24'])
                pair.helper.wait_for(lambda: '@3 held 127.77.15.2 family not negotiated: ipv6 unicast' in pair.helper.lines,
                                     what='the reason')

    def test_many_at_once(self):
        with Pair() as pair, pair.up():
            pair.helper.send(*('@%d sent announce route 10.%d.%d.0/24%s' % (i, i >> 8, i & 255, HOP) for i in range(2000)))
            pair.helper.wait_for(lambda: sum(line.endswith(' complete') for line in pair.helper.lines) == 2000, what='complete')
            self.assertEqual(sum(' sent ' in line for line in pair.helper.lines), 2000)
            self.assertEqual([line for line in pair.helper.lines if line.endswith(' accepted')],
                             ['@%d accepted' % i for i in range(2000)])

    def test_reasons(self):
        with Pair() as pair:
            for line, answer in (('@1 neighbor 9.9.9.9 announce route 10.0.0.0/24' + HOP,
                                  '@1 refused no neighbor matches: 127.77.15.2: its address is 127.77.15.2, not 9.9.9.9'),
                                 ('@2 announce route 10.0.0.0/24', '@2 refused announce requires nexthop: 10.0.0.0/24')):
                pair.helper.send(line)
                self.assertEqual(pair.helper.wait_line('^@'), answer)


if __name__ == '__main__':
    unittest.main()
