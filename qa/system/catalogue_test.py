#!/usr/bin/env python3
"""The example configurations that ExaBGP users know (reference/config.md section 8), all 103 of them: those of the shared
cases as they are, the others written from their descriptions. Each loads, and each of its routes encodes, decodes and encodes
again (`validate -r`)."""

import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import group  # noqa: E402

CASES = os.path.join(os.environ.get('SHARED') or os.path.join(group.ROOT, '..', 'shared'), 'conformance', 'cases')
COUNT = 103

IDENTITY = 'router-id 10.0.0.2; local-address 127.0.0.1; local-as 65533; peer-as 65533;\n\tgroup-updates false;'


def basic(more='', families='ipv4 unicast;', name='add-remove', api='', capability='', identity=IDENTITY, peer='127.0.0.1'):
    return '''process %s {
	run ./run/%s.run;
	encoder text;
}

neighbor %s {
	%s
	family { %s }
	capability { %s }
	api { processes [ %s ]; %s }
	%s
}
''' % (name, name, peer, identity, families, capability, name, api, more)


def plain(more, families='', identity=IDENTITY, peer='127.0.0.1', capability=''):
    family = '\tfamily { %s }\n' % families if families else ''
    return 'neighbor %s {\n\t%s\n%s\tcapability { %s }\n%s\n}\n' % (peer, identity, family, capability, more)


EBGP = IDENTITY.replace('peer-as 65533', 'peer-as 65534')
SEGMENTS = ''.join(' segment type-' + words for words in (
    'c ipv4 192.0.2.1 algorithm 0 sid 16001', 'd ipv6 2001:db8::1 algorithm 0', 'e local-if-id 1 ipv4 192.0.2.1',
    'f local 192.0.2.1 remote 192.0.2.2', 'g local-if-id 1 local-ipv6 2001:db8::1 remote-if-id 2 remote-ipv6 2001:db8::2',
    'h local 2001:db8::1 remote 2001:db8::2', 'i ipv6 2001:db8::1 algorithm 0',
    'j local-if-id 1 local-ipv6 2001:db8::1 remote-if-id 2 remote-ipv6 2001:db8::2 algorithm 0',
    'k local 2001:db8::1 remote 2001:db8::2 algorithm 0 sid 2001:db8::3'))

WRITTEN = {
    'api-add-remove': basic(capability='graceful-restart;'),
    'api-attributes-vpn': basic(families='ipv4 mpls-vpn; ipv4 nlri-mpls;', name='attributes-vpn', api='neighbor-changes;'),
    'api-blocklist': '''process blocklist-10.0.0.2 { run ./run/blocklist.run; encoder json; }
process blocklist-10.0.0.3 { run ./run/blocklist.run; encoder json; }
template {
	neighbor controler {
		router-id 10.0.0.1;
		local-as 65001;
		local-address 127.0.0.1;
		peer-as 65001;
		capability { route-refresh; graceful-restart 1200; }
	}
}
neighbor 10.0.0.2 { inherit controler; api { processes [ blocklist-10.0.0.2 ]; } }
neighbor 10.0.0.3 { inherit controler; api { processes [ blocklist-10.0.0.3 ]; } }
''',
    'api-broken-flow': basic(families='ipv4 flow;', name='broken-flow'),
    'api-ddos-flowspec': '# Announces rules\n# against attacks.\n\n' + basic(
        families='ipv4 flow; ipv6 flow;', name='ddos', capability='route-refresh enable;'),
    'api-flow-merge': basic('''flow {
		route one {
			match { source 10.0.0.1/32; destination-port =80; }
			then {
				discard;
				extended-community [ target:65000:1 ];
			}
			scope { interface-set [ transitive:input:1234:5678 non-transitive:output:1234:5679 ]; }
		}
	}''', families='ipv4 flow;', name='flow-merge'),
    'api-health': '''process service-health { run ./run/health.run; encoder text; }
template { neighbor health { %s api { processes [ service-health ]; } } }
neighbor 127.0.0.1 { inherit health; }
''' % IDENTITY,
    'api-manual-eor': basic('manual-eor true;', name='manual-eor'),
    'api-multiple-api': '''process one { run ./run/one.run; encoder json; }
process two { run ./run/two.run; encoder text; }
template {
	neighbor first { local-as 65001; router-id 10.0.0.1; local-address 127.0.0.1; api { processes [ one ]; neighbor-changes; } }
	neighbor second { local-as 65002; router-id 10.0.0.1; local-address 127.0.0.1; api { processes [ two ]; receive { parsed; update; } } }
}
neighbor 127.0.0.2 { inherit first; peer-as 65001; }
neighbor 127.0.0.3 { inherit second; peer-as 65003; }
''',
    'api-nexthop-self': basic('static { route 192.0.2.1 next-hop self; route 192.0.2.0/24 { next-hop self; med 7; } }\n'
                              'announce { ipv4 { unicast 10.0.0.1 next-hop self; } }', name='nexthop-self'),
    'api-no-neighbor': 'process commands { run ./run/commands.run; encoder text; }\n',
    'api-simple': 'process simple {\n\trun ./run/simple.run;\n\tencoder text;\n}\n',
    'api-teardown': basic(capability='graceful-restart disable;', name='teardown'),
    'api-v6-comprehensive': basic(families='ipv4 unicast; ipv6 unicast; ipv4 flow;', name='comprehensive'),
    'api-vpnv4': basic(families='ipv4 mpls-vpn;', name='vpnv4'),
    'api-watchdog': basic('static {\n\t\troute 192.0.2.1 next-hop 10.0.0.1 watchdog dnsr withdraw;\n'
                          '\t\troute 192.0.2.2 next-hop 10.0.0.1 watchdog dnsr withdraw;\n\t}', name='watchdog'),
    'conf-aggregator': plain('description "with an aggregator";\n\tstatic { route 192.168.0.0/24 next-hop 192.0.2.1 '
                             'atomic-aggregate aggregator ( 65000:192.0.2.9 ); }', 'ipv4 unicast;'),
    'conf-bgpls': plain('', 'bgp-ls bgp-ls;'),
    'conf-cap-paths-limit': plain('add-path { ipv4 unicast limit 10; }', 'ipv4 unicast;', capability='add-path send/receive;'),
    'conf-flow-redirect': plain('''flow {
		route everything {
			match {
				source 10.0.0.1/32; destination 192.168.0.1/32; protocol [ udp tcp ]; port [ =80 =8080 ];
				destination-port [ >8080&<8088 =3128 ]; source-port >1024; packet-length [ >200&<300 >400&<500 ];
				fragment [ !is-fragment first-fragment ]; icmp-type [ unreachable echo-request ];
				icmp-code [ host-unreachable network-unreachable ]; tcp-flags [ urgent rst ]; dscp [ 10 20 ];
			}
			then { redirect 65500:12345; }
		}
		route two { match { destination 192.168.0.2/32; } then { extended-community [ origin:2345:6.7.8.9 0x0002FDE800000001 ];
			discard; } }
		route three { match { destination 192.168.0.3/32; } then { redirect-to-nexthop-ietf 192.0.2.7; } }
		route four { match { destination 2001:db8::3/128; } then { redirect-to-nexthop-ietf 2001:db8::7; } }
		route five { match { destination 192.168.0.4/32; } then { rate-limit 1250000000; redirect 65500:1; } }
	}''', 'ipv4 flow; ipv6 flow;', capability='graceful-restart 5;'),
    'conf-group-limit': plain('static { route 10.0.0.0/16 next-hop 192.0.2.1 split /20; route 2001:db8::/32 next-hop 2001:db8::1 '
                              'split /36; }', 'ipv4 unicast; ipv6 unicast;', identity=IDENTITY.replace('group-updates false;', '')),
    'conf-ipv6grouping': plain('static { route 2001:db8:1::/48 next-hop 2001:db8::1 med 5; route 2001:db8:2::/48 next-hop '
                               '2001:db8::1 med 5; }', 'ipv6 unicast;'),
    'conf-llnh-lla-only': plain('static { route 2001:db8:1::/48 next-hop fe80::1; }', 'ipv6 unicast;',
                                capability='link-local-nexthop enable;'),
    'conf-parity': plain('''static {
		route 10.0.0.0/24 { rd 65000:1; label 100; next-hop 192.0.2.1; extended-community [ target:65000:1 ]; }
		route 10.0.0.0/24 rd 65000:1 label 100 next-hop 192.0.2.1 extended-community [ target:65000:1 ];
		route 2001:db8:1::/48 next-hop ::ffff:192.0.2.1;
		route 2001:db8:2::/48 rd 65000:1 label 100 next-hop ::ffff:192.0.2.1;
	}''', 'ipv4 mpls-vpn; ipv6 unicast; ipv6 mpls-vpn;'),
    'conf-path-information': plain('''static {
		route 10.0.0.0/24 next-hop 192.0.2.1 path-information 0.0.0.1;
		route 10.0.0.0/24 next-hop 192.0.2.2 path-information 0.0.0.2;
		route 10.0.0.0/24 next-hop 192.0.2.3 path-information 3;
	}''', 'ipv4 unicast;', capability='add-path send/receive;'),
    'conf-prefix-sid-srv6': plain('''nexthop { ipv4 mpls-vpn ipv6; }
	announce {
		ipv4 { mpls-vpn 10.0.0.0/24 rd 65000:1 label 3 next-hop 2001:db8::1 bgp-prefix-sid-srv6 ( l3-service 2001:db8:1:1:: 0x48 \\
			[64,24,16,0,0,0] ) extended-community [ target:65000:1 ]; }
		ipv6 { mpls-vpn 2001:db8:9::/48 rd 65000:1 label 3 next-hop 2001:db8::1 bgp-prefix-sid-srv6 ( l2-service 2001:db8:1:1:: 19 ); }
	}''', 'ipv4 mpls-vpn; ipv6 mpls-vpn;', capability='nexthop true;'),
    'conf-sr-policy-all-types': plain('static { sr-policy distinguisher 1 color 100 endpoint 192.0.2.9 next-hop 192.0.2.1 preference 100 '
                                      'segment-list weight 1%s; }' % SEGMENTS, 'ipv4 sr-policy;'),
    'conf-sr-policy-simple': plain('announce { ipv4 { sr-policy distinguisher 1 color 100 endpoint 192.0.2.9 next-hop 192.0.2.1 '
                                   'preference 100 segment-list weight 1 segment type-a mpls 16001; } }', 'ipv4 sr-policy;'),
    'conf-sr-policy-static': plain('# head \u2192 tail\n\tstatic {\n\t\tsr-policy distinguisher 1 color 100 \\\n\t\t\tendpoint 192.0.2.9 '
                                   'next-hop 192.0.2.1 \\\n\t\t\tsegment-list weight 1 segment type-a mpls 16001;\n\t}', 'ipv4 sr-policy;'),
    'conf-srv6-mup-v3': plain('''announce { ipv4 {
		mup mup-t1st 192.168.0.1/32 rd 100:100 teid 12345 qfi 9 endpoint 10.0.0.1 source 10.0.0.2 next-hop 10.0.0.3 \\
			extended-community [ target:10:10 ];
		mup mup-t2st 10.0.0.1 rd 100:100 teid 12345/32 next-hop 10.0.0.3;
		mup mup-t2st 10.0.0.1 rd 100:100 teid 5/23 next-hop 10.0.0.3;
		mup mup-t2st 10.0.0.1 rd 100:100 teid 0/0 next-hop 10.0.0.3;
	} }''', 'ipv4 mup;'),
    'conf-vpn': plain('static {\n\t\troute 10.0.0.0/8 next-hop 192.0.2.1 rd 65000:1 label 100 extended-community [ 0x0002FDE800000001 ] '
                      'split /9 ;\n\t}'),
    'example-healthcheck': '''process healthcheck {
	run python3 -m exabgp healthcheck --cmd "curl -sf http://127.0.0.1/" --label web;
	encoder text;
}
neighbor 127.0.0.1 { %s api services { processes [ healthcheck ]; } }
''' % IDENTITY,
    'parse-community': plain('static { route 10.0.0.0/24 next-hop 192.0.2.1 extended-community [ target:65000L:1 origin:65001L:2 ]; }',
                             'ipv4 unicast;'),
    'parse-dual-neighbor': plain('static { route 10.0.0.0/24 next-hop 192.0.2.1 community 0xFFFF0001; route 10.0.0.0/24 next-hop '
                                 '192.0.2.2; }') + plain('static { route 10.0.0.0/24 next-hop 192.0.2.1; }', peer='127.0.0.2'),
    'parse-md5': plain('md5-password "a secret"; # not here\n\t#md5-password "other";\n\tmd5-ip 127.0.0.1;\n'),
    'parse-multiple-process': '''process one { run ./run/one.run; encoder text; }
process two { run ./run/two.run; encoder text; }
template { neighbor both { %s api { processes [ one, two ]; } } }
neighbor 127.0.0.1 { inherit both; }
''' % IDENTITY,
    'parse-multisession': plain('static { route 10.0.0.0/24 next-hop 192.0.2.1; route 2001:db8::/32 next-hop 2001:db8::1; route '
                                '10.0.0.0/24 rd 65000:1 label 5 next-hop 192.0.2.1; }', capability='multi-session;',
                                identity=EBGP.replace('65534', '4200000000')),
    'parse-process': '''process flags { run ./run/flags.run; encoder json; }
template { neighbor told { %s api { processes [ flags ]; neighbor-changes; receive { parsed; update; } send { packets; } } } }
neighbor 127.0.0.1 { inherit told; }
''' % IDENTITY,
    'parse-simple-v4': plain('static { }\n\tstatic { route 10.0.0.0/24 next-hop 192.0.2.1; route 10.0.1.0/24 { next-hop 192.0.2.1; } }\n'
                             '\tstatic { route 10.0.2.0/24 next-hop 192.0.2.1; }'),
    'parse-simple-v6': plain('static { }\n\tstatic { route 10.0.0.0/24 next-hop 192.0.2.1; route 2001:db8::/32 { next-hop 2001:db8::1; } }',
                             identity=IDENTITY.replace('127.0.0.1', '::1'), peer='::1'),
    'parse-tcp-ao': plain('tcp-ao { keyid 1; algorithm hmac-sha-1-96; password "a secret"; }'),
    'parse-ttl': plain('outgoing-ttl 1;', identity=EBGP),
}


def shared():
    """{name: path} of the shared cases; the reload case has both files of its pair."""
    found = {}
    for name in sorted(os.listdir(CASES)) if os.path.isdir(CASES) else ():
        path = os.path.join(CASES, name, 'case.conf')
        if name == 'api-reload':
            found['api-reload.1'], found['api-reload.2'] = path, os.path.join(CASES, name, 'case.2.conf')
        elif name != 'conf-watchdog' and os.path.exists(path):
            found[name] = path
    return found


class Catalogue(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.mkdir(os.path.join(self.folder, 'run'))

    def write(self, name, text):
        """The file, with every program it runs beside it."""
        for word in text.split():
            if word.startswith('./run/'):
                path = os.path.join(self.folder, word.rstrip(';'))
                with open(path, 'w', encoding='utf-8') as handle:
                    handle.write('#!/bin/sh\n')
                os.chmod(path, 0o755)
        path = os.path.join(self.folder, name + '.conf')
        with open(path, 'w', encoding='utf-8') as handle:
            handle.write(text)
        return path

    def validate(self, path):
        done = subprocess.run([os.path.join(group.BUILD, 'apid'), '--validate', '-q', '-r', path], capture_output=True, text=True,
                              timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_written_from_their_descriptions(self):
        for name, text in WRITTEN.items():
            with self.subTest(name=name):
                self.validate(self.write(name, text))

    @unittest.skipUnless(shared(), 'no shared cases')
    def test_of_the_shared_cases(self):
        for name, path in shared().items():
            with self.subTest(name=name):
                with open(path, encoding='utf-8') as handle:
                    text = handle.read()
                # Their programs are told by the runner; what is tested here is the language.
                lines = ['run /bin/true;' if line.strip().startswith('run ') else line for line in text.split('\n')]
                self.validate(self.write(name, '\n'.join(lines)))

    @unittest.skipUnless(shared(), 'no shared cases')
    def test_none_is_missing(self):
        self.assertEqual(len(set(shared()) | set(WRITTEN)), COUNT)


if __name__ == '__main__':
    unittest.main()
