#!/usr/bin/env python3
"""Established sessions survive the death of bgpd: both streams exact, no close, keepalives in time.

ARK_KILLS: how many kills in the streaming tests (30); ARK_SEED: of their rhythm.
"""

import json
import os
import random
import re
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import bgp, group  # noqa: E402

KILLS = int(os.environ.get('ARK_KILLS', '30'))
SEED = int(os.environ.get('ARK_SEED', str(os.getpid())))
LOCAL, PEER = '127.77.16.1', '127.77.16.2'
_ports = iter(range(36000 + os.getpid() % 400, 37000))
CONF = '''
process helper {{ run {run}; encoder json; }}
neighbor {peer} {{
	router-id 10.77.16.1; local-address {local}; local-as 65001; peer-as 65002; hold-time {hold}; {way} {port};
	family {{ ipv4 unicast; }}
	{more}
	api {{ processes [ helper ]; neighbor-changes; receive {{ parsed; update; }} }}
}}
'''


def address(n, first=20):
    return '%d.%d.%d.%d/32' % (first + (n >> 24), n >> 16 & 255, n >> 8 & 255, n & 255)


class Pair:
    """A group with one helper and one established session."""

    def __init__(self, hold=9, more='', passive=False, prepare=None):
        self.port = next(_ports)
        self.helper = group.Helper()
        self.listener = None if passive else bgp.Listener(PEER, self.port)
        self.passive = passive
        if prepare:
            prepare(self.listener.sock)
        self.conf = dict(run=self.helper.run, peer=PEER, local=LOCAL, hold=hold, port=self.port,
                         way='passive; listen' if passive else 'connect')
        self.group = group.Group(CONF.format(more=more, **self.conf), env={'exabgp_api_version': '4'})
        self.session = None

    def __enter__(self):
        self.group.__enter__()
        self.group.start()
        self.up()
        return self

    def up(self):
        end = time.monotonic() + 20
        while True:
            self.session = bgp.connect((LOCAL, self.port), PEER) if self.passive else self.listener.accept()
            try:
                self.session.establish(asn=65002, router_id='10.77.16.2')
                break
            except (OSError, AssertionError):
                if time.monotonic() > end:
                    raise
                self.session.close()  # of a bgpd that was killed before this began
        self.helper.wait_line('"state": "up"')
        return self.session

    def __exit__(self, *what):
        try:
            self.group.__exit__(*what)
        finally:
            if self.session is not None:
                self.session.close()
            if self.listener is not None:
                self.listener.close()
            self.helper.close()

    def kill(self, name='bgpd', number=signal.SIGKILL):
        pid = self.group.daemon(name)
        os.kill(pid, number)
        return self.group.daemon(name, other_than=pid)

    def ask(self, line):
        return self.helper.ask(line)[0]


class Streams:
    """Numbered routes both ways, without a pause, until stop()."""

    def __init__(self, pair, burst=20):
        self.pair, self.burst, self.stopping = pair, burst, threading.Event()
        self.sent = self.announced = 0
        self.threads = [threading.Thread(target=self._announce), threading.Thread(target=self._send)]
        self.error = None
        for thread in self.threads:
            thread.start()

    def _announce(self):
        while not self.stopping.wait(0.01):
            block = ['announce route %s next-hop 192.0.2.1' % address(self.announced + n, 60) for n in range(self.burst)]
            self.pair.helper.send(*block)
            self.announced += self.burst

    def _send(self):
        attributes = bgp.attributes([65002], '192.0.2.9')
        try:
            while not self.stopping.wait(0.01):
                self.pair.session.send(b''.join(bgp.update([address(self.sent + n)], attributes=attributes)
                                                for n in range(self.burst)))
                self.sent += self.burst
        except OSError as error:
            self.error = error

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def announced(session):
    """Every prefix the peer was told, in order."""
    return [net for parsed in session.updates() for net in parsed['announced']]


def heard(helper):
    """Every prefix the helper was told, in order."""
    return [net for line in list(helper.lines) if '"type": "update"' in line
            for net in re.findall(r'"nlri": "([^"]*)"', line)]


def wrong(got, first, count):
    """Where a list is not the numbers 0 to count - 1."""
    wanted = [address(n, first) for n in range(count)]
    for at, (a, b) in enumerate(zip(got, wanted)):
        if a != b:
            return 'at %d: %s, not %s; %d of %d' % (at, got[max(0, at - 2):at + 3], b, len(got), count)
    return '' if len(got) == count else '%d of %d' % (len(got), count)


def states(helper):
    return [json.loads(line)['neighbor']['state'] for line in list(helper.lines) if '"type": "state"' in line]


def gaps(session):
    times = list(session.times)
    return max([b - a for a, b in zip(times, times[1:])], default=0)


class Exact(unittest.TestCase):

    def stream(self, burst=20, pause=0.3, **how):
        rhythm = random.Random(SEED)
        with Pair(**how) as pair:
            streams = Streams(pair, burst)
            try:
                for _ in range(KILLS):
                    time.sleep(rhythm.random() * pause)  # the moment of the kill is the test's random variable
                    pair.kill()
                    self.assertIsNone(pair.session.closed, pair.group.log())
            finally:
                streams.stop()
            self.assertIsNone(streams.error)
            group.until(lambda: len(announced(pair.session)) >= streams.announced, 20,
                        lambda: 'routes at the peer: %s' % wrong(announced(pair.session), 60, streams.announced))
            group.until(lambda: len(heard(pair.helper)) >= streams.sent, 20,
                        lambda: 'routes at the helper: %s' % wrong(heard(pair.helper), 20, streams.sent))
            self.assertEqual(wrong(announced(pair.session), 60, streams.announced), '')
            self.assertEqual(wrong(heard(pair.helper), 20, streams.sent), '')
            self.assertEqual(states(pair.helper).count('up'), 1)
            self.assertNotIn('down', states(pair.helper))
            self.assertIsNone(pair.session.closed)
            self.assertLess(gaps(pair.session), how.get('hold', 9) / 3 + 1)
            self.assertNotIn('not resumed', pair.group.log())

    def test_streams(self):
        self.stream()

    def test_streams_of_a_passive_session(self):
        self.stream(passive=True)

    def test_streams_under_load(self):
        """Rings that fill up: kills in the middle of everything."""
        self.stream(burst=250, pause=0.1)

    def test_streams_with_adj_rib_in(self):
        self.stream(more='adj-rib-in true;')


class Quiet(unittest.TestCase):

    def test_keepalives_go_on(self):
        """Hold time 3 and a kill every half second: no gap of more than a KEEPALIVE and a restart."""
        with Pair(hold=3) as pair:
            for _ in range(12):
                time.sleep(0.5)  # the rhythm of the kills
                pair.kill()
            self.assertIsNone(pair.session.closed)
            kinds = [kind for kind, _ in pair.session.messages]
            self.assertGreaterEqual(kinds.count(bgp.KEEPALIVE), 5)
            self.assertLess(gaps(pair.session), 2)

    def test_restart_by_command(self):
        with Pair() as pair:
            self.assertEqual(pair.ask('announce route 10.1.0.0/24 next-hop 192.0.2.1'), 'done')
            pair.session.wait_routes(['10.1.0.0/24'])
            before = pair.group.daemon('bgpd')
            self.assertEqual(pair.group.ctl('restart', 'bgpd')[0], 0)
            self.assertNotEqual(pair.group.daemon('bgpd'), before)
            self.assertEqual(pair.ask('announce route 10.2.0.0/24 next-hop 192.0.2.1'), 'done')
            pair.session.wait_routes(['10.1.0.0/24', '10.2.0.0/24'])
            self.assertEqual(len([u for u in pair.session.updates() if u['announced']]), 2)
            self.assertEqual(states(pair.helper).count('up'), 1)
            self.assertIsNone(pair.session.closed)

    def test_all_three_at_once(self):
        with Pair() as pair:
            self.assertEqual(pair.ask('announce route 10.1.0.0/24 next-hop 192.0.2.1'), 'done')
            pair.session.wait_routes(['10.1.0.0/24'])
            pids = [pair.group.daemon(name) for name in ('bgpd', 'ribd', 'apid')]
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            pair.helper.wait_started(2)
            self.assertEqual(pair.ask('announce route 10.2.0.0/24 next-hop 192.0.2.1'), 'done')
            pair.session.wait_routes(['10.1.0.0/24', '10.2.0.0/24'])
            self.assertIsNone(pair.session.closed)

    def test_md5_and_gtsm(self):
        """The kernel keeps what the socket was told: its key, its TTL."""

        def prepare(sock):
            key = b'secret'
            where = struct.pack('=HH4s', socket.AF_INET, 0, socket.inet_aton(LOCAL)).ljust(128, b'\0')
            sock.setsockopt(socket.IPPROTO_TCP, 14, where + struct.pack('=BBHi', 0, 0, len(key), 0) + key.ljust(80, b'\0'))
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)

        with Pair(more='outgoing-ttl 255; incoming-ttl 255; md5-password "secret";', prepare=prepare) as pair:
            for _ in range(3):
                pair.kill()
            self.assertEqual(pair.ask('announce route 10.1.0.0/24 next-hop 192.0.2.1'), 'done')
            pair.session.wait_routes(['10.1.0.0/24'])
            self.assertIsNone(pair.session.closed)

    def test_range_of_neighbors(self):
        """An instance of a range goes on, and ends when the range is removed from the configuration."""
        port = next(_ports)
        conf = ('neighbor 127.77.16.0/24 { router-id 10.77.16.1; local-address %s; local-as 65001; peer-as 65002; '
                'hold-time 9; passive; listen %d; static { route 10.5.0.0/24 next-hop 192.0.2.1; } }\n' % (LOCAL, port))
        with group.Group(conf) as g:
            g.start()
            with bgp.connect((LOCAL, port), PEER) as session:
                session.establish(asn=65002, router_id='10.77.16.2')
                session.wait_routes(['10.5.0.0/24'])
                for _ in range(3):
                    pid = g.daemon('bgpd')
                    os.kill(pid, signal.SIGKILL)
                    g.daemon('bgpd', other_than=pid)
                    g.wait_log(r'bgpd\[%d\].* apid is here' % g.daemon('bgpd'))
                self.assertIsNone(session.closed)
                g.write_conf(conf.replace('127.77.16.0/24', '127.77.99.0/24'))
                g.send_signal(signal.SIGUSR1)
                session.wait_closed()


class Changes(unittest.TestCase):

    def test_definition_changed_while_bgpd_was_away(self):
        with Pair() as pair:
            pid = pair.group.daemon('bgpd')
            os.kill(pid, signal.SIGSTOP)
            text = CONF.format(more='description changed; capability { route-refresh; }', **pair.conf)
            pair.group.write_conf(text)
            pair.group.send_signal(signal.SIGUSR1)
            pair.group.wait_log('reload')
            os.kill(pid, signal.SIGKILL)
            self.assertEqual(pair.session.wait_notification()[:2], (6, 3))
            pair.session.wait_closed()
            pair.up().close()

    def test_peer_closes_while_bgpd_is_away(self):
        """The new bgpd hears of it, and connects again; the helper sees down and up."""
        with Pair() as pair:
            pid = pair.group.daemon('bgpd')
            os.kill(pid, signal.SIGSTOP)
            pair.session.send(bgp.update(['20.0.0.1/32'], attributes=bgp.attributes([65002], '192.0.2.9')))
            pair.session.close()
            os.kill(pid, signal.SIGKILL)
            pair.up()
            self.assertIn('20.0.0.1/32', heard(pair.helper))
            self.assertEqual([s for s in states(pair.helper) if s != 'connected'], ['up', 'down', 'up'])

    def test_out_of_descriptors(self):
        """A supervisor without a free descriptor: the session comes up, says so, and ends with bgpd."""
        port = next(_ports)
        with group.Group('neighbor %s { router-id 10.77.16.1; local-address %s; local-as 65001; peer-as 65002; passive; '
                         'listen %d; }' % (PEER, LOCAL, port)) as g:
            g.start()
            before = resource.prlimit(g.pid, resource.RLIMIT_NOFILE)
            resource.prlimit(g.pid, resource.RLIMIT_NOFILE, (4, before[1]))
            with bgp.connect((LOCAL, port), PEER) as session:
                session.establish(asn=65002, router_id='10.77.16.2')
                g.wait_log('out of descriptors')
                resource.prlimit(g.pid, resource.RLIMIT_NOFILE, before)
                pid = g.daemon('bgpd')
                os.kill(pid, signal.SIGKILL)
                session.wait_closed()
                g.daemon('bgpd', other_than=pid)
            with bgp.connect((LOCAL, port), PEER) as session:
                session.establish(asn=65002, router_id='10.77.16.2')

    def test_stop_closes_what_is_kept(self):
        with Pair() as pair:
            pair.kill()
            self.assertEqual(pair.group.stop(), 0)
            pair.session.wait_closed()

    def test_teardown_leaves_nothing_to_resume(self):
        with Pair() as pair:
            self.assertEqual(pair.ask('teardown 4'), 'done')
            pair.session.wait_notification()
            pair.session.wait_closed()
            pair.session.close()
            pair.kill()
            pair.up()
            self.assertNotIn('not resumed', pair.group.log())


class Many(unittest.TestCase):

    def test_fifty_sessions(self):
        count, port = 50, next(_ports)
        conf = ''.join(
            'neighbor 127.77.17.%d { router-id 10.77.16.1; local-address %s; local-as 65001; peer-as 65002; hold-time 9; '
            'connect %d; static { route 10.6.0.0/24 next-hop 192.0.2.1; } }\n' % (n, LOCAL, port) for n in range(1, count + 1))
        listeners = [bgp.Listener('127.77.17.%d' % n, port) for n in range(1, count + 1)]
        sessions = []
        try:
            with group.Group(conf) as g:
                g.start()
                for n, listener in enumerate(listeners):
                    sessions.append(listener.accept())
                    sessions[-1].establish(asn=65002, router_id='10.77.17.%d' % (n + 1))
                for session in sessions:
                    session.wait_routes(['10.6.0.0/24'])
                for _ in range(5):
                    pid = g.daemon('bgpd')
                    os.kill(pid, signal.SIGKILL)
                    pid = g.daemon('bgpd', other_than=pid)
                    g.wait_log(r'bgpd\[%d\].* apid is here' % pid)
                self.assertIn('%d sessions given to bgpd' % count, g.log())
                g.write_conf(conf.replace('static {', 'static { route 10.7.0.0/24 next-hop 192.0.2.1;'))
                g.send_signal(signal.SIGUSR1)
                for session in sessions:
                    session.wait_routes(['10.6.0.0/24', '10.7.0.0/24'])
                    self.assertIsNone(session.closed)
        finally:
            for one in sessions + listeners:
                one.close()


BIRD = '''
router id 10.77.16.9;
protocol device {{ }}
protocol bgp troupe {{
	local {peer} port {port} as 65002;
	neighbor {local} as 65001;
	multihop; strict bind yes; hold time 9; passive yes;
	ipv4 {{ import all; export none; }};
}}
'''


@unittest.skipUnless(os.path.exists('/usr/sbin/bird'), 'BIRD is not installed')
class Bird(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='troupe-ark-bird-', dir='/tmp')
        self.port = next(_ports)
        with open(self.path('conf'), 'w', encoding='utf-8') as handle:
            handle.write(BIRD.format(peer=PEER, local=LOCAL, port=self.port))
        self.process = subprocess.Popen(['/usr/sbin/bird', '-f', '-P', self.path('pid'), '-c', self.path('conf'), '-s', self.path('ctl')],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def tearDown(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def birdc(self, *words):
        return subprocess.run(['/usr/sbin/birdc', '-s', self.path('ctl'), *words], capture_output=True, text=True, timeout=20,
                              check=False).stdout

    def test_bird_sees_nothing(self):
        rhythm = random.Random(SEED)
        conf = ('process helper {{ run {run}; encoder json; }}\nneighbor %s {{ router-id 10.77.16.1; local-address %s; local-as 65001; '
                'peer-as 65002; hold-time 9; connect %d; api {{ processes [ helper ]; }} }}\n' % (PEER, LOCAL, self.port))
        with group.Helper() as helper, group.Group(conf.format(run=helper.run)) as g:
            g.start()
            group.until(lambda: 'Established' in self.birdc('show', 'protocols'), 20, 'BIRD up')
            since = re.search(r'troupe\s+BGP\s+---\s+up\s+(\S+)', self.birdc('show', 'protocols')).group(1)
            routes = 0
            for _ in range(KILLS):
                helper.send(*['announce route %s next-hop 192.0.2.1' % address(routes + n, 60) for n in range(100)])
                routes += 100
                time.sleep(rhythm.random() * 0.2)  # the moment of the kill is the test's random variable
                pid = g.daemon('bgpd')
                os.kill(pid, signal.SIGKILL)
                g.daemon('bgpd', other_than=pid)
            group.until(lambda: '%d imported' % routes in self.birdc('show', 'protocols', 'all', 'troupe'), 20,
                        lambda: self.birdc('show', 'protocols', 'all', 'troupe'))
            text = self.birdc('show', 'protocols', 'all', 'troupe')
            self.assertIn('Established', text)
            self.assertEqual(re.search(r'troupe\s+BGP\s+---\s+up\s+(\S+)', text).group(1), since)


if __name__ == '__main__':
    unittest.main()
