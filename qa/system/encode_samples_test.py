#!/usr/bin/env python3
"""The UPDATEs of commands against those recorded from the reference (qa/encode-samples)."""

import os
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get('SHARED', os.path.join(ROOT, '../shared'))
SAMPLES = os.path.join(SHARED, 'reference/encode-samples.jsonl')
TOOL = os.path.join(ROOT, os.environ.get('B', 'build'), 'tools/encodecheck')


class EncodeSamples(unittest.TestCase):
    @unittest.skipUnless(os.path.exists(SAMPLES), 'no ' + SAMPLES)
    def test_same_bytes(self):
        run = subprocess.run([sys.executable, os.path.join(ROOT, 'qa/encode-samples'), SAMPLES, '--tool', TOOL],
                             capture_output=True, text=True, timeout=120)
        self.assertEqual(run.returncode, 0, run.stdout[-4000:] + run.stderr)


if __name__ == '__main__':
    unittest.main()
