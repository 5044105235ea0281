#!/usr/bin/env python3
"""What sessions can be beyond routes: one session per family, OPERATIONAL messages, BGP roles, long-lived graceful restart."""

import json
import os
import struct
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import bgp, group  # noqa: E402

PORT, LISTEN = 34800, 34900
US, PEER = '127.77.14.1', '127.77.14.2'
OPERATIONAL, ROLE, LONG_LIVED, MULTISESSION = 6, 9, 71, 68
CONF = '''
process helper {{ run {run}; encoder json; }}
neighbor {peer} {{
	router-id 10.77.14.1; local-address {us}; local-as 65001; peer-as 65002; hold-time 90; {where}
	family {{ {families} }}
	capability {{ {capability} }}
	api {{ processes [ helper ]; neighbor-changes; negotiated; receive {{ parsed; open; update; operational; }} }}
	{more}
}}
'''
ROUTES = '''
	static { route 10.0.0.0/24 next-hop 192.0.2.1; route 2001:db8:1::/48 next-hop 2001:db8::1; }
'''
MULTI = [(MULTISESSION, b'\0'), (MULTISESSION, b'\1'), (65, struct.pack('!I', 65002))]


def mp(afi, safi=1):
    return (1, struct.pack('!HBB', afi, 0, safi))


def families_of(session):
    return [struct.unpack('!HBB', value)[::2] for code, value in session.remote['capabilities'] if code == 1]


class Pair:
    """A group, its helper, and where its peer listens (or connects from)."""

    number = 0

    def __init__(self, capability='', families='ipv4 unicast;', more='', passive=False):
        Pair.number += 1
        self.port, self.listen = PORT + Pair.number, LISTEN + Pair.number
        self.helper = group.Helper()
        self.listener = bgp.Listener(PEER, self.port)
        where = 'passive; listen %d;' % self.listen if passive else 'connect %d;' % self.port
        self.values = {'run': self.helper.run, 'peer': PEER, 'us': US, 'where': where, 'families': families,
                       'capability': capability, 'more': more}
        self.group = group.Group(CONF.format(**self.values), env={'exabgp_api_version': '6'})

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

    def up(self, capabilities=None):
        session = self.listener.accept()
        session.establish(asn=65002, capabilities=capabilities)
        return session

    def ask(self, line):
        return self.helper.ask(line)[0]

    def event(self, kind):
        return json.loads(self.helper.wait_line('"type": "%s"' % kind))['neighbor']


class MultiSession(unittest.TestCase):

    def test_one_session_per_family(self):
        with Pair('multi-session;', 'ipv4 unicast; ipv6 unicast;', ROUTES) as pair:
            sessions = {}
            for _ in range(2):
                session = pair.listener.accept()
                session.establish(65002)
                sessions[tuple(families_of(session))] = session
            self.assertEqual(set(sessions), {((1, 1),), ((2, 1),)})
            sessions[((1, 1),)].wait_routes(['10.0.0.0/24'])
            sessions[((2, 1),)].wait_routes(['2001:db8:1::/48'])
            for line, family, net in (('route 10.1.0.0/24 next-hop 192.0.2.1', (1, 1), '10.1.0.0/24'),
                                      ('route 2001:db8:2::/48 next-hop 2001:db8::1', (2, 1), '2001:db8:2::/48')):
                self.assertEqual(pair.ask('peer %s announce %s' % (PEER, line)), 'done')
                session = sessions[(family,)]
                session.wait_for(lambda s, net=net: net in s.routes(), what=net)
            self.assertNotIn('2001:db8:2::/48', sessions[((1, 1),)].routes())
            for session in sessions.values():
                session.close()

    def test_the_peers_open_tells_the_family(self):
        with Pair('multi-session;', 'ipv4 unicast; ipv6 unicast;', ROUTES, passive=True) as pair:
            for afi, net in ((2, '2001:db8:1::/48'), (1, '10.0.0.0/24')):
                with bgp.connect((US, pair.listen), PEER) as session:
                    session.establish(65002, '10.77.14.2', capabilities=MULTI + [mp(afi)], first=True)
                    self.assertEqual(families_of(session), [(afi, 1)])
                    session.wait_routes([net])

    def test_a_peer_that_waits_is_served(self):
        with Pair('multi-session;', 'ipv4 unicast; ipv6 unicast;', ROUTES, passive=True) as pair:
            with bgp.connect((US, pair.listen), PEER) as session:
                session.establish(65002)
                self.assertEqual(len(families_of(session)), 1)

    def test_a_peer_without_it_is_refused(self):
        with Pair('multi-session;', 'ipv4 unicast; ipv6 unicast;') as pair, pair.listener.accept() as session:
            session.wait((bgp.OPEN,))
            session.send(bgp.open_message(65002, '10.77.14.2'))
            self.assertEqual(session.wait_notification()[:2], (2, 9))


class Operational(unittest.TestCase):

    MORE = 'operational { asm afi ipv4 safi unicast advisory "hello"; rpcq afi ipv4 safi unicast sequence 7; }'
    CAPS = [(1, struct.pack('!HBB', 1, 0, 1)), (65, struct.pack('!I', 65002)), (185, b'')]
    ASM = bytes.fromhex('00020008000101') + b'hello'

    def test_advisories_again_the_others_once(self):
        with Pair('operational;', more=self.MORE) as pair:
            with pair.up(self.CAPS) as session:
                self.assertEqual(session.wait((OPERATIONAL,))[1], self.ASM)
                self.assertEqual(session.wait((OPERATIONAL,))[1], bytes.fromhex('0003000b0001010a4d0e0100000007'))
                self.assertEqual(pair.ask('peer * announce operational adm afi ipv4 safi unicast advisory "now"'), 'done')
                self.assertEqual(session.wait((OPERATIONAL,))[1], bytes.fromhex('00010006000101') + b'now')
                self.assertEqual(pair.ask('peer * announce operational asm afi ipv4 safi unicast advisory "kept"'), 'done')
                self.assertEqual(session.wait((OPERATIONAL,))[1], bytes.fromhex('00020007000101') + b'kept')
            with pair.up(self.CAPS) as session:
                self.assertEqual(session.wait((OPERATIONAL,))[1], bytes.fromhex('00020007000101') + b'kept')
                self.assertEqual(pair.ask('peer * announce operational rpcp afi ipv4 safi unicast sequence 0 counter 9'), 'done')
                self.assertEqual(session.wait((OPERATIONAL,))[1],
                                 bytes.fromhex('000400130001010a4d0e01000000010000000000000009')[:23])

    def test_what_arrives_is_an_event(self):
        with Pair('operational;') as pair, pair.up(self.CAPS) as session:
            session.send(bgp.message(OPERATIONAL, bytes.fromhex('00010006000101') + b'hey'))
            event = pair.event('operational')
            self.assertEqual(event['operational'], {'name': 'ADM', 'afi': 'ipv4', 'safi': 'unicast', 'advisory': 'hey'})

    def test_not_without_negotiation(self):
        with Pair('operational;', more=self.MORE + 'static { route 10.0.0.0/24 next-hop 192.0.2.1; }') as pair, \
                pair.up(self.CAPS[:2]) as session:
            session.wait_routes(['10.0.0.0/24'])
            pair.ask('peer * announce route 10.1.0.0/24 next-hop 192.0.2.1')
            session.wait_routes(['10.0.0.0/24', '10.1.0.0/24'])
            self.assertNotIn(OPERATIONAL, [kind for kind, _ in session.messages])


class Role(unittest.TestCase):

    CAPS = Operational.CAPS[:2]
    OTC = bytes.fromhex('c02304')

    def test_advertised_reported_and_the_mark_is_set(self):
        with Pair('role provider;', more='static { route 10.0.0.0/24 next-hop 192.0.2.1; }') as pair, \
                pair.up(self.CAPS + [(ROLE, b'\3')]) as session:
            self.assertIn((ROLE, b'\0'), session.remote['capabilities'])
            session.wait_routes(['10.0.0.0/24'])
            self.assertEqual(session.routes()['10.0.0.0/24'][35], struct.pack('!I', 65001))
            event = pair.event('open')
            self.assertEqual(event['open']['capabilities']['9'], {'name': 'role', 'role': 'customer'})
            event = pair.event('negotiated')
            self.assertEqual(event['negotiated']['role'], {'local': 'provider', 'peer': 'customer'})

    def test_roles_that_do_not_fit(self):
        for capability, role in (('role provider;', b'\0'), ('role peer;', b'\3'), ('role rs;', b'\4'), ('role customer;', b'\x17')):
            with Pair(capability) as pair, pair.listener.accept() as session:
                session.wait((bgp.OPEN,))
                session.send(bgp.open_message(65002, '10.77.14.2', capabilities=self.CAPS + [(ROLE, role)]))
                self.assertEqual(session.wait_notification()[:2], (2, 11))

    def test_strict_wants_a_role(self):
        with Pair('role customer strict;') as pair, pair.listener.accept() as session:
            session.wait((bgp.OPEN,))
            session.send(bgp.open_message(65002, '10.77.14.2', capabilities=self.CAPS))
            self.assertEqual(session.wait_notification()[:2], (2, 11))
        with Pair('role customer;') as pair, pair.up(self.CAPS):
            pair.event('negotiated')

    def test_marked_routes_do_not_go_up(self):
        routes = 'static { route 10.0.0.0/24 next-hop 192.0.2.1; route 10.1.0.0/24 next-hop 192.0.2.1 otc 64999; }'
        with Pair('role customer;', more=routes) as pair, pair.up(self.CAPS + [(ROLE, b'\0')]) as session:
            session.wait_routes(['10.0.0.0/24'])
            self.assertNotIn(35, session.routes()['10.0.0.0/24'])
            pair.ask('peer * announce route 10.2.0.0/24 next-hop 192.0.2.1')
            session.wait_routes(['10.0.0.0/24', '10.2.0.0/24'])

    def test_a_leak_is_withdrawn(self):
        with Pair('role provider;') as pair, pair.up(self.CAPS + [(ROLE, b'\3')]) as session:
            path = bgp.attributes([65002], '192.0.2.2', extra=bgp.attribute(35, struct.pack('!I', 65002), 0xc0))
            session.send(bgp.update(['10.9.0.0/24'], attributes=path))
            event = pair.event('update')
            self.assertNotIn('announce', event['message']['update'])
            self.assertIn('10.9.0.0/24', json.dumps(event['message']['update']['withdraw']))
            session.send(bgp.update(['10.9.0.0/24'], attributes=bgp.attributes([65002], '192.0.2.2')))
            self.assertIn('announce', pair.event('update')['message']['update'])


class LongLived(unittest.TestCase):

    def test_advertised_and_reported(self):
        caps = Role.CAPS + [(LONG_LIVED, bytes.fromhex('00010180000078'))]
        with Pair('graceful-restart 120; long-lived-graceful-restart 86400;') as pair, pair.up(caps) as session:
            self.assertIn((LONG_LIVED, bytes.fromhex('00010180015180')), session.remote['capabilities'])
            event = pair.event('open')
            self.assertEqual(event['open']['capabilities']['71'], {
                'name': 'long-lived graceful restart', 'families': {'ipv4/unicast': {'flags': 128, 'time': 120}}})


if __name__ == '__main__':
    unittest.main()
