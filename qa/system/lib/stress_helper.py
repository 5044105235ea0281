"""A helper of stress_test.py: KIND INDEX SECONDS MEGABYTES FOLDER. Sends commands of its kind, checks every
answer against the command it belongs to, and writes what it did to FOLDER/INDEX.json: the routes that must be
left, the commands sent, the answers seen and the first wrong one. Its prefixes are 10.INDEX.0.0/16."""

import json
import os
import random
import sys
import threading
import time

KIND, INDEX, SECONDS, MEGABYTES, FOLDER = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
INVALID = (b'announce route 10.0.0.1/24 next-hop 1.2.3.4', b'foo bar', b'\xff\xfe\xfd', b'announce route', b'announce', b'{}',
           b'neighbor 9.9.9.9 announce route 10.0.0.0/8 next-hop 1.2.3.4', b'announce route 10.0.0.0/8', b'announce flow route {',
           b'withdraw route 1.2.3.4/33', b'announce route 10.0.0.0/8 next-hop 1.2.3.4 med -1', b'teardown', b'show nothing',
           b'announce route 10.0.0.0/8 next-hop 1.2.3.4 ttl 0', b'sync-end', b'\0\0\0', b'announce vpls', b'x' * 70000)
RANDOM = random.Random(INDEX)


class Account:
    """Commands sent and not yet answered, and what was answered."""

    def __init__(self):
        self.expected, self.answered, self.sent, self.wrong = [], 0, 0, None
        self.lock = threading.Lock()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in sys.stdin.buffer:
            line = line.rstrip(b'\n')
            if line in (b'done', b'error') or line.startswith(b'@'):
                self.answer(line)

    def answer(self, line):
        with self.lock:
            want = self.expected[self.answered] if self.answered < len(self.expected) else b'nothing'
            if self.wrong is None and (line.startswith(want) if want.startswith(b'@') else line == want) is False:
                self.wrong = 'answer %d: %r instead of %r' % (self.answered, line[:200], want)
            self.answered += 1

    def send(self, commands):
        """commands: (line, expected answer); written in one go."""
        with self.lock:
            self.expected += [answer for _, answer in commands]
            self.sent += len(commands)
        put(b''.join(line + b'\n' for line, _ in commands))

    def settle(self, seconds):
        end = time.monotonic() + seconds
        while self.answered < self.sent and time.monotonic() < end:
            time.sleep(0.02)


def put(data):
    while data:
        data = data[os.write(1, data):]


def prefix(number):
    return '10.%d.%d.0/24' % (INDEX, number)


def route(model):
    """One valid command and its effect on the model."""
    name, med = prefix(RANDOM.randrange(200)), RANDOM.randrange(1, 5)
    kind = RANDOM.randrange(10)
    if kind < 3:
        model.pop(name, None)
        return b'withdraw route ' + name.encode(), b'done'
    model[name] = med
    line = ('announce route %s next-hop 1.2.3.4 med %d' % (name, med)).encode()
    if kind == 3:
        return b'@%d ' % med + line, b'@%d accepted' % med
    if kind == 4:
        return line + b' sync', b'done'
    if kind == 5:
        return ('announce ipv4 unicast %s next-hop 1.2.3.4 med %d' % (name, med)).encode(), b'done'
    return line, b'done'


def command(model, invalid):
    if RANDOM.random() < invalid:
        return RANDOM.choice(INVALID), b'error'
    if RANDOM.random() < 0.05:
        return RANDOM.choice((b'version', b'help', b'show neighbor summary', b'# nothing', b'show adj-rib out')), b'done'
    return route(model)


def aba(model):
    """A, B, A in one write: A is left."""
    name = prefix(250)
    model[name] = 1
    return [(('announce route %s next-hop 1.2.3.4 med %d' % (name, med)).encode(), b'done') for med in (1, 2, 1)]


def report(model, account):
    result = {'kind': KIND, 'routes': model, 'sent': account.sent, 'answered': account.answered, 'wrong': account.wrong}
    path = os.path.join(FOLDER, '%d.json' % INDEX)
    with open(path + '.tmp', 'w', encoding='utf-8') as handle:
        json.dump(result, handle)
    os.rename(path + '.tmp', path)
    while True:
        time.sleep(1)


def talk(invalid):
    account, model, end = Account(), {}, time.monotonic() + SECONDS
    while time.monotonic() < end:
        account.send([command(model, invalid) for _ in range(RANDOM.randrange(1, 12))] + aba(model))
        time.sleep(RANDOM.random() * 0.8)
        if RANDOM.random() < 0.02:
            account.settle(5)
    account.settle(60)
    report(model, account)


def mute():
    """Announces, asks for more than any pipe holds, and never reads."""
    for number in range(100):
        put(b'announce route %s next-hop 1.2.3.4 med 3\n' % prefix(number).encode())
    while True:
        put(b'help\n' * 50)


def dying():
    """Has on-exit withdraw: nothing of it is left in the end."""
    for number in range(50):
        put(b'announce route %s next-hop 1.2.3.4 med 4\n' % prefix(number).encode())
    if RANDOM.randrange(2):
        put(b'announce route 10.%d.99.0/24 next-ho' % INDEX)
    time.sleep(random.random() * min(SECONDS / 4, 5))
    os.kill(os.getpid(), random.choice((9, 11, 15)))


def forking():
    account, model = Account(), {prefix(1): 1}
    account.send([(b'announce route %s next-hop 1.2.3.4 med 1' % prefix(1).encode(), b'done')])
    for number in range(6):
        if os.fork() == 0:
            if number % 2:
                os.setsid()
            if os.fork() == 0:
                for fd in range(3):
                    os.close(fd)
                time.sleep(3600)
            os._exit(0)
    time.sleep(SECONDS)
    account.settle(60)
    report(model, account)


def flood():
    account, left = Account(), MEGABYTES * 1000000
    while left > 0:
        lines = [(bytes(RANDOM.choices(b'abcdefghij \x80\t{};', k=RANDOM.randrange(1, 2000))), b'error') for _ in range(20)]
        lines = [(b'z' + line, answer) for line, answer in lines] * 5
        account.send(lines)
        left -= sum(len(line) + 1 for line, _ in lines)
    account.settle(120)
    report({}, account)


{'good': lambda: talk(0), 'mixed': lambda: talk(0.5), 'mute': mute, 'dying': dying, 'forking': forking, 'flood': flood}[KIND]()
