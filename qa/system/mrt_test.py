#!/usr/bin/env python3
"""MRT files and captures: decode shows them, mrtinject announces them, mrtdump writes them, and bgpdump and
GoBGP read what it wrote. The helpers are driven over pipes; one test runs two groups."""

import glob
import json
import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import group  # noqa: E402

MARKER = b'\xff' * 16
ATTRIBUTES = '40010100' + '40020602010000FDE9' + '4003040A000001'
TIME = 1700000000
HEAD = '{ "exabgp": "6.0.0", "time": %s, "host" : "vm", "pid" : 1, "ppid" : 1, "counter": 1, "type": "%s", "neighbor": ' \
    '{ "address": { "local": "10.0.0.2", "peer": "10.0.0.1" }, "asn": { "local": 65000, "peer": 65001 }, "router-id": "1.2.3.4" %s } }'
PORT = 32179


def message(kind, body=b''):
    return MARKER + struct.pack('>HB', 19 + len(body), kind) + body


def update(nlri, attributes=ATTRIBUTES, withdrawn=''):
    attributes, withdrawn = bytes.fromhex(attributes), bytes.fromhex(withdrawn)
    return message(2, struct.pack('>H', len(withdrawn)) + withdrawn + struct.pack('>H', len(attributes)) + attributes +
                   bytes.fromhex(nlri))


def record(kind, subtype, body, when=TIME, us=None):
    if us is not None:
        body = struct.pack('>I', us) + body
    return struct.pack('>IHHI', when, kind, subtype, len(body)) + body


def bgp4mp(data, when=TIME, us=0, subtype=4, peer=1):
    return record(17, subtype, struct.pack('>IIHH', 65000 + peer, 65000, 0, 1) + bytes((10, 0, 0, peer, 10, 0, 0, 9)) + data,
                  when, us)


def peers(count):
    body = bytes((1, 2, 3, 4, 0, 0)) + struct.pack('>H', count)
    for number in range(1, count + 1):
        body += bytes((2, 9, 9, 9, number, 10, 0, 0, number)) + struct.pack('>I', 65000 + number)
    return record(13, 1, body)


def rib(prefix, entries, subtype=2, sequence=0):
    """entries: [(peer, attributes in hexadecimal)] or with a path-id in the middle"""
    body = struct.pack('>I', sequence) + bytes.fromhex(prefix) + struct.pack('>H', len(entries))
    for entry in entries:
        attributes = bytes.fromhex(entry[-1])
        body += struct.pack('>HI', entry[0], TIME - 1)
        body += struct.pack('>I', entry[1]) if len(entry) == 3 else b''
        body += struct.pack('>H', len(attributes)) + attributes
    return record(13, subtype, body)


def bgpdump(path):
    """[fields] of each line"""
    done = subprocess.run(['bgpdump', '-m', path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=60,
                          check=True)
    return [line.split('|') for line in done.stdout.splitlines()]


def program(name, *words, data='', status=0):
    """(output, errors)"""
    done = subprocess.run([os.path.join(group.BUILD, name), *words], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=60, check=False)
    if done.returncode != status:
        raise AssertionError('status %d: %s' % (done.returncode, done.stderr))
    return done.stdout, done.stderr


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.mkdtemp(prefix='troupe-mrt-', dir='/tmp')
        self.addCleanup(shutil.rmtree, folder, True)
        os.chmod(folder, 0o777)
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, data, name='in.mrt'):
        with open(self.path(name), 'wb') as file:
            file.write(data)
        return self.path(name)


class Decode(Files):
    def decode(self, path, *words, status=0):
        out, err = program('apid', '--decode', *words, path, status=status)
        return [json.loads(line) for line in out.splitlines()], err

    def test_mrt(self):
        path = self.write(bgp4mp(update('18010000'), us=123456) + bgp4mp(message(4)) + bgp4mp(struct.pack('>HH', 6, 1), subtype=5) +
                          record(32, 0, b'ISIS') + peers(2) + rib('18C00002', [(0, ATTRIBUTES), (1, ATTRIBUTES)]) +
                          rib('18C00003', [(1, 7, ATTRIBUTES)], subtype=8))
        events, err = self.decode(path)
        self.assertEqual([event['type'] for event in events], ['update', 'keepalive', 'fsm', 'update', 'update', 'update'])
        self.assertEqual([event['counter'] for event in events], [1, 2, 3, 4, 5, 6])
        self.assertEqual(events[0]['time'], TIME + 0.123456)
        self.assertEqual(events[0]['neighbor']['asn'], {'local': 65000, 'peer': 65001})
        self.assertEqual(events[2]['neighbor']['state'], 'IDLE')
        self.assertEqual(events[4]['neighbor']['address']['peer'], '10.0.0.2')
        self.assertEqual(events[4]['time'], TIME - 1)
        self.assertEqual(events[5]['neighbor']['message']['update']['announce'],
                         {'ipv4 unicast': {'10.0.0.1': [{'nlri': '192.0.3.0/24', 'path-information': '0.0.0.7'}]}})
        self.assertIn('1 records of other kinds', err)
        out, _ = program('apid', '--decode', '-m', path)
        self.assertEqual(out.splitlines()[0], 'announce route 1.0.0.0/24 next-hop 10.0.0.1 origin igp as-path [65001]')
        out, _ = program('apid', '--decode', '-t', path)
        self.assertIn('neighbor 10.0.0.1 receive keepalive\n', out)

    def test_broken(self):
        whole = bgp4mp(update('18010000'))
        events, err = self.decode(self.write(whole + whole[:-3]), status=1)
        self.assertEqual(len(events), 1)
        self.assertIn('ends inside a record', err)
        self.assertIn('neither a capture nor an MRT file', self.decode(self.write(b'FFFFFFFFFFFFFFFF'), status=1)[1])
        self.assertIn('directory', self.decode(self.folder, status=1)[1])
        self.assertEqual(self.decode(self.write(b'')), ([], ''))
        out, _ = program('apid', '--decode', self.write(bgp4mp(b'xx') + whole), status=1)
        self.assertEqual(out.splitlines()[0], 'invalid payload')

    def segments(self):
        """A session on port 1790: ADD-PATH from a to b only, an UPDATE over two segments that come in the wrong order."""
        def opening(asn, mode):
            caps = bytes((1, 4, 0, 1, 0, 1, 65, 4)) + struct.pack('>I', asn) + bytes((69, 4, 0, 1, 1, mode))
            return message(1, bytes((4,)) + struct.pack('>HHI', asn, 90, asn) + bytes((len(caps) + 2, 2, len(caps))) + caps)

        def segment(source, seq, flags, data):
            ends = [bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2))]
            ports = [40000, 1790]
            tcp = struct.pack('>HHIIBBHHH', ports[source], ports[1 - source], seq, 0, 0x50, flags, 1024, 0, 0) + data
            return struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + ends[source] + ends[1 - source] + tcp

        a, b = opening(65001, 2), opening(65002, 1)
        routes = update('0000000718010000')
        return [segment(0, 0, 2, b''), segment(1, 99, 18, b''), segment(0, 1, 24, a), segment(1, 100, 24, b + message(4)),
                segment(0, 1 + len(a) + 30, 24, routes[30:]), segment(0, 1 + len(a), 24, routes[:30]),
                segment(1, 119 + len(b), 24, update('18020000'))]

    def check_session(self, events):
        self.assertEqual([event['type'] for event in events], ['open', 'open', 'keepalive', 'update', 'update'])
        self.assertEqual(events[3]['neighbor']['address'], {'local': '10.0.0.2', 'peer': '10.0.0.1'})
        self.assertEqual(events[3]['neighbor']['asn'], {'local': 65002, 'peer': 65001})
        self.assertEqual([list(event['neighbor']['message']['update']['announce']['ipv4 unicast'].values()) for event in events[3:]],
                         [[[{'nlri': '1.0.0.0/24', 'path-information': '0.0.0.7'}]], [[{'nlri': '2.0.0.0/24'}]]])

    def test_pcap(self):
        data = struct.pack('<IHHIIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
        for number, packet in enumerate(self.segments()):
            packet = bytes(12) + b'\x81\x00\x00\x64\x08\x00' + packet
            data += struct.pack('<IIII', TIME, number, len(packet), len(packet)) + packet
        path = self.write(data, 'in.pcap')
        events, err = self.decode(path)
        self.check_session(events)
        self.assertEqual(err, '')
        self.assertEqual(self.decode(path, '--port', '1790')[0][-1]['type'], 'update')
        self.assertEqual(self.decode(path, '--port', '179')[0], [])
        _, err = self.decode(self.write(data[:-1], 'cut.pcap'), status=1)
        self.assertIn('ends inside a packet', err)
        if shutil.which('editcap'):
            subprocess.run(['editcap', '-F', 'pcapng', path, self.path('in.pcapng')], check=True, timeout=60,
                           stderr=subprocess.DEVNULL)
            self.check_session(self.decode(self.path('in.pcapng'))[0])

    def test_pcapng_nanoseconds(self):
        data = struct.pack('>IIIHHqI', 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, -1, 28)
        data += struct.pack('>IIHHIHHBBHII', 1, 32, 101, 0, 0, 9, 1, 9, 0, 0, 0, 32)
        for number, packet in enumerate(self.segments()):
            when, length = (TIME * 1000000 + number) * 1000, len(packet)
            packet += bytes(-length % 4)
            data += struct.pack('>IIIIIII', 6, 32 + len(packet), 0, when >> 32, when & 0xffffffff, length, length) + packet + \
                struct.pack('>I', 32 + len(packet))
        events, _ = self.decode(self.write(data, 'in.pcapng'))
        self.check_session(events)
        self.assertEqual(events[4]['time'], TIME + 0.000006)


class Inject(Files):
    def commands(self, path, *words, status=0):
        out, _ = program('mrtinject', '--no-ack', '--fast', *words, path, status=status)
        return out.splitlines()

    def test_commands(self):
        many = update('18010000' + '18010001' + '100200', withdrawn='18030000')
        six = update('', '40010102' + '400200' + '800E1A' + '00020110' + '20010DB8' + '00' * 11 + '01' + '00' + '2020010DB8' +
                     'E0630201FF')
        path = self.write(peers(2) + rib('18C00002', [(1, ATTRIBUTES), (0, ATTRIBUTES)]) + rib('08E0', [(0, ATTRIBUTES)]) +
                          rib('18C00003', [(0, 1, ATTRIBUTES), (1, 2, ATTRIBUTES), (0, 3, ATTRIBUTES)], subtype=8) +
                          bgp4mp(many) + bgp4mp(message(4)) + bgp4mp(six, peer=2))
        tail = ' next-hop 10.0.0.1 origin igp as-path [65001]'
        table = ['announce route 192.0.2.0/24' + tail, 'announce ipv4 unicast 224.0.0.0/8' + tail,
                 'announce route 192.0.3.0/24 path-information 0.0.0.1' + tail,
                 'announce route 192.0.3.0/24 path-information 0.0.0.3' + tail]
        updates = ['withdraw route 3.0.0.0/24', 'announce attributes' + tail + ' nlri 1.0.0.0/24 1.0.1.0/24 2.0.0.0/16',
                   'announce route 2001:db8::/32 next-hop 2001:db8::1 origin incomplete attribute [0x63 0xe0 0x01ff]']
        self.assertEqual(self.commands(path), table + updates)
        self.assertEqual(self.commands(path, '--table-only'), table)
        self.assertEqual(self.commands(path, '--updates-only'), updates)
        self.assertEqual(self.commands(path, '--peer', '10.0.0.2'), [table[0], table[2].replace('0.0.0.1', '0.0.0.2', 1), updates[2]])
        self.assertEqual(self.commands(path, '--limit', '2'), table[:2])
        self.assertEqual(self.commands(path, '--neighbor', '10.9.9.9', '--limit', '1'), ['neighbor 10.9.9.9 ' + table[0]])
        self.assertEqual(self.commands(path, '--next-hop', 'self', '--limit', '1'), [table[0].replace('10.0.0.1', 'self')])
        changed = self.commands(path, '--next-hop', '7.7.7.7')
        self.assertEqual(changed[0], table[0].replace('10.0.0.1', '7.7.7.7'))
        self.assertEqual(changed[-1], updates[2])
        for line in table + updates:
            verb, _, statement = line.partition(' ')
            if verb == 'announce':
                program('apid', '--encode', '-f', 'all', '-i', statement)

    def test_usage(self):
        for words in ((), ('--speed', '0', 'x'), ('--speed', 'inf', 'x'), ('--peer', 'x', 'x'), ('--limit', '-1', 'x'),
                      ('--neighbor', 'a; b', 'x'), ('--table-only', '--updates-only', 'x')):
            program('mrtinject', *words, status=2)
        program('mrtinject', '--no-ack', self.path('none.mrt'), status=1)
        program('mrtinject', '--no-ack', self.write(b'no MRT file here'), status=1)

    def start(self, *words):
        process = subprocess.Popen([os.path.join(group.BUILD, 'mrtinject'), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def lines(self, process, until, timeout=10):
        """Complete lines, with their times, until there are so many."""
        found, rest, end = [], b'', time.monotonic() + timeout
        while len(found) < until and time.monotonic() < end:
            if not select.select([process.stdout], [], [], 0.2)[0]:
                continue
            data = os.read(process.stdout.fileno(), 65536)
            if not data:
                break
            rest += data
            *whole, rest = rest.split(b'\n')
            found += [(time.monotonic(), line.decode()) for line in whole]
        return found

    def test_window(self):
        """No more commands without answers than the window; refusals are counted; it stays until the service goes."""
        path = self.write(b''.join(bgp4mp(update('18%06X' % number)) for number in range(3000)))
        process = self.start('--fast', path)
        got = self.lines(process, 1000)
        self.assertEqual(len(got), 1000)
        self.assertEqual(got[0][1], 'enable-ack')
        self.assertEqual(self.lines(process, 1, timeout=0.3), [])
        process.stdin.write(b'done\n{ "exabgp": "6.0.0", "type": "update" }\nerror: no\nerror\n' + b'done\n' * 998)
        process.stdin.flush()
        got += self.lines(process, 1000)
        process.stdin.write(b'{ "answer": "done", "message": "command completed" }\n' * 1500)
        process.stdin.flush()
        got += self.lines(process, 3001 - len(got))
        self.assertEqual(len(got), 3001)
        process.stdin.write(b'done\n' * 501)
        process.stdin.flush()
        self.assertIn(b'refused: error: no', process.stderr.readline())
        self.assertIn(b'3000 routes announced, 0 withdrawn; 1 commands refused', process.stderr.readline())
        self.assertIsNone(process.poll())
        process.stdin.close()
        process.stdin = None
        self.assertEqual(process.wait(10), 1)

    def test_speed(self):
        """Half a second of the file in a tenth of it; then the service leaves."""
        path = self.write(bgp4mp(update('18010000'), us=0) + bgp4mp(update('18020000'), us=500000) +
                          bgp4mp(update('18030000'), when=TIME + 100000))
        process = self.start('--speed', '2', path)
        got = self.lines(process, 3)
        self.assertEqual([line.split()[2] for _, line in got[1:]], ['1.0.0.0/24', '2.0.0.0/24'])
        self.assertGreaterEqual(got[2][0] - got[1][0], 0.2)
        self.assertLess(got[2][0] - got[1][0], 5)
        process.stdin.write(b'shutdown\n')
        process.stdin.flush()
        self.assertEqual(process.wait(10), 0)


@unittest.skipUnless(shutil.which('bgpdump'), 'bgpdump is not installed')
class Dump(Files):
    def packet(self, when, kind, data, direction='receive', paths='', asn4='true'):
        negotiated = ', "negotiated": { "message_size": 4096, "asn4": %s, "add_path": {"send": [], "receive": [%s]} } ' % (asn4, paths)
        return HEAD % (when, kind, ', "direction": "%s", "message": { "category": %d, "header": "0x%s", "body": "0x%s" } %s' % (
            direction, data[18], data[:19].hex().upper(), data[19:].hex().upper(), negotiated))

    def test_events(self):
        lines = [HEAD % (TIME + 0.5, 'state', ', "state": "up"'),
                 self.packet(TIME + 1.25, 'update', update('18010000')),
                 self.packet(TIME + 2, 'update', update('0000000718020000'), paths='"ipv4 unicast"'),
                 self.packet(TIME + 3, 'update', update('18030000', ATTRIBUTES.replace('0602010000FDE9', '040201FDE9')), asn4='false'),
                 self.packet(TIME + 4, 'keepalive', message(4)), 'done', 'rubbish', '{ "type": "update", "neighbor": {} }',
                 self.packet(TIME + 5, 'update', update('', '', withdrawn='18010000')),
                 HEAD % (TIME + 61, 'state', ', "state": "down", "reason": "closing connection"')]
        _, err = program('mrtdump', '--rotate', '60', '--output', self.path('u.%Y%m%d.%H%M%S.mrt'), data='\n'.join(lines) + '\n')
        self.assertIn('7 records in 2 files, 0 lost, 1 malformed', err)
        self.assertEqual(sorted(os.listdir(self.folder)), ['u.20231114.221300.mrt', 'u.20231114.221400.mrt'])
        got = bgpdump(self.path('u.20231114.221300.mrt'))
        self.assertEqual([row[:3] + row[3:6] for row in got], [
            ['BGP4MP_ET', '1700000000.500000', 'STATE', '10.0.0.1', '65001', '1'],
            ['BGP4MP_ET', '1700000001.250000', 'A', '10.0.0.1', '65001', '1.0.0.0/24'],
            ['BGP4MP_ET_AP', '1700000002.000000', 'A', '10.0.0.1', '65001', '2.0.0.0/24'],
            ['BGP4MP_ET', '1700000003.000000', 'A', '10.0.0.1', '65001', '3.0.0.0/24'],
            ['BGP4MP_ET', '1700000005.000000', 'W', '10.0.0.1', '65001', '1.0.0.0/24']])
        self.assertEqual([row[6] for row in got[1:4]], ['65001', '7', '65001'])
        self.assertEqual(bgpdump(self.path('u.20231114.221400.mrt'))[0][2:], ['STATE', '10.0.0.1', '65001', '6', '1'])

    def test_size(self):
        """No file is larger, nothing is lost, no name is taken twice."""
        lines = [self.packet(TIME, 'update', update('18%06X' % number)) for number in range(100)]
        program('mrtdump', '--size', '2000', '--output', self.path('u.mrt'), data='\n'.join(lines) + '\n')
        names = glob.glob(self.path('u.mrt*'))
        self.assertGreater(len(names), 3)
        self.assertLessEqual(max(os.path.getsize(name) for name in names), 2000)
        self.assertEqual(sorted(row[5] for name in names for row in bgpdump(name)),
                         sorted('0.0.%d.0/24' % number for number in range(100)))
        program('mrtdump', '--output', self.path('no/such.mrt'), data=lines[0] + '\n', status=1)

    def test_round_trip(self):
        """What is dumped is injected again as it was."""
        program('mrtdump', '--output', self.path('u.mrt'),
                data='\n'.join(self.packet(TIME, 'update', update('18%06X' % number)) for number in range(5)) + '\n')
        out, _ = program('mrtinject', '--no-ack', self.path('u.mrt'))
        self.assertEqual(out.splitlines(), ['announce route 0.0.%d.0/24 next-hop 10.0.0.1 origin igp as-path [65001]' % number
                                            for number in range(5)])

    def test_signals(self):
        """SIGHUP: a new file; SIGTERM: the end, with everything written."""
        process = subprocess.Popen([os.path.join(group.BUILD, 'mrtdump'), '--output', self.path('u.mrt')], stdin=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        try:
            for name in ('u.mrt', 'u.mrt.1'):
                process.stdin.write(self.packet(TIME, 'update', update('18010000')) + '\n')
                process.stdin.flush()
                group.until(lambda path=self.path(name): os.path.exists(path) and os.path.getsize(path) > 0, what=name)
                process.send_signal(signal.SIGHUP if name == 'u.mrt' else signal.SIGTERM)
                if name == 'u.mrt':
                    time.sleep(0.1)  # signals and lines come in on different ways
            self.assertEqual(process.wait(10), 0)
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()
        self.assertEqual([len(bgpdump(self.path(name))) for name in ('u.mrt', 'u.mrt.1')], [1, 1])

    def table(self, six=True):
        def routes(peer, family, *rows):
            return [json.dumps({peer: {'routes': [dict(family=family, **row)]}}) for row in rows]

        attributes = {'origin': 'igp', 'as-path': {'0': {'element': 'as-sequence', 'value': [65001, 7]},
                                                   '1': {'element': 'as-set', 'value': [8, 9]}},
                      'med': 50, 'local-preference': 200, 'community': [[65001, 7]], 'large-community': [[1, 2, 3]],
                      'aggregator': '65001:1.1.1.1', 'atomic-aggregate': True, 'attribute-0x63-0xE0': '0x0102'}
        plain = {'origin': 'egp'}
        answers = ['done', json.dumps([{'peer': {'address': '10.0.0.1', 'as': 65001, 'id': '9.9.9.9'}, 'local': {'id': '1.2.3.4'}},
                                       {'peer': {'address': '2001:db8::1', 'as': 4200000000, 'id': None}, 'local': {}}]), 'done']
        answers += routes('10.0.0.1', 'ipv4 unicast', {'prefix': '80.0.0.0/24', 'next-hop': '9.9.9.9', 'attribute': attributes})
        answers += [HEAD % (TIME, 'state', ', "state": "up"')]  # an event between the lines
        answers += routes('2001:db8::1', 'ipv4 unicast', {'prefix': '80.0.0.0/24', 'next-hop': '9.9.9.8', 'attribute': plain},
                          {'prefix': '81.0.0.0/24 path-information 0.0.0.5', 'next-hop': '9.9.9.8', 'attribute': plain},
                          {'prefix': '81.0.0.0/24 path-information 0.0.0.6', 'next-hop': '9.9.9.7', 'attribute': plain})
        if six:
            answers += routes('2001:db8::1', 'ipv6 unicast', {'prefix': '2001:db8::/32', 'next-hop': '2001:db8::9', 'attribute': plain})
        answers += routes('10.9.9.9', 'ipv4 unicast', {'prefix': '1.0.0.0/8', 'attribute': plain})
        answers += routes('10.0.0.1', 'ipv4 flow', {'nlri': 'flow x', 'attribute': plain})
        out, err = program('mrtdump', '--table', '--exit', '--output', self.path('r.mrt'), data='\n'.join(answers + ['done']) + '\n')
        self.assertEqual(out.splitlines(), ['enable-ack', 'show neighbor json', 'show adj-rib in extensive json'])
        self.assertIn('2 peers, %d routes; left out: 2 routes, 0 attributes' % (4 + six), err)
        return self.path('r.mrt')

    def test_table(self):
        got = bgpdump(self.table())
        self.assertEqual([[row[0]] + row[3:] for row in got], [
            ['TABLE_DUMP2', '10.0.0.1', '65001', '80.0.0.0/24', '65001 7 {8,9}', 'IGP', '9.9.9.9', '200', '50', '65001:7', 'AG',
             '65001 1.1.1.1', ''],
            ['TABLE_DUMP2', '2001:db8::1', '4200000000', '80.0.0.0/24', '', 'EGP', '9.9.9.8', '0', '0', '', 'NAG', '', ''],
            ['TABLE_DUMP2_AP', '2001:db8::1', '4200000000', '81.0.0.0/24', '5', '', 'EGP', '9.9.9.8', '0', '0', '', 'NAG', '', ''],
            ['TABLE_DUMP2_AP', '2001:db8::1', '4200000000', '81.0.0.0/24', '6', '', 'EGP', '9.9.9.7', '0', '0', '', 'NAG', '', ''],
            ['TABLE_DUMP2', '2001:db8::1', '4200000000', '2001:db8::/32', '', 'EGP', '2001:db8::9', '0', '0', '', 'NAG', '', '']])
        out, _ = program('apid', '--decode', self.path('r.mrt'))
        self.assertEqual(json.loads(out.splitlines()[0])['neighbor']['message']['update']['attribute']['attribute-0x63-0xE0'], '0x0102')

    def test_refused(self):
        _, err = program('mrtdump', '--table', '--exit', '--output', self.path('r.mrt'), data='done\nerror\nerror\n')
        self.assertIn('refused: show neighbor json', err)
        program('mrtdump', '--table', '--exit', '--output', self.path('r.mrt'), data='done\n', status=1)

    @unittest.skipUnless(shutil.which('gobgpd') and shutil.which('gobgp'), 'GoBGP is not installed')
    def test_gobgp(self):
        """GoBGP takes the table, and what it shows is what was in it. IPv4 only: of MP_REACH_NLRI GoBGP 3 does not know the
        short form that RFC 6396 4.3.4 asks for in tables."""
        path, port = self.table(six=False), PORT - 20
        conf = self.write(b'[global.config]\nas = 65009\nrouter-id = "9.0.0.9"\nport = -1\n', 'gobgpd.conf')
        daemon = subprocess.Popen(['gobgpd', '-f', conf, '--api-hosts', '127.77.12.9:%d' % port, '--pprof-disable'],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        client = ['gobgp', '-u', '127.77.12.9', '-p', str(port)]
        try:
            group.until(lambda: self.connects('127.77.12.9', port), what='gobgpd')
            # the client may leave before its last routes are on their way: there are more behind those that count
            with open(path, 'ab') as file:
                for number in range(5000):
                    file.write(rib('20%08X' % (0x0a000000 + number), [(0, ATTRIBUTES)]))
            done = subprocess.run(client + ['mrt', 'inject', 'global', path], capture_output=True, text=True, timeout=30, check=False)
            self.assertEqual((done.returncode, done.stdout), (0, ''), done.stderr)
            group.until(lambda: '81.0.0.0/24' in self.rib(client), what='routes')
            shown = {prefix: routes for prefix, routes in json.loads(self.rib(client)).items() if not prefix.startswith('10.')}
            self.assertEqual(sorted(shown), ['80.0.0.0/24', '81.0.0.0/24'])
            attributes = {attr['type']: attr for route in shown['80.0.0.0/24'] for attr in route['attrs']
                          if route['attrs'][-1] and any(a.get('nexthop') == '9.9.9.9' for a in route['attrs'])}
            self.assertEqual(attributes[3]['nexthop'], '9.9.9.9')
            self.assertEqual(attributes[4]['metric'], 50)
            self.assertEqual(attributes[8]['communities'], [65001 << 16 | 7])
            self.assertEqual([segment['asns'] for segment in attributes[2]['as_paths']], [[65001, 7], [8, 9]])
        finally:
            daemon.kill()
            daemon.wait()

    @staticmethod
    def rib(client):
        return subprocess.run(client + ['global', 'rib', '-a', 'ipv4', '-j'], capture_output=True, text=True, timeout=30, check=True).stdout

    @staticmethod
    def connects(host, port):
        try:
            socket.create_connection((host, port), 1).close()
            return True
        except OSError:
            return False


@unittest.skipUnless(shutil.which('bgpdump'), 'bgpdump is not installed')
class Groups(Files):
    def conf(self, me, more=''):
        return '''%s
neighbor 127.77.12.%d { router-id 1.2.3.%d; local-address 127.77.12.%d; local-as 6500%d; peer-as 6500%d;
	family { ipv4 unicast; ipv6 unicast; } %s %s }
''' % (more.split('|')[0], 3 - me, me, me, me, 3 - me, 'connect %d;' % PORT if me == 1 else 'passive; listen %d;' % PORT,
            more.split('|')[-1])

    def test_two(self):
        """A file is injected into one group, and dumped by the other: as messages and as a table."""
        path = self.write(peers(1) + rib('18C00002', [(0, ATTRIBUTES)]) + bgp4mp(update('18010000' + '18020000')) +
                          bgp4mp(update('', '', withdrawn='18020000'), when=TIME + 1))
        os.chmod(path, 0o644)
        dump = 'process mrtdump { run %s --output %s; encoder json; } | api { processes [ mrtdump ]; neighbor-changes; ' \
            'receive { packets; open; update; keepalive; } }' % (os.path.join(group.BUILD, 'mrtdump'), self.path('u.mrt'))
        env = {'exabgp_tcp_port': str(PORT)}
        with group.Group(self.conf(2, dump), env=env) as b, group.Group(self.conf(1), env=env) as a:
            b.start()
            a.start()
            self.assertEqual(a.ctl('inject', '--mrt', os.path.relpath(path, a.folder), '--speed', '4')[0], 0)
            a.wait_log('3 routes announced, 1 withdrawn; 0 commands refused')
            b.wait_log('127.77.12.1: up')
            group.until(lambda: sorted(re.findall(r'unicast (\S+)', b.ctl('api', 'show', 'adj-rib', 'in')[1])) ==
                        ['1.0.0.0/24', '192.0.2.0/24'], what='routes')
            status, out, err = b.ctl('dump', 'mrt', '--table', '--output', self.path('r.mrt'))
            self.assertEqual(status, 0, out + err)
            b.wait_log('1 peers, 2 routes; left out: 0 routes, 0 attributes')
            self.assertEqual(b.ctl('detach', 'mrttable')[0], 0)
            self.assertEqual(a.ctl('detach', 'mrtinject')[0], 0)
            # the same as from the configuration, at run time
            self.assertEqual(b.ctl('dump', 'mrt', '--as', 'more', '--output', self.path('m.mrt'))[0], 0)
            self.assertEqual(a.ctl('api', 'announce', 'route', '9.9.9.0/24', 'next-hop', '9.9.9.9')[0], 0)
            group.until(lambda: os.path.exists(self.path('m.mrt')) and '9.9.9.0/24' in [row[5] for row in bgpdump(self.path('m.mrt'))],
                        what='a dumped message')
            self.assertEqual(b.ctl('detach', 'more')[0], 0)
            self.assertEqual(a.ctl('inject', '--mrt', '/nonexistent')[0], 1)
        self.assertEqual(sorted((row[3], row[4], row[5], row[6]) for row in bgpdump(self.path('r.mrt'))),
                         [('127.77.12.1', '65001', '1.0.0.0/24', '65001'), ('127.77.12.1', '65001', '192.0.2.0/24', '65001')])
        rows = bgpdump(self.path('u.mrt'))
        self.assertEqual(rows[0][2:], ['STATE', '127.77.12.1', '65001', '1', '6'])
        self.assertEqual(rows[-1][2:], ['STATE', '127.77.12.1', '65001', '6', '1'])
        self.assertIn(('A', '192.0.2.0/24'), [(row[2], row[5]) for row in rows])


if __name__ == '__main__':
    unittest.main()
