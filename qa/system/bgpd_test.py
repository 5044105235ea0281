#!/usr/bin/env python3
"""The session daemon alone: apid and ribd are played by qa/tools/ipcdrive.c, the peer by lib/bgp.py."""

import json
import os
import shutil
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

LOCAL, PEER = '127.77.4.1', '127.77.4.2'
STATES = ['IDLE', 'ACTIVE', 'CONNECT', 'OPENSENT', 'OPENCONFIRM', 'ESTABLISHED']
PEER_STATES = ['connected', 'up', 'down']
EVERYTHING = 7 | 0x7e << 8 | 0x7e << 16
RING = 128 * 1024
NO_UPDATES = EVERYTHING & ~(1 << 10 | 1 << 18)

_ports = iter(range(24000 + os.getpid() % 400, 25000))


def port():
    """A port of ours that nobody listens on."""
    while True:
        number = next(_ports)
        with socket.socket() as probe:
            try:
                probe.bind((PEER, number))
                return number
            except OSError:
                continue


def hexed(address):
    return socket.inet_pton(socket.AF_INET6 if ':' in address else socket.AF_INET, address).hex()


def caps(*codes, families=((1, 1),), asn=65001):
    out = b''.join(bytes([1, 4]) + struct.pack('!HBB', afi, 0, safi) for afi, safi in families)
    out += bytes([65, 4]) + struct.pack('!I', asn) if asn is not None else b''
    return (out + b''.join(codes)).hex()


class Driver:
    """One daemon being played: ipcdrive with some links."""

    def __init__(self, run, role, *links):
        self.process = subprocess.Popen(
            [os.path.join(group.BUILD, 'tools', 'ipcdrive'), role, run, *links],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines, self.seen, self.news = [], 0, threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            with self.news:
                self.lines.append(json.loads(line))
                self.news.notify_all()

    def send(self, link, message, **fields):
        def text(value):
            return {True: 'true', False: 'false'}.get(value, value) if isinstance(value, bool) else value
        words = ['%s=%s' % (key, text(value)) for key, value in fields.items()]
        self.process.stdin.write(' '.join([link, message, *words]) + '\n')
        self.process.stdin.flush()

    def wait(self, message=None, event=None, timeout=10, **fields):
        """The next line not handed out that fits; those before it are passed over."""
        end = time.monotonic() + timeout
        with self.news:
            while True:
                while self.seen < len(self.lines):
                    line = self.lines[self.seen]
                    self.seen += 1
                    if line.get('message') == message and line.get('event') == event and \
                            all(line.get(key) == value for key, value in fields.items()):
                        return line
                left = end - time.monotonic()
                if left <= 0:
                    raise group.Timeout('%s %s %s: not among %s' % (message, event, fields, self.lines[-12:]))
                self.news.wait(left)

    def story(self):
        """What was reported of peers, in words."""
        out = []
        for line in list(self.lines):
            kind = line.get('message')
            if kind == 'fsm_state':
                out.append('fsm ' + STATES[line['state']])
            elif kind == 'peer_state':
                out.append(PEER_STATES[line['state']] + (' ' + line['reason'] if line['reason'] else ''))
            elif kind == 'message':
                out.append('%s %d' % ('sent' if line['sent'] else 'received', int(line['data'][36:38], 16)))
            elif kind in ('opened', 'header_error'):
                out.append(kind)
        return out

    def count(self, message, **fields):
        return sum(1 for line in list(self.lines) if line.get('message') == message and
                   all(line.get(key) == value for key, value in fields.items()))

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Bgpd:
    """bgpd with its played companions."""

    def __init__(self, env=None, ribd=True, level='debug'):
        self.run = tempfile.mkdtemp(prefix='troupe-bgpd-', dir='/tmp')
        self.log = open(os.path.join(self.run, 'log'), 'w', encoding='utf-8')
        self.env = dict(os.environ, **(env or {}))
        self.level = level
        self.apid = self.ribd = self.process = None
        self.known = []
        self.start()
        self.start_apid()
        if ribd:
            self.start_ribd()

    def start(self):
        self.process = subprocess.Popen([os.path.join(group.BUILD, 'bgpd'), '--run', self.run, '--log-level', self.level],
                                        stderr=self.log, stdin=subprocess.DEVNULL, env=self.env)

    def start_apid(self):
        self.apid = Driver(self.run, 'apid', 'bgpd-apid:dial')
        self.apid.wait(event='up')

    def start_ribd(self):
        self.ribd = Driver(self.run, 'ribd', 'ribd-bgpd.ctl:listen', 'ribd-bgpd.bulk:listen')
        self.ribd.wait(event='up')
        self.ribd.wait(event='up')
        self.tell_known()

    def tell_known(self):
        self.ribd.send('ribd-bgpd.ctl', 'neighbors_known', count=len(self.known), sum=sum(self.known))

    def configure(self, *neighbors):
        self.known = [one['id'] for one in neighbors]
        if self.ribd:
            self.tell_known()
        self.apid.send('bgpd-apid', 'neighbors_begin', generation=1)
        for one in neighbors:
            self.apid.send('bgpd-apid', 'neighbor', **one)
        self.apid.send('bgpd-apid', 'neighbors_end', count=len(neighbors))
        ident = 1000 + len(self.apid.lines)
        self.tell('sessions_get', id=ident)  # answered when the list is taken over
        group.until(lambda: self.apid.count('sessions_end', id=ident), what='the end of the list')

    def tell(self, message, **fields):
        self.apid.send('bgpd-apid', message, **fields)

    def sessions(self, ident=77):
        start = len(self.apid.lines)
        self.tell('sessions_get', id=ident)
        self.apid.wait('sessions_end', id=ident)
        return [line for line in self.apid.lines[start:] if line.get('message') == 'session_info']

    def rss(self):
        """Resident memory in KiB."""
        with open('/proc/%d/status' % self.process.pid, encoding='ascii') as handle:
            return int([line for line in handle if line.startswith('VmRSS')][0].split()[1])

    def sanitized(self):
        with open('/proc/%d/maps' % self.process.pid, encoding='ascii') as handle:
            return 'libasan' in handle.read()

    def text(self):
        with open(self.log.name, encoding='utf-8') as handle:
            return handle.read()

    def close(self):
        for one in (self.apid, self.ribd):
            if one:
                one.kill()
        self.process.terminate()
        try:
            code = self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.log.close()
        if code != 0 or 'KEEP_LOG' in os.environ:
            print(self.text()[-6000:], file=sys.stderr)
        shutil.rmtree(self.run, ignore_errors=True)
        assert code == 0, 'bgpd ended with %d' % code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def neighbor(number, ident=1, **more):
    out = dict(id=ident, key='n%d' % ident, peer=hexed(PEER), peer_bits=32, local=hexed(LOCAL), local_as=65001,
               peer_as=65002, router_id=0x0a000001, hold_time=90, caps=caps(), connect_port=number, open_wait=60,
               events=EVERYTHING, group_updates=True)
    out.update(more)
    return out


class Case(unittest.TestCase):

    def up(self, b, listener, **more):
        """A session established with the configured neighbor."""
        b.configure(neighbor(listener.address[1], **more))
        session = listener.accept()
        session.establish(asn=65002, router_id='10.0.0.2')
        b.apid.wait('peer_state', state=1)
        return session


class ComesUp(Case):

    def test_order_of_events(self):
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener:
            with self.up(b, listener) as session:
                self.assertEqual(session.remote['asn'], 65001)
                self.assertEqual(b.apid.story(), [
                    'fsm ACTIVE', 'fsm IDLE', 'connected', 'fsm CONNECT', 'sent 1', 'fsm OPENSENT', 'received 1', 'opened',
                    'fsm OPENCONFIRM', 'sent 4', 'received 4', 'fsm ESTABLISHED', 'up'])
                up = b.ribd.wait('session_up', neighbor=1, resumed=False)
                self.assertEqual(up['peer'], hexed(PEER))
                b.ribd.wait('credit', total=RING)

    def test_refused_then_up(self):
        number = port()
        with Bgpd() as b:
            b.configure(neighbor(number))
            b.apid.wait('fsm_state', state=0)
            time.sleep(0.25)
            self.assertEqual(b.apid.story(), ['fsm ACTIVE', 'fsm IDLE'])
            with bgp.Listener(PEER, number) as listener, listener.accept() as session:
                session.establish(asn=65002, router_id='10.0.0.2')
                b.apid.wait('peer_state', state=1)

    def test_no_common_family(self):
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener:
            b.configure(neighbor(listener.address[1]))
            with listener.accept() as session:
                session.establish(asn=65002, router_id='10.0.0.2', capabilities=[(65, struct.pack('!I', 65002))])
                session.wait((bgp.KEEPALIVE,))  # in place of End-of-RIB

    def test_auto_as(self):
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener:
            b.configure(neighbor(listener.address[1], local_as=0, peer_as=0, caps=caps(asn=0)))
            with listener.accept() as session:
                session.establish(asn=4200000007, router_id='10.0.0.2', first=True)
                self.assertEqual(session.remote['asn'], 4200000007)
                b.apid.wait('peer_state', state=1)
                story = b.apid.story()
                self.assertEqual(story[2:8], ['connected', 'fsm CONNECT', 'received 1', 'sent 1', 'fsm OPENSENT', 'opened'])

    def test_hold_timer(self):
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener:
            b.configure(neighbor(listener.address[1], hold_time=3))
            with listener.accept() as session:
                session.establish(asn=65002, router_id='10.0.0.2')
                session.keepalive_every = 0
                self.assertEqual(session.wait_notification()[:2], (4, 0))
                keepalives = sum(1 for kind, _ in session.messages if kind == bgp.KEEPALIVE)
                self.assertGreaterEqual(keepalives, 4)
                self.assertEqual(b.apid.wait('peer_state', state=2)['reason'], 'notification sent (4,0)')

    def test_open_wait(self):
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener:
            b.configure(neighbor(listener.address[1], open_wait=1))
            with listener.accept() as session:
                code, subcode, text = session.wait_notification()
                self.assertEqual((code, subcode), (5, 1))
                self.assertEqual(text, b'waited for open too long, we do not like stuck in active')

    def test_openconfirm_hold_timer(self):
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener:
            b.configure(neighbor(listener.address[1], hold_time=3))
            with listener.accept() as session:
                session.send(bgp.open_message(65002, '10.0.0.2', 3))
                self.assertEqual(session.wait_notification()[:2], (4, 0))


class Refuses(Case):

    def refused(self, data, code, subcode, text, first=False, **more):
        """Sends data (before or after the OPEN exchange); checks the NOTIFICATION."""
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener:
            b.configure(neighbor(listener.address[1], **more))
            with listener.accept() as session:
                if first:
                    session.wait((bgp.OPEN,))
                else:
                    session.establish(asn=65002, router_id='10.0.0.2')
                    b.apid.wait('peer_state', state=1)
                session.send(data)
                got = session.wait_notification()
                self.assertEqual((got[0], got[1], got[2].decode('latin1')), (code, subcode, text))
                self.assertEqual(b.apid.wait('peer_state', state=2)['reason'], 'notification sent (%d,%d)' % (code, subcode))
                return b.apid.story()

    def test_marker(self):
        story = self.refused(b'\xfe' + bgp.keepalive()[1:], 1, 1, 'The packet received does not contain a BGP marker')
        at = story.index('header_error')
        self.assertEqual(story[at:at + 4], ['header_error', 'sent 3', 'down notification sent (1,1)', 'fsm IDLE'])

    def test_length(self):
        self.refused(bgp.MARKER + struct.pack('!HB', 20, 4) + b'x', 1, 2, 'KEEPALIVE has an invalid message length of 20')

    def test_type(self):
        self.refused(bgp.message(9, b'xx'), 1, 0, 'can not decode update message of type "9"')

    def test_type_252(self):
        self.refused(bgp.message(252), 1, 3, 'Bad Message Type')

    def test_version(self):
        message = bytearray(bgp.open_message(65002, '10.0.0.2'))
        message[19] = 3
        self.refused(bytes(message), 2, 1, 'unsupported version: 3', first=True)

    def test_wrong_as(self):
        self.refused(bgp.open_message(65009, '10.0.0.2'), 2, 2, 'ASN in OPEN (65009) did not match ASN expected (65002)', first=True)

    def test_not_an_open(self):
        text = 'The first packet received is not an open message (%s)'
        self.refused(bgp.keepalive(), 5, 1, text % 'KEEPALIVE', first=True)
        self.refused(bgp.end_of_rib(), 5, 1, text % 'EOR', first=True)

    def test_update_in_openconfirm(self):
        self.refused(bgp.open_message(65002, '10.0.0.2') + bgp.end_of_rib(), 5, 2,
                     'Receive Unexpected Message in OpenConfirm State', first=True)

    def test_second_keepalive_with_hold_zero(self):
        self.refused(bgp.keepalive() * 2, 2, 6, 'Negotiated holdtime was zero, it was invalid to send us a keepalive messages',
                     hold_time=0)

    def test_refresh_subtype(self):
        self.refused(bgp.route_refresh(subtype=3), 7, 2, 'invalid route-refresh message subtype')

    def test_bad_update(self):
        bad = bgp.message(bgp.UPDATE, b'\x00\x00\x00\x09' + b'\x40\x01\x01\x00')
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener, self.up(b, listener) as session:
            session.send(bad)
            self.assertEqual(session.wait_notification()[0], 3)
            self.assertEqual(b.apid.wait('message', sent=False, data=bad.hex())['neighbor'], 1)

    def test_open_again_is_ignored(self):
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener, self.up(b, listener) as session:
            session.send(bgp.open_message(65002, '10.0.0.2') + bgp.route_refresh())
            self.assertEqual(b.ribd.wait('refresh_received')['family'], 0x101)


class Ends(Case):

    def test_notification_received(self):
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener, self.up(b, listener) as session:
            session.send(bgp.notification(6, 2, b'\x02hi'))
            self.assertEqual(b.apid.wait('peer_state', state=2)['reason'], 'notification received (6,2)')
            self.assertEqual(b.ribd.wait('session_down')['session'], b.ribd.lines[2]['session'])
            session.wait_closed()
            listener.accept().close()  # it tries again

    def test_closed_by_peer(self):
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener:
            self.up(b, listener).close()
            self.assertEqual(b.apid.wait('peer_state', state=2)['reason'], 'closing connection')

    def test_teardown(self):
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener:
            with self.up(b, listener) as session:
                b.tell('teardown', neighbor=1, code=6, subcode=4)
                self.assertEqual(session.wait_notification(), (6, 4, b'\x14Administrative Reset'))
                self.assertEqual(session.wait_closed(), 'end of file')
            with listener.accept() as session:
                session.establish(asn=65002, router_id='10.0.0.2')
                b.tell('teardown', neighbor=1, code=6, subcode=2, text='so%20long')
                self.assertEqual(session.wait_notification(), (6, 2, b'\x07so long'))

    def test_teardown_with_graceful_restart(self):
        restart = bytes([64, 6, 0x80, 90, 0, 1, 1, 0x80])
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener:
            with self.up(b, listener, graceful_restart=True, caps=caps(restart)) as session:
                b.tell('teardown', neighbor=1, code=6, subcode=4)
                session.wait_closed()
                self.assertNotIn(bgp.NOTIFICATION, [kind for kind, _ in session.messages])
                reason = b.apid.wait('peer_state', state=2)['reason']
                self.assertEqual(reason, 'graceful restarted negotiated, closing without sending any notification')

    def test_removed_and_quit_are_silent(self):
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener:
            with self.up(b, listener) as session:
                b.configure()
                self.assertEqual(session.wait_closed(), 'end of file')
                self.assertEqual(b.apid.wait('peer_state', state=2)['reason'], 'stop, message [removed]')
            with self.up(b, listener) as session:
                b.tell('quit', notify=False)
                b.apid.wait('quit_done')
                self.assertEqual(session.wait_closed(), 'end of file')
                self.assertNotIn(bgp.NOTIFICATION, [kind for kind, _ in session.messages])

    def test_attempts(self):
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener:
            b.configure(neighbor(listener.address[1], attempts=2))
            listener.accept().close()
            listener.accept().close()
            b.apid.wait('finished', code=0)

    def test_restart_all(self):
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener, self.up(b, listener) as session:
            b.tell('restart_all', code=3)
            self.assertEqual(session.wait_notification(), (6, 3, b'Peer De-configured'))
            listener.accept().close()


class Lists(Case):

    def test_unchanged_keeps_changed_resets(self):
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener:
            number = listener.address[1]
            with self.up(b, listener) as session:
                b.configure(neighbor(number))
                b.configure(neighbor(number, events=3))
                self.assertEqual(b.sessions()[0]['state'], 5)
                b.configure(neighbor(number, hold_time=60, reset=True))
                self.assertEqual(session.wait_notification(), (6, 3, b'Peer De-configured'))
            with listener.accept() as session:
                self.assertEqual(session.establish(asn=65002, router_id='10.0.0.2')['hold'], 60)

    def test_new_apid(self):
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener, self.up(b, listener) as session:
            before = b.sessions()[0]['since_us']
            b.apid.kill()
            b.start_apid()
            b.configure(neighbor(listener.address[1]))
            b.apid.wait('opened')
            self.assertEqual(b.apid.wait('peer_state', state=1)['time_us'], before)
            self.assertIsNone(session.closed)
            info = b.sessions()[0]
            self.assertEqual(info['state'], 5)
            self.assertEqual(info['received'][:48], '%016x%016x%016x' % (1, 0, 0))

    def test_incomplete_list_changes_nothing(self):
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener, self.up(b, listener) as session:
            b.tell('neighbors_begin', generation=2)
            b.tell('neighbors_end', count=3)
            b.apid.wait(event='down')
            b.apid.wait(event='up')
            self.assertIsNone(session.closed)


class Rib(Case):

    def test_chunks_and_credit(self):
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener, self.up(b, listener) as session:
            up = b.ribd.wait('session_up')
            b.ribd.wait('credit', total=RING)
            one = bgp.update(['10.0.0.0/24'], attributes=bgp.attributes([65001], LOCAL))
            for number in range(1, 4):
                b.ribd.send('ribd-bgpd.bulk', 'chunk', number=number, sessions='%08x' % up['session'], data=(one * 2).hex())
            for _ in range(6):
                self.assertEqual(session.wait_update()['nlri'], ['10.0.0.0/24'])
            self.assertEqual(b.ribd.wait('credit', chunk=3)['total'], RING + 6 * len(one))
            group.until(lambda: b.apid.story().count('sent 2') == 6, what='sent UPDATEs')
            self.assertEqual(b.sessions()[0]['sent'][16:32], '%016x' % 6)

    def test_refuses_more_than_the_credit(self):
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener, self.up(b, listener) as session:
            up = b.ribd.wait('session_up')
            b.ribd.wait('credit')
            one = bgp.message(bgp.UPDATE, bytes(4077))
            b.ribd.process.stdin.flush()
            b.ribd.send('ribd-bgpd.bulk', 'chunk', number=1, sessions='%08x' % up['session'], data=(one * 12).hex() + 'ff')
            b.ribd.wait(event='down')
            b.ribd.wait('session_up', resumed=True)
            self.assertIsNone(session.closed)

    def test_new_ribd(self):
        refresh = bytes([2, 0])
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener:
            b.configure(neighbor(listener.address[1], adj_rib_in=True, caps=caps(refresh)))
            with listener.accept() as session:
                session.establish(asn=65002, router_id='10.0.0.2')
                first = b.ribd.wait('session_up', resumed=False)
                one = bgp.update(['10.0.0.0/24'], attributes=bgp.attributes([65002], PEER))
                session.send(one)
                self.assertEqual(b.ribd.wait('received')['body'], one[19:].hex())
                b.ribd.kill()
                group.until(lambda: 'ribd is gone' in b.text(), what='ribd gone')
                session.send(one)  # waits in TCP until there is a ribd
                b.start_ribd()
                again = b.ribd.wait('session_up', resumed=True)
                self.assertEqual(again['session'], first['session'])
                self.assertEqual(b.ribd.wait('received')['body'], one[19:].hex())
                session.wait((bgp.REFRESH,))  # the new one knows nothing
                self.assertEqual(b.sessions()[0]['prefixes_received'], 2)

    def test_slow_peer(self):
        """A peer that does not read: no more than the ring is taken, others go on, KEEPALIVEs too."""
        with Bgpd() as b, bgp.Listener(PEER, port()) as listener:
            listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 256 * 1024)
            b.configure(neighbor(listener.address[1], events=3))
            sock = listener.sock.accept()[0]
            sock.sendall(bgp.open_message(65002, '10.0.0.2') + bgp.keepalive())
            up = b.ribd.wait('session_up')
            total, sent, number = b.ribd.wait('credit')['total'], 0, 0
            one = bgp.message(bgp.UPDATE, struct.pack('!HH', 0, 4073) + bytes(4073))
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                while sent + 8 * len(one) <= total:
                    number += 1
                    b.ribd.send('ribd-bgpd.bulk', 'chunk', number=number, sessions='%08x' % up['session'], data=(one * 8).hex())
                    sent += 8 * len(one)
                try:
                    total = b.ribd.wait('credit', timeout=1)['total']
                except group.Timeout:
                    break
            waiting = b.sessions()[0]['ring_bytes']
            self.assertGreater(waiting, RING // 2)
            self.assertLessEqual(waiting, RING)
            got = 0
            sock.settimeout(10)
            while got < sent:
                data = sock.recv(1 << 20)
                if not data:
                    break
                got += len(data)
            self.assertGreaterEqual(got, sent, 'the stream ended')
            self.assertEqual(b.sessions(78)[0]['state'], 5)
            sock.close()


class Accepts(Case):

    ENV = {'exabgp_tcp_bind': LOCAL}

    def listening(self, number, **env):
        return Bgpd(dict(self.ENV, exabgp_tcp_port=str(number), **env))

    def test_passive(self):
        number = port()
        with self.listening(number) as b:
            b.configure(neighbor(1, passive=True))
            with bgp.connect((LOCAL, number), PEER) as session:
                session.establish(asn=65002, router_id='10.0.0.2')
                b.apid.wait('peer_state', state=1)
                self.assertEqual(b.apid.story()[:3], ['fsm ACTIVE', 'connected', 'fsm CONNECT'])
            b.apid.wait('peer_state', state=2)
            with bgp.connect((LOCAL, number), PEER) as session:
                session.establish(asn=65002, router_id='10.0.0.2')

    def test_unknown_peer(self):
        number = port()
        with self.listening(number) as b:
            b.configure(neighbor(1, passive=True))
            with bgp.connect((LOCAL, number), '127.77.4.3') as session:
                self.assertEqual(session.wait_notification(), (6, 3, b'no session configured for the peer'))

    def test_already_established(self):
        number = port()
        with self.listening(number) as b:
            b.configure(neighbor(1, passive=True))
            with bgp.connect((LOCAL, number), PEER) as session:
                session.establish(asn=65002, router_id='10.0.0.2')
                b.apid.wait('peer_state', state=1)
                with bgp.connect((LOCAL, number), PEER) as second:
                    code, subcode, text = second.wait_notification()
                    self.assertEqual((code, subcode), (6, 7))
                    self.assertEqual(text, b'could not accept the connection, already established')
                self.assertIsNone(session.closed)

    def test_range(self):
        number = port()
        with self.listening(number) as b:
            b.configure(neighbor(1, peer=hexed('127.77.4.0'), peer_bits=25, passive=True, router_id=0))
            with bgp.connect((LOCAL, number), PEER) as one, bgp.connect((LOCAL, number), '127.77.4.3') as two:
                for session in (one, two):
                    session.establish(asn=65002, router_id='10.0.0.2')
                    self.assertEqual(session.remote['router_id'], LOCAL)
                made = b.apid.wait('instance', gone=False)
                self.assertEqual((made['range'], made['peer']), (1, hexed(PEER)))
                self.assertEqual(b.ribd.wait('instance', gone=False)['neighbor'], made['neighbor'])
                b.ribd.wait('session_up', neighbor=made['neighbor'])
                group.until(lambda: len(b.sessions()) == 2, what='two sessions')
            b.apid.wait('instance', gone=True)
            b.apid.wait('instance', gone=True)
            self.assertEqual(b.sessions(), [])

    def collision(self, router_id, incoming_stays):
        """Both sides connect; which one stays is decided by the identifiers (ours: 10.0.0.1)."""
        number = port()
        with self.listening(number) as b, bgp.Listener(PEER, port()) as listener:
            b.configure(neighbor(listener.address[1]))
            with listener.accept() as outgoing:
                outgoing.wait((bgp.OPEN,))
                with bgp.connect((LOCAL, number), PEER) as incoming:
                    incoming.wait((bgp.OPEN,))
                    for session in (outgoing, incoming):
                        session.send(bgp.open_message(65002, router_id))
                        time.sleep(0.1)
                    stays, goes = (incoming, outgoing) if incoming_stays else (outgoing, incoming)
                    self.assertEqual(goes.wait_notification()[:2], (6, 7))
                    stays.send(bgp.keepalive())
                    stays.wait((bgp.KEEPALIVE,))
                    b.apid.wait('peer_state', state=1)
                    self.assertEqual(b.apid.story()[-1], 'up')
                    self.assertIsNone(stays.closed)

    def test_collision_ours_higher(self):
        self.collision('10.0.0.0', False)

    def test_collision_theirs_higher(self):
        self.collision('10.0.0.2', True)

    def test_stuck_outgoing_gives_way(self):
        number = port()
        with self.listening(number) as b, bgp.Listener(PEER, port()) as listener:
            b.configure(neighbor(listener.address[1]))
            with listener.accept() as outgoing:
                outgoing.wait((bgp.OPEN,))
                with bgp.connect((LOCAL, number), PEER) as incoming:
                    incoming.establish(asn=65002, router_id='10.0.0.2')
                    b.apid.wait('peer_state', state=1)
                    self.assertEqual(outgoing.wait_notification()[:2], (6, 7))

    def test_own_port_and_md5(self):
        number = port()
        with Bgpd() as b:
            b.configure(neighbor(1, passive=True, listen_port=number, md5=b'secret'.hex()))
            with socket.socket() as plain:
                plain.bind((PEER, 0))
                plain.settimeout(0.5)
                with self.assertRaises(OSError):
                    plain.connect((LOCAL, number))
            with socket.socket() as signed:
                signed.bind((PEER, 0))
                key = struct.pack('HH4s120x', socket.AF_INET, 0, socket.inet_aton(LOCAL))
                signed.setsockopt(socket.IPPROTO_TCP, 14, key + struct.pack('BBHI80s', 0, 0, 6, 0, b'secret'))
                signed.settimeout(5)
                signed.connect((LOCAL, number))
                with bgp.Session(signed) as session:
                    session.establish(asn=65002, router_id='10.0.0.2')
                    b.apid.wait('peer_state', state=1)


class Loads(Case):

    def test_many_sessions(self):
        count = 300
        with Bgpd(level='warn') as b, bgp.Listener(PEER, port()) as listener:
            number = listener.address[1]
            listener.sock.listen(1024)
            before, start = b.rss(), time.monotonic()
            b.configure(*[neighbor(number, ident, local=hexed('127.77.%d.%d' % (40 + ident // 250, 1 + ident % 250)), events=3)
                          for ident in range(1, count + 1)])
            socks = [listener.sock.accept()[0] for _ in range(count)]
            for sock in socks:
                sock.sendall(bgp.open_message(65002, '10.0.0.2') + bgp.keepalive())
            group.until(lambda: b.ribd.count('session_up') == count, 20, what='all sessions up')
            took = time.monotonic() - start
            kib = (b.rss() - before) / count
            print('%d sessions in %.2f s, %.1f KiB each' % (count, took, kib), file=sys.stderr)
            for sock in socks:
                sock.close()
            if not b.sanitized():
                self.assertLess(kib, 16)

    def test_floods_of_updates(self):
        """Back-pressure to TCP and not a byte lost, with apid, ribd and a small window between."""
        with Bgpd(level='warn') as b, bgp.Listener(PEER, port()) as listener:
            b.configure(neighbor(listener.address[1], adj_rib_in=True, events=NO_UPDATES | 1 << 18))
            with listener.accept() as session:
                session.establish(asn=65002, router_id='10.0.0.2')
                b.ribd.wait('session_up')
                block = b''.join(bgp.update(['10.%d.%d.0/24' % (i // 256, i % 256)], attributes=bgp.attributes([65002], PEER))
                                 for i in range(2000))
                session.sock.settimeout(60)
                session.sock.sendall(block * 10)
                group.until(lambda: b.ribd.count('received') == 20000, 60, lambda: 'got %d' % b.ribd.count('received'), 0.2)
                group.until(lambda: b.apid.count('message', sent=False) >= 20002, 60, what='events', every=0.2)
                self.assertEqual(b.sessions()[0]['prefixes_received'], 20000)


if __name__ == '__main__':
    unittest.main()
