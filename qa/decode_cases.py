#!/usr/bin/env python3
"""Decodes the messages of the conformance cases with updatedump and compares the JSON.

    qa/decode_cases.py UPDATEDUMP CONFORMANCE

Compares structures: decoding/*.json (messages without a configuration) and the `json` file beside
each case, as far as they hold UPDATEs. Exit status 1 when anything differs.
"""
import glob
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import decode_samples


def families(text):
    words = text.split()
    return ",".join(decode_samples.family_numbers(" ".join(words[i : i + 2]))
                    for i in range(0, len(words), 2))


def decode(tool, message, options=()):
    done = subprocess.run([tool, *options], input=message.replace(":", "") + "\n",
                          capture_output=True, text=True, check=True)
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError:
        return done.stdout


def decoding_cases(tool, folder):
    for path in sorted(glob.glob(os.path.join(folder, "decoding", "*.json"))):
        with open(path, encoding="utf-8") as file:
            case = json.load(file)
        expected = case.get("expected", {})
        message = expected.get("message") or expected.get("neighbor", {}).get("message")
        if case.get("kind") != "update" or message is None:
            continue
        options = ["-x", "-4"]
        if not case["hex"].upper().startswith("FF" * 16):
            options.append("-b")
        if case.get("family") and case["family"] != "all":
            options += ["-f", families(case["family"])]
        yield path, message, decode(tool, case["hex"], options)


def case_options(conf):
    """As far as the configuration of a case changes what a message means."""
    options = ["-x", "-g"]
    if "add-path" in conf:
        options += ["-p", "1/1,2/1,1/4,2/4,1/128,2/128"]
    if "asn4 disable" in conf or "asn4 false" in conf:
        options.append("-2")
    return options


def case_messages(tool, folder):
    for path in sorted(glob.glob(os.path.join(folder, "cases", "*", "json"))):
        with open(path, encoding="utf-8") as file:
            rows = json.load(file)
        for row in rows:
            with open(os.path.join(os.path.dirname(path), row["conf"]), encoding="utf-8") as file:
                options = case_options(file.read())
            for version, more in (("v6", []), ("v4", ["-4"])):
                message = row.get(version, {}).get("neighbor", {}).get("message")
                if message is not None:
                    name = f"{path} {row['hex'][38:]} ({version})"
                    yield name, message, decode(tool, row["hex"], options + more)


def main():
    tool, folder = sys.argv[1], sys.argv[2]
    same = differ = 0
    for path, want, got in [*decoding_cases(tool, folder), *case_messages(tool, folder)]:
        if want == got:
            same += 1
            continue
        differ += 1
        print(f"--- {path}\n  want {json.dumps(want)}\n  got  {json.dumps(got)}")
    print(f"{same} same, {differ} differ")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
