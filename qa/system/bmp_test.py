#!/usr/bin/env python3
"""BMP as a real parser sees it: one message of each kind, dissected by tshark."""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import group  # noqa: E402

PORT = 11019


def capture(data):
    """A pcap file (raw IP) with data as one TCP stream."""
    out = struct.pack('<IHHIIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101)
    seq = 1
    for at in range(0, len(data), 1400):
        part = data[at:at + 1400]
        tcp = struct.pack('>HHIIBBHHH', 40000, PORT, seq, 1, 0x50, 0x18, 1024, 0, 0) + part
        packet = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, bytes((127, 77, 12, 1)),
                             bytes((127, 77, 12, 2))) + tcp
        out += struct.pack('<IIII', 1700000000, at, len(packet), len(packet)) + packet
        seq += len(part)
    return out


def split(data):
    """[(type, message)]"""
    found = []
    while data:
        version, length, kind = struct.unpack('>BIB', data[:6])
        assert version == 3 and 6 <= length <= len(data), (version, length, len(data))
        found.append((kind, data[:length]))
        data = data[length:]
    return found


def values(tree, name):
    """All values of a field, in their order, anywhere in the tree."""
    found = []
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key == name:
                found.extend(value if isinstance(value, list) else [value])
            else:
                found.extend(values(value, name))
    elif isinstance(tree, list):
        for value in tree:
            found.extend(values(value, name))
    return found


class Bmp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.data = subprocess.run([os.path.join(group.BUILD, 'tools', 'bmpsample')], stdout=subprocess.PIPE, check=True,
                                  timeout=30).stdout

    def test_messages(self):
        self.assertEqual([kind for kind, _ in split(self.data)], [4, 3, 0, 0, 0, 0, 6, 6, 1, 2, 2, 2, 2, 5])

    @unittest.skipUnless(shutil.which('tshark'), 'tshark is not installed')
    def test_dissector(self):
        trees = []
        for _, message in split(self.data):
            with tempfile.NamedTemporaryFile(suffix='.pcap') as file:
                file.write(capture(message))
                file.flush()
                done = subprocess.run(['tshark', '-n', '-r', file.name, '-d', 'tcp.port==%d,bmp' % PORT, '-T', 'json',
                                       '--no-duplicate-keys'], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
                                      timeout=60)
            layers = json.loads(done.stdout)[0]['_source']['layers']
            self.assertIn('bmp', layers, message.hex())
            self.assertNotIn('malformed', json.dumps(layers).lower(), message.hex())
            trees.append(layers)
        self.assertEqual([values(tree, 'bmp.type') for tree in trees],
                         [[str(kind)] for kind in (4, 3, 0, 0, 0, 0, 6, 6, 1, 2, 2, 2, 2, 5)])
        self.assertEqual(values(trees[0], 'bmp.init.info'), ['Troupe', 'sample', 'a sample of everything'])
        up = trees[1]
        self.assertEqual(values(up, 'bmp.peer.asn'), ['65001'])
        self.assertEqual(values(up, 'bmp.peer.id'), ['9.9.9.9'])
        self.assertEqual(values(up, 'bgp.open.myas'), ['65000', '65001'])
        self.assertEqual(values(up, 'bgp.open.identifier'), ['1.2.3.4', '9.9.9.9'])
        for tree, flags in zip(trees[2:6], ('0x00', '0x40', '0x10', '0x50')):
            self.assertEqual(values(tree, 'bmp.peer.flags'), [flags])
            self.assertEqual(values(tree, 'bgp.nlri_prefix'), ['192.0.2.0'])
        self.assertEqual(values(trees[8], 'bmp.stats.type'), ['0', '7', '9', '14', '17'])
        self.assertEqual([values(tree, 'bmp.peer.down.reason') for tree in trees[9:13]], [['1'], ['2'], ['3'], ['4']])
        self.assertEqual(values(trees[9], 'bgp.notify.minor_error_cease'), ['2'])


if __name__ == '__main__':
    unittest.main()
