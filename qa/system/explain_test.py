#!/usr/bin/env python3
"""`explain`: why a route is, or is not, at a peer; `doctor`: what is wrong with the service."""

import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lifetime_test  # noqa: E402

lifetime_test.PORTS = iter(range(35100, 35170))
Pair, HOP = lifetime_test.Pair, lifetime_test.HOP


class Explain(unittest.TestCase):

    def explain(self, pair, words):
        answer, lines = pair.helper.ask('explain ' + words)
        self.assertEqual(answer, 'done')
        return '\n'.join(lines)

    def test_the_way_of_a_route(self):
        with Pair() as pair:
            self.assertEqual(self.explain(pair, '10.0.0.0/24'), '127.77.15.2: not announced')
            pair.ask('announce route 10.0.0.0/24 next-hop 1.2.3.4 ttl 60')
            self.assertRegex(self.explain(pair, '10.0.0.0/24 peer 127.77.15.2'),
                             r'^127.77.15.2: held: peer down \([A-Z]+\), announced by process helper, withdrawn in (59|60) s$')
            with pair.up(capabilities=[(1, b'\0\1\0\1'), (65, b'\0\0\xfd\xea')]) as session:
                session.wait_routes(['10.0.0.0/24'])
                session.wait_for(lambda _: 'sent at 20' in self.explain(pair, 'route 10.0.0.0/24'), what='sent')
                pair.ask('announce route 2001:db8::/32 next-hop 2001:db8::1')
                self.assertIn('held: the family is not negotiated', self.explain(pair, '2001:db8::/32'))
                row = json.loads(self.explain(pair, '10.0.0.0/24 json'))[0]
                self.assertEqual((row['peer'], row['verdict'], row['owner']), ('127.77.15.2', 'sent', 'process helper'))
                self.assertIn('the neighbor\'s configuration does not have the family',
                              self.explain(pair, 'route 10.0.0.0/24 rd 1:1 label 5 next-hop 1.2.3.4'))
                pair.ask('withdraw route 10.0.0.0/24')
                session.wait_for(lambda _: self.explain(pair, '10.0.0.0/24') == '127.77.15.2: not announced', what='gone')

    def test_errors(self):
        with Pair() as pair:
            for words in ('', 'peer *', '10.0.0.1/24', 'nonsense', '10.0.0.0/24 peer', '10.0.0.0/24 peer 9.9.9.9', 'route'):
                answer, lines = pair.helper.ask('explain ' + words)
                self.assertEqual((answer, lines[0][:7]), ('error', 'error: '), words)


class Doctor(unittest.TestCase):

    def test_peer_down_and_up(self):
        with Pair() as pair:
            code, out, err = pair.group.ctl('doctor')
            out += err
            self.assertEqual(code, 1, out)
            self.assertRegex(out, r'(?m)^FAIL  peer +127.77.15.2 is down \(')
            self.assertRegex(out, r'(?m)^ok    process +helper runs as process \d+$')
            with pair.up():
                self.assertRegex(pair.group.ctl('doctor')[1], r'(?m)^ok    peer +127.77.15.2 is up$')
                self.assertEqual(json.loads(pair.helper.ask('doctor json')[1][0])[-1],
                                 {'result': 'ok', 'check': 'peer', 'text': '127.77.15.2 is up'})


if __name__ == '__main__':
    unittest.main()
