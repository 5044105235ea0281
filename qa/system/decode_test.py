#!/usr/bin/env python3
"""Decodes every line of the reference's decode-samples.jsonl with `troupe decode` and compares.

    qa/system/decode_test.py [-v] [NAME-PATTERN...]

JSON lines are compared as JSON, without time, host, pid, ppid and counter; other lines as text; the
exit status too. Records of the text encoder are compared with `decode --text`. What `decode` can not
show (events of a running daemon, OPERATIONAL) is counted as not decoded.

qa/decode-differences.txt lists the records that differ on purpose, each with its reason. A record
that differs and is not listed is a failure, and so is a listed one that no longer differs.
-v shows what is different; with patterns only those records are looked at.
"""

import collections
import fnmatch
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lib import group  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get('SHARED') or os.path.join(ROOT, '..', 'shared')
SAMPLES = os.path.join(SHARED, 'reference', 'decode-samples.jsonl')
DIFFERENCES = os.path.join(ROOT, 'qa', 'decode-differences.txt')
VOLATILE = ('time', 'host', 'pid', 'ppid', 'counter')
TEXT_TYPES = ('update', 'open', 'notification')


def load_differences():
    """{(api, name): reason} of lines `API,API NAME REASON`."""
    listed = {}
    with open(DIFFERENCES, encoding='utf-8') as lines:
        for line in lines:
            if not line.strip() or line.startswith('#'):
                continue
            apis, name, reason = line.split(None, 2)
            for api in apis.split(','):
                if (api, name) in listed:
                    sys.exit('%s: %s %s is listed twice' % (DIFFERENCES, api, name))
                listed[api, name] = reason.strip()
    return listed


def decodable(record):
    if record['name'].startswith('live/') or not record['hex']:
        return False
    if record['args'].get('source') == 'encoder':
        return False
    return record['api'] != 'text' or record['args'].get('type') in TEXT_TYPES


def options(record, folder):
    args = record['args']
    words = []
    if args.get('config_text'):
        path = os.path.join(folder, args['config'])
        if not os.path.exists(path):
            with open(path, 'w', encoding='utf-8') as handle:
                handle.write(args['config_text'])
        words += ['-c', path]
    elif args.get('family'):
        words += ['-f', args['family']]
    for name, option in (('nlri_only', '-n'), ('generic', '-g'), ('command', '-m'), ('path_information_flag', '-i')):
        if args.get(name):
            words.append(option)
    if record['api'] == 'text':
        words.append('--text')
    return words


def decode(record, folder):
    env = {name: value for name, value in os.environ.items() if not name.startswith(('exabgp', 'troupe_'))}
    env['exabgp_api_version'] = '4' if record['api'] == 'v4' else '6'
    env.update(record['args'].get('env') or {})
    done = subprocess.run(
        [os.path.join(group.BUILD, 'apid'), '--decode'] + options(record, folder) + [record['hex']],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, timeout=20, check=False)
    return done.returncode, done.stdout.decode(errors='backslashreplace'), done.stderr.decode()


def comparable(line):
    """The JSON of a line without what changes, or the line."""
    try:
        value = json.loads(line)
    except ValueError:
        return line
    if isinstance(value, dict):
        for name in VOLATILE:
            value.pop(name, None)
    return value


def different(record, folder):
    """What is different, as text; None: nothing."""
    status, out, err = decode(record, folder)
    want, got = record['output'].rstrip('\n').split('\n'), out.rstrip('\n').split('\n')
    if record['api'] == 'text' and record['args'].get('config_text'):
        got = got[:len(want)]  # the sample is of the first neighbor
    if status < 0 or err:
        return 'status %d, on standard error: %s' % (status, err)
    if [comparable(line) for line in want] != [comparable(line) for line in got]:
        return 'want %s\n     got  %s' % ('\n          '.join(want), '\n          '.join(got))
    if status != record.get('exit', status):
        return 'status %d, expected %d' % (status, record['exit'])
    return None


def main():
    verbose = '-v' in sys.argv[1:]
    patterns = [word for word in sys.argv[1:] if word != '-v']
    if not os.path.exists(SAMPLES):
        print('no %s: nothing to compare' % SAMPLES)
        print('0 passed, 0 failed')
        return 0
    listed = load_differences()
    counts = collections.Counter()
    seen, failures = set(), []
    with open(SAMPLES, encoding='utf-8') as lines, tempfile.TemporaryDirectory() as folder:
        for record in map(json.loads, lines):
            key = record['api'], record['name']
            if patterns and not any(fnmatch.fnmatch(record['name'], pattern) for pattern in patterns):
                continue
            if not decodable(record):
                counts['not decoded'] += 1
                continue
            seen.add(key)
            text = different(record, folder)
            counts[('different, listed' if key in listed else 'different') if text
                   else 'listed, but equal' if key in listed else 'equal'] += 1
            if bool(text) != (key in listed):
                failures.append('%s %s: %s' % (*key, text or 'is listed, but equal now'))
            if text and verbose:
                print('%s %s (%s)\n     %s' % (*key, listed.get(key, 'NOT LISTED'), text))
    if not patterns:
        failures += ['%s %s: is listed, but no such sample' % key for key in sorted(set(listed) - seen)]
    if failures and not verbose:
        print('\n'.join(failures))
    print(', '.join('%s: %d' % item for item in sorted(counts.items())))
    print('%d passed, %d failed' % (counts['equal'] + counts['different, listed'], len(failures)))
    return bool(failures)


if __name__ == '__main__':
    sys.exit(main())
