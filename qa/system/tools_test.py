#!/usr/bin/env python3
"""The offline tools as an operator runs them: decode, encode, validate."""

import glob
import json
import os
import stat
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import group  # noqa: E402

ROOT = group.ROOT
CASES = os.path.join(os.environ.get('SHARED') or os.path.join(ROOT, '..', 'shared'), 'conformance', 'cases')
MARKER = 'FF' * 16
UPDATE = MARKER + '002F02000000144001010040020602010000FDE84003040102030418010000'
KEEPALIVE = MARKER + '001304'
NEIGHBOR = '''
neighbor 127.0.0.1 {
	router-id 1.2.3.4; local-address 127.0.0.1; local-as 65000; peer-as %d;
	%s
}
'''


def tool(name, *words, stdin='', api='6'):
    """(status, standard output, standard error)"""
    env = {key: value for key, value in os.environ.items() if not key.startswith(('exabgp', 'troupe_'))}
    env['exabgp_api_version'] = api
    done = subprocess.run([os.path.join(group.BUILD, 'apid'), '--' + name, *words], input=stdin, env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30, check=False)
    return done.returncode, done.stdout, done.stderr


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, text, name='troupe.conf', mode=0o644):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as handle:
            handle.write(text)
        os.chmod(path, mode)
        return path


class Decode(Files):
    def test_update(self):
        status, out, err = tool('decode', UPDATE)
        event = json.loads(out)
        self.assertEqual((status, err), (0, ''))
        self.assertEqual(event['exabgp'], '6.0.0')
        self.assertEqual(event['neighbor']['direction'], 'in')
        self.assertEqual(event['neighbor']['message']['update']['announce'], {'ipv4 unicast': {'1.2.3.4': [{'nlri': '1.0.0.0/24'}]}})
        self.assertEqual(json.loads(tool('decode', UPDATE, api='4')[1])['exabgp'], '4.0.1')

    def test_blanks_colons_case(self):
        text = ':'.join(UPDATE[i:i + 2] for i in range(0, len(UPDATE), 2)).lower().replace('ff:', 'ff ')
        self.assertEqual(tool('decode', text)[0], 0)
        self.assertEqual(tool('decode', UPDATE[:40], UPDATE[40:])[0], 0)
        self.assertEqual(tool('decode', UPDATE[38:])[0], 0)  # a body

    def test_lines(self):
        status, out, err = tool('decode', stdin='%s\n\nzz\n%s\n%s\n' % (UPDATE, KEEPALIVE, UPDATE))
        lines = out.splitlines()
        self.assertEqual((status, err), (1, ''))
        self.assertEqual(lines[1:4], ['invalid hexadecimal: zz', 'unknown type 4', 'invalid payload'])
        self.assertEqual([json.loads(lines[i])['counter'] for i in (0, 4)], [1, 2])
        self.assertEqual(tool('decode', stdin='\n\n'), (0, '', ''))

    def test_errors(self):
        for words, text in (
                (('x' * 60,), 'invalid hexadecimal: ' + 'x' * 50 + '...'),
                (('\x1b[2J',), 'invalid hexadecimal: \\x1b[2J'),
                ((MARKER,), 'invalid payload'),
                ((MARKER + '0017',), 'invalid payload'),
                ((MARKER + '000002',), 'warning: BGP header size (0) does not match data length (19)\ninvalid payload'),
                ((MARKER + '00170200200000',), 'invalid payload'),
                (('-f', 'a b', UPDATE), 'configuration error: Unknown family: a b'),
                (('-f', 'x', UPDATE), 'configuration error: Invalid family format: x'),
                (('-n', '-f', 'ipv4 unicast', '210102030405'), 'invalid payload')):
            self.assertEqual(tool('decode', *words), (1, text + '\n', ''), words)
        self.assertEqual(tool('decode', '--unknown')[0], 2)
        self.assertIn('notification 3/1 UPDATE withdrawn', tool('decode', '-d', MARKER + '00170200200000')[2])

    def test_nlri_and_path_information(self):
        self.assertEqual(tool('decode', '-n', '-f', 'IPv4 UNICAST', '18C0000218C00003')[1],
                         '{ "nlri": "192.0.2.0/24" }\n{ "nlri": "192.0.3.0/24" }\n')
        self.assertEqual(tool('decode', '-n', '-i', '-f', 'ipv4 unicast', '0102030418C00002')[1],
                         '{ "nlri": "192.0.2.0/24", "path-information": "1.2.3.4" }\n')

    def test_command(self):
        self.assertEqual(tool('decode', '-m', UPDATE)[1],
                         'announce route 1.0.0.0/24 next-hop 1.2.3.4 origin igp as-path [65000]\n')

    def test_commands_encode_again(self):
        """What -m prints is accepted by encode and gives the same bytes."""
        for statement in (
                'ipv4 mup mup-t1st 192.0.2.1/32 rd 10.0.0.1:100 teid 12345 qfi 9 endpoint 10.0.0.5 next-hop 10.0.0.2',
                'ipv4 mup mup-t2st 10.0.0.5 rd 10.0.0.1:100 teid 12345/32 next-hop 10.0.0.2',
                'ipv4 mup mup-dsd 10.0.0.5 rd 10.0.0.1:100 next-hop 10.0.0.2',
                'ipv6 mup mup-isd 2001:db8::/32 rd 1:100 next-hop 2001:db8::1',
                'ipv4 mcast-vpn shared-join rp 10.1.1.1 group 232.1.1.1 rd 1:2 source-as 65000 next-hop 10.0.0.2',
                'ipv4 sr-policy distinguisher 1 color 100 endpoint 192.0.2.1 next-hop 10.0.0.2',
                'ipv4 sr-policy distinguisher 1 color 2 endpoint 192.0.2.1 next-hop 10.0.0.2 preference 5',
                'l2vpn evpn mac-ip 00:11:22:33:44:55 ip 10.0.0.1 rd 1:2 label 100 next-hop 10.0.0.2',
                'l2vpn evpn ip-prefix 10.1.0.0/16 rd 1:2 gateway 10.0.0.9 vni 10000 next-hop 10.0.0.2',
                'l2vpn evpn ethernet-segment 10.0.0.1 rd 1:2 esi 00:11:22:33:44:55:66:77:88:99 next-hop 10.0.0.2',
                'l2vpn evpn ethernet-ad rd 1:2 esi 00:11:22:33:44:55:66:77:88:99 label 16 next-hop 10.0.0.2',
                'ipv4 rtc origin-as 65000 route-target target:65000:5 next-hop 10.0.0.2',
                'ipv4 flow destination-ipv4 192.0.2.0/24 protocol [ =tcp =udp ] destination-port >=80&<=90 rate-limit 9600',
                'ipv6 flow-vpn rd 1:2 destination-ipv6 2001:db8::/32/0 discard',
                'vpls rd 1:2 endpoint 5 base 100 offset 1 size 8 next-hop 10.0.0.2',
                'route 10.0.0.0/8 next-hop 1.1.1.1 rd 1:2 label [ 5 6 ] med 7 community [ 1:2 ] as-path [ 1 2 ] ( 3 4 )',
                'ipv6 unicast 2001:db8::/32 next-hop 2001:db8::1 large-community [ 1:2:3 ] aggregator ( 1:1.2.3.4 )',
                'route 10.0.0.0/8 next-hop 1.1.1.1 attribute [ 0x63 0xe0 0x0102 ] cluster-list [ 1.1.1.1 ] originator-id 2.2.2.2'):
            status, first, err = tool('encode', '-f', 'all', statement)
            self.assertEqual((status, err), (0, ''), statement)
            command = tool('decode', '-m', first.strip())[1].strip()
            self.assertTrue(command.startswith('announce '), command)
            self.assertEqual(tool('encode', '-f', 'all', command[len('announce '):]), (0, first, ''), command)

    def test_text(self):
        self.assertEqual(tool('decode', '--text', UPDATE)[1], '''neighbor 127.0.0.1 receive update start
neighbor 127.0.0.1 receive update announced 1.0.0.0/24 next-hop 1.2.3.4 origin igp as-path ( 65000 )
neighbor 127.0.0.1 receive update end
''')

    def test_configuration(self):
        """A line for each neighbor, with its session; programs are not looked for."""
        conf = self.write('process x { run /nonexistent; encoder json; }\n' + NEIGHBOR % (65000, 'family { ipv4 unicast; }') +
                          (NEIGHBOR % (65001, 'capability { asn4 disable; }')).replace('127.0.0.1 {', '127.0.0.2 {'))
        two = MARKER + '002D0200000012400101004002040201FDE84003040102030418010000'
        status, out, err = tool('decode', '-c', conf, two)
        events = [json.loads(line) for line in out.splitlines()]
        self.assertEqual((status, err, len(events)), (0, '', 2))
        self.assertIn('withdraw', events[0]['neighbor']['message']['update'])  # 2-byte AS numbers: malformed
        self.assertEqual(events[1]['neighbor']['asn'], {'local': 65000, 'peer': 65001})
        self.assertEqual(events[1]['neighbor']['message']['update']['attribute']['as-path']['0']['value'], [65000])
        status, out, err = tool('decode', '-c', self.folder + '/none.conf', UPDATE)
        self.assertTrue(status == 1 and out.startswith('configuration error: ') and 'none.conf' in out, out)

    def test_hostile_lines(self):
        """Every truncation and many changes of a message: an answer each, no crash."""
        lines = [UPDATE[:n] for n in range(2, len(UPDATE), 2)]
        lines += [UPDATE[:n] + '%02X' % (int(UPDATE[n:n + 2], 16) ^ bit) + UPDATE[n + 2:]
                  for n in range(36, len(UPDATE), 2) for bit in (1, 0x40, 0x80, 0xff)]
        lines += ['F' * 300000, 'G' * 300000, ':' * 1000, MARKER + 'FFFF02' + '00' * 70000]
        status, out, err = tool('decode', '-f', 'all', stdin='\n'.join(lines) + '\n')
        self.assertEqual((status, err), (1, ''))
        self.assertGreaterEqual(len(out.splitlines()), len(lines))


class Encode(Files):
    def test_samples(self):
        for words, line in (
                (('route 10.0.0.0/24 next-hop 192.0.2.1',), MARKER + '0030020000001540010100400200400304C000020140050400000064180A0000'),
                (('-n', 'route 10.0.0.0/24 next-hop 192.0.2.1'), '180A0000'),
                (('--no-header', 'route 10.0.0.0/24 next-hop 192.0.2.1'), '0000001540010100400200400304C000020140050400000064180A0000'),
                (('-a', '65000', '-z', '65001', 'route', '10.0.0.0/24', 'next-hop', '1.2.3.4'),
                 MARKER + '002F02000000144001010040020602010000FDE840030401020304180A0000'),
                (('-i', '-n', 'route 10.0.0.0/24 next-hop 192.0.2.1 path-information 1.2.3.4'), '01020304180A0000'),
                (('-n', 'route 10.0.0.0/23 split /24 next-hop 192.0.2.1'), '180A0000\n180A0001')):
            self.assertEqual(tool('encode', *words), (0, line + '\n', ''), words)

    def test_errors(self):
        for text, why in (('garbage', 'garbage'), ('announce route 10.0.0.0/24 next-hop 1.1.1.1', 'announce'),
                          ('route 10.0.0.0/24', 'nexthop'), ('route 10.0.0.0/24 next-hop 1.1.1.1 label 5', 'ipv4 nlri-mpls')):
            status, out, err = tool('encode', text)
            self.assertEqual((status, out), (1, 'configuration error: Failed to parse route: %s\n' % text))
            self.assertIn(why, err)
        self.assertEqual(tool('encode', '-f', 'bogus bogus', 'route 10.0.0.0/24 next-hop 1.1.1.1')[:2],
                         (1, 'configuration error: Unknown family: bogus bogus\n'))
        self.assertEqual(tool('encode')[0], 1)

    def test_configuration(self):
        conf = self.write(NEIGHBOR % (65000, 'static { route 10.0.0.0/24 next-hop self; route 10.0.1.0/24 next-hop 1.1.1.1 med 5; }'))
        status, out, err = tool('encode', '-c', conf)
        self.assertEqual((status, err, len(out.splitlines())), (0, '', 2))
        self.assertIn('4003047F000001', out.splitlines()[0])


class Validate(Files):
    def test_good_and_bad(self):
        good = self.write(NEIGHBOR % (65000, 'static { route 10.0.0.0/24 next-hop self; }'))
        self.assertEqual(tool('validate', good), (0, '', ''))
        self.assertEqual(tool('validate', '-v', good)[1], good + ': 1 neighbors, 0 processes, 1 routes\n')
        bad = self.write(NEIGHBOR % (65000, 'hold-tme 5;'), 'bad.conf')
        status, out, err = tool('validate', good, bad)
        self.assertEqual((status, out), (1, ''))
        self.assertRegex(err, r'^%s:4:\d+: .*hold-tme' % bad)
        self.assertEqual(tool('validate', os.path.join(self.folder, 'none'))[0], 1)
        self.assertEqual(tool('validate')[0], 2)

    def test_programs(self):
        conf = 'process x { run %s; encoder json; }\n' + NEIGHBOR % (65000, 'api { processes [ x ]; }')
        self.write('#!/bin/sh\n', 'helper.sh', 0o755)
        self.assertEqual(tool('validate', self.write(conf % './helper.sh')), (0, '', ''))
        self.assertEqual(tool('validate', self.write(conf % 'cat')), (0, '', ''))
        self.write('#!/bin/sh\n', 'plain.sh', 0o644)
        self.write('#!/bin/sh\n', 'setuid.sh', 0o755 | stat.S_ISUID)
        for program, why in (('./none.sh', 'locate'), ('./plain.sh', 'not be able to run'), ('./setuid.sh', 'setuid'),
                             (self.folder, 'directories'), ('/dev/null', 'not be able to run')):
            status, _, err = tool('validate', self.write(conf % program))
            self.assertEqual(status, 1, program)
            self.assertRegex(err, r':1:\d+: .*' + why)
        status, _, err = tool('validate', self.write('process y { run cat; }' + NEIGHBOR % (65000, 'api { processes [ x ]; }')))
        self.assertTrue(status == 1 and '"x"' in err, err)

    def test_print_parses_again(self):
        """print(parse(print(x))) is print(x), for every configuration of the shared cases and ours."""
        paths = glob.glob(os.path.join(CASES, '*', '*.conf')) + glob.glob(os.path.join(ROOT, 'etc', 'examples', '**', '*.conf'), recursive=True)
        count = 0
        for path in sorted(paths):
            with open(path, encoding='utf-8') as handle:
                text = handle.read()
            folder = os.path.join(self.folder, 'p%d' % count)
            for number, line in enumerate(text.splitlines()):
                word = line.split('run', 1)[-1].strip().rstrip(';').split()[:1] if 'run' in line.split() else []
                if word and not word[0].startswith('/'):
                    self.write('#!/bin/sh\n', os.path.join(folder, word[0]), 0o755)
            status, once, err = tool('validate', '-n', '-q', self.write(text, os.path.join(folder, 'a.conf')))
            self.assertEqual(status, 0, path + err)
            status, twice, err = tool('validate', '-n', '-q', self.write(once, os.path.join(folder, 'b.conf')))
            self.assertEqual((status, twice), (0, once), path + err)
            count += 1
        self.assertGreater(count, 0)

    def test_routes(self):
        """-r: what is encoded decodes to the same."""
        conf = self.write(NEIGHBOR % (65000, '''family { all; }
	static { route 10.0.0.0/8 next-hop self community [ 1:2 ] as-path [ 1 2 ]; route 2001:db8::/32 next-hop 2001:db8::1; }
	announce { ipv4 { mup mup-dsd 10.0.0.5 rd 10.0.0.1:100 next-hop 10.0.0.2; } l2vpn { vpls rd 1:2 endpoint 5 base 100 offset 1 size 8 next-hop 1.1.1.1; } }
	flow { route { match { destination 10.0.0.0/24; } then { discard; } } }'''))
        self.assertEqual(tool('validate', '-r', conf), (0, '', ''))
        conf = self.write(NEIGHBOR % (65000, 'static { route 10.0.0.0/8 next-hop 1.1.1.1 attribute [ 0x04 0x80 0x0102 ]; }'))
        status, out, err = tool('validate', '-r', conf)
        self.assertEqual((status, out), (1, ''))
        self.assertIn('10.0.0.0/8', err)


class Migrate(unittest.TestCase):
    """troupe migrate conf and api, and ExaBGP's way to call validate."""

    OLD = 'neighbor 1.2.3.4 {\n\tprocess one;\n\tcapability { route-refresh; }\n}\nprocess one { run /bin/true; }\n'

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, 'conf')
        with open(self.path, 'w', encoding='utf-8') as handle:
            handle.write(self.OLD)

    def test_file_in_place(self):
        status, out, _ = tool('migrate', 'conf', '-f', '3.4', '-t', 'main', self.path)
        self.assertEqual(status, 0)
        self.assertIn('api { processes [ one ]; }', out)
        self.assertEqual(tool('migrate', 'conf', '-f', '3.4', '-t', 'main', '-n', self.path)[1], '')
        self.assertEqual(tool('migrate', 'conf', '-f', '3.4', '-t', 'main', '-i', self.path)[0], 0)
        with open(self.path, encoding='utf-8') as handle:
            self.assertEqual(handle.read(), out)
        backup = glob.glob(self.path + '.*.bak')
        with open(backup[0], encoding='utf-8') as handle:
            self.assertEqual(handle.read(), self.OLD)

    def test_what_can_not_be(self):
        for words in (('conf', '-f', '5', '-t', '4', self.path), ('conf', self.path), ('api', '-f', '3.4', '-t', '4'), ()):
            self.assertEqual(tool('migrate', *words)[0], 2)
        self.assertEqual(tool('migrate', 'conf', '-f', '4', '-t', '5', self.path + '.none')[0], 1)

    def test_bridge(self):
        program = 'echo "announce eor"; read line; echo "ping"; echo "$line" >&2; exit 7'
        status, out, err = tool('migrate', 'api', '-f', '4', '-t', 'main', '-e', '/bin/sh', '-c', program,
                                stdin='{ "sr-capability-flags": 1 }\n')
        self.assertEqual((status, out), (7, 'peer * announce eor\nsession ping\n'))
        self.assertIn('{ "sr_capability_flags": 1 }', err)
        self.assertEqual(tool('migrate', 'api', '-f', '4', '-t', 'main', '--exec', '/no/such/program')[0], 1)

    def test_validate_as_exabgp_has_it(self):
        script = os.path.join(ROOT, 'etc', 'troupe')
        env = dict(os.environ, TROUPE_LIBEXEC=group.BUILD)
        done = subprocess.run([script, 'configuration', 'validate', self.path], env=env, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(self.path + ':2:', done.stderr)


if __name__ == '__main__':
    unittest.main()
