#!/usr/bin/env python3
"""tshark's dissector reads everything that can be announced: one capture per family, made of UPDATE messages with TCP and IP
headers in front, and no malformed mark in it. Skipped where tshark is missing."""

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import bgp, group  # noqa: E402

SAMPLES = os.path.join(os.environ.get('SHARED') or os.path.join(group.ROOT, '..', 'shared'), 'reference', 'encode-samples.jsonl')
RD = 'rd 65000:1'
V4, V6 = 'next-hop 192.0.2.1', 'next-hop 2001:db8::1'
EVPN = 'rd 10.0.0.1:100 next-hop 192.0.2.1 extended-community [ target:65000:1 ]'
ESI = 'esi 00:11:22:33:44:55:66:77:88:99'

# Every family, every kind of route in it, and the attributes with a form of their own.
ROUTES = {
    'ipv4 unicast': [
        'route 10.0.0.0/24 ' + V4,
        'route 10.0.0.0/24 ' + V4 + ' origin incomplete as-path [ 65001 4200000000 ] ( 65002 65003 ) med 7 local-preference 200 '
        'atomic-aggregate aggregator ( 65001:192.0.2.9 ) originator-id 192.0.2.8 cluster-list [ 192.0.2.7 192.0.2.6 ]',
        'route 10.0.0.0/24 ' + V4 + ' community [ 65000:1 no-export 65535:666 ] large-community [ 1:2:3 4294967295:0:1 ] '
        'extended-community [ target:65000:1 origin:192.0.2.1:7 redirect:65000:9 ] aigp 50 otc 65001',
        'route 10.0.0.0/24 ' + V4 + ' bgp-prefix-sid [ 300, [ (800000,100), (1000000,5000) ] ]',
    ],
    'ipv4 multicast': ['announce:ipv4 multicast 224.1.0.0/16 ' + V4],
    'ipv4 nlri-mpls': ['announce:ipv4 nlri-mpls 10.0.0.0/24 label 800 ' + V4],
    'ipv4 mpls-vpn': ['route 10.0.0.0/24 %s label 800 %s extended-community [ target:65000:1 ]' % (RD, V4)],
    'ipv4 mcast-vpn': ['ipv4 mcast-vpn source-ad source 10.0.0.1 group 239.1.1.1 %s %s' % (RD, V4),
                       'ipv4 mcast-vpn source-join source 10.0.0.1 group 239.1.1.1 %s source-as 65000 %s' % (RD, V4),
                       'ipv4 mcast-vpn shared-join rp 10.0.0.1 group 239.1.1.1 %s source-as 65000 %s' % (RD, V4)],
    'ipv4 sr-policy': ['ipv4 sr-policy distinguisher 1 color 100 endpoint 1.2.3.4 next-hop 5.6.7.8 preference 100 '
                       'segment-list weight 1 segment type-a mpls 16001'],
    'ipv4 mup': ['ipv4 mup mup-isd 10.0.0.0/24 rd 100:100 ' + V6, 'ipv4 mup mup-dsd 10.0.0.1 rd 100:100 ' + V4,
                 'ipv4 mup mup-t1st 192.168.0.2/32 rd 100:100 teid 12345 qfi 9 endpoint 10.0.0.1 ' + V4,
                 'ipv4 mup mup-t2st 10.0.0.1 rd 100:100 teid 12345/32 ' + V4],
    'ipv4 rtc': ['ipv4 rtc origin-as 65000 route-target target:64512:100 ' + V4, 'ipv4 rtc default ' + V4],
    'ipv4 flow': ['flow route { match { source 10.0.0.0/24; destination 192.0.2.0/24; protocol [ =tcp =udp ]; port [ =80 >1024&<2048 ]; '
                  'tcp-flags [ syn+ack ]; fragment [ is-fragment ]; packet-length >100; dscp 8; icmp-type 3; icmp-code 1; } '
                  'then { rate-limit 9600; } }', 'flow route { match { destination 192.0.2.0/24; } then { redirect 65000:9; } }'],
    'ipv4 flow-vpn': ['flow route { rd 65000:1; match { destination 192.0.2.0/24; } then { discard; } }'],
    'ipv6 unicast': ['route 2001:db8::/32 ' + V6],
    'ipv6 multicast': ['announce:ipv6 multicast ff1e::/32 ' + V6],
    'ipv6 nlri-mpls': ['announce:ipv6 nlri-mpls 2001:db8::/48 label 800 ' + V6],
    'ipv6 mpls-vpn': ['route 2001:db8::/48 %s label 800 %s' % (RD, V6)],
    'ipv6 mcast-vpn': ['ipv6 mcast-vpn source-ad source 2001:db8::2 group ff0e::1 %s %s' % (RD, V6)],
    'ipv6 sr-policy': ['ipv6 sr-policy distinguisher 1 color 100 endpoint 2001:db8::9 %s segment-list weight 1 segment type-a '
                       'mpls 16001' % V6],
    'ipv6 mup': ['ipv6 mup mup-isd 2001:db8:1::/48 rd 100:100 ' + V6],
    'ipv6 flow': ['flow route { match { destination 2001:db8::/32; next-header =tcp; flow-label =5; } then { discard; } }'],
    'ipv6 flow-vpn': ['flow route { rd 65000:1; match { destination 2001:db8::/32; } then { discard; } }'],
    'l2vpn vpls': ['vpls rd 1:1 endpoint 5 base 10 offset 1 size 8 ' + V4],
    'l2vpn evpn': ['l2vpn evpn ethernet-ad %s ethernet-tag 10 label 800 %s' % (ESI, EVPN),
                   'l2vpn evpn mac-ip aa:bb:cc:dd:ee:ff ip 192.0.2.5 ethernet-tag 10 vni 10001 ' + EVPN,
                   'l2vpn evpn inclusive-multicast 192.0.2.5 %s pmsi-tunnel ( ingress-replication 192.0.2.5 vni 100 )' % EVPN,
                   'l2vpn evpn ethernet-segment 192.0.2.5 %s %s' % (ESI, EVPN),
                   'l2vpn evpn ip-prefix 192.0.2.0/24 ethernet-tag 10 gateway 10.0.0.9 label 800 ' + EVPN],
    # A node of IS-IS: protocol 2, identifier 0, local node descriptors with AS and IGP router-id.
    'bgp-ls bgp-ls': ['bgp-ls bgp-ls raw 0x0001001F02000000000000000001000012020000040000FDE802030006010203040506 ' + V4],
    'bgp-ls bgp-ls-vpn': ['bgp-ls bgp-ls-vpn raw 0x00010027000000010000000A02000000000000000001000012020000040000FDE802030006010203040506 ' + V4],
}

# tshark 4.0 has no dissector for these: it says so, and marks them.
NO_DISSECTOR = re.compile(r'Unknown SAFI \((73|85)\)')
# Samples that tshark 4.0 marks, and why that is fine.
KNOWN = [
    (r'-flold$', 'a next-hop beside FlowSpec (draft-simpson-idr-flowspec-redirect), where it wants none'),
    (r'-x6[uv]$|^ebgp-034-fixed$', 'an IPv4 next-hop of an IPv6 route: the command asks for it'),
    (r'-llnh-.*-v6v$', 'a link-local address behind the next-hop of a VPN route, as the reference writes it'),
    (r'-sp6-withdraw$', 'SAFI 73 again: the message does not say so for MP_UNREACH'),
    (r'^ibgp-236-fv4$', 'TCP flags of 2 bytes (RFC 8955 4.2.2.9) in FlowSpec-VPN'),
]


def encode(family, statement):
    words = statement[len('announce:'):] if statement.startswith('announce:') else statement
    done = subprocess.run([os.path.join(group.BUILD, 'apid'), '--encode', '-f', family, '-a', '65000', '-z', '65001', words],
                          capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, '%s: %s: %s' % (family, statement, done.stderr)
    return [bytes.fromhex(line) for line in done.stdout.split()]


def capture(path, messages):
    """A pcap (raw IPv4) of one TCP connection: both OPENs, then the messages."""
    capabilities = [(65, struct.pack('!I', 65000)), (6, b'')]
    sent = [0, 0]
    with open(path, 'wb') as out:
        out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101))

        def packet(number, way, flags, data):
            ends = [(b'\x0a\0\0\1', 30000), (b'\x0a\0\0\2', 179)]
            (src, sport), (dst, dport) = ends[way], ends[1 - way]
            tcp = struct.pack('!HHIIBBHHH', sport, dport, sent[way], sent[1 - way] if flags & 16 else 0, 5 << 4, flags, 65535, 0, 0)
            ip = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 40 + len(data), number & 0xffff, 0, 64, 6, 0, src, dst)
            out.write(struct.pack('<IIII', number, 0, 40 + len(data), 40 + len(data)) + ip + tcp + data)
            sent[way] += len(data) + (flags & 2 != 0)

        packet(1, 0, 2, b'')
        packet(2, 1, 18, b'')
        for way in (0, 1):
            packet(3 + way, way, 24, bgp.open_message(65000 + way, '10.0.0.%d' % (1 + way), capabilities=capabilities) + bgp.keepalive())
        for number, message in enumerate(messages):
            packet(5 + number, 0, 24, message)


@unittest.skipUnless(shutil.which('tshark'), 'tshark is not installed')
class Tshark(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, 'capture.pcap')

    def dissect(self, messages, *options):
        """Per message: is there a mark of a malformed or an unreadable part? And how many tshark saw as UPDATEs."""
        capture(self.path, messages)
        done = subprocess.run(['tshark', '-n', '-r', self.path, '-T', 'fields', '-e', 'frame.number', '-e', '_ws.malformed',
                               '-e', 'bgp.type', '-e', '_ws.expert.message', *options],
                              capture_output=True, text=True, timeout=120, check=True)
        rows = [line.split('\t') for line in done.stdout.splitlines()]
        bad = [(int(row[0]) - 5, row[3]) for row in rows if row[1] and not NO_DISSECTOR.search(row[3])]
        return bad, sum(row[2] == '2' for row in rows)

    def test_every_family(self):
        for family, statements in ROUTES.items():
            with self.subTest(family=family):
                messages = [message for statement in statements for message in encode(family, statement)]
                self.assertGreaterEqual(len(messages), len(statements))
                bad, seen = self.dissect(messages)
                self.assertEqual((bad, seen), ([], len(messages)), [messages[at].hex() for at, _ in bad])

    def test_all_families_are_here(self):
        self.assertEqual(len(ROUTES), 23)

    @unittest.skipUnless(os.path.exists(SAMPLES), 'no samples of the reference')
    def test_samples_of_the_reference(self):
        samples = []
        with open(SAMPLES, encoding='utf-8') as handle:
            for line in handle:
                one = json.loads(line)
                if one['session']['asn4'] and not one['session']['addpath'] and 'attribute [' not in one['command']:
                    samples += [(one['name'], bytes.fromhex(update)) for update in one['updates']]
        bad, seen = self.dissect([message for _, message in samples])
        self.assertEqual(seen, len(samples))
        unknown = [(samples[at][0], why, samples[at][1].hex()) for at, why in bad
                   if not any(re.search(name, samples[at][0]) for name, _ in KNOWN)]
        self.maxDiff = None
        self.assertEqual(unknown, [])


if __name__ == '__main__':
    unittest.main()
