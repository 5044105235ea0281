#!/usr/bin/env python3
"""Replays the UPDATE records of decode-samples.jsonl through updatedump and compares the text.

    qa/decode_samples.py UPDATEDUMP SAMPLES [name-prefix …]

Compares the `update` object (v4, v6) byte for byte, the text lines, and the NOTIFICATION of
refused messages. DEVIATIONS are records in which the reference shows a defect we do not copy.
Exit status 1 when anything else differs.
"""
import json
import subprocess
import sys

FAMILIES = {
    "ipv4": 1, "ipv6": 2, "l2vpn": 25, "bgp-ls": 16388, "unicast": 1, "multicast": 2,
    "nlri-mpls": 4, "mcast-vpn": 5, "vpls": 65, "evpn": 70, "bgp-ls-vpn": 72, "sr-policy": 73,
    "mup": 85, "mpls-vpn": 128, "rtc": 132, "flow": 133, "flow-vpn": 134,
}

# name prefix -> why the output differs on purpose
DEVIATIONS = {
    "attribute/origin-invalid-value": "treat-as-withdraw (RFC 7606)",
    "attribute/origin-bad-length": "treat-as-withdraw (RFC 7606)",
    "attribute/origin-bad-flags": "treat-as-withdraw (RFC 7606)",
    "attribute/origin-zero-length": "treat-as-withdraw (RFC 7606)",
    "attribute/aspath-bad-type": "treat-as-withdraw (RFC 7606)",
    "attribute/aspath-truncated": "treat-as-withdraw (RFC 7606)",
    "attribute/aspath-2byte-on-asn4-session": "treat-as-withdraw (RFC 7606)",
    "attribute/nexthop-bad-length": "treat-as-withdraw (RFC 7606)",
    "attribute/med-bad-length": "treat-as-withdraw (RFC 7606)",
    "attribute/med-bad-flags": "treat-as-withdraw (RFC 7606)",
    "attribute/local-preference-bad-length": "treat-as-withdraw (RFC 7606)",
    "attribute/community-empty": "treat-as-withdraw (RFC 7606)",
    "attribute/community-bad-length": "treat-as-withdraw (RFC 7606)",
    "attribute/extended-community/ec-bad-length": "treat-as-withdraw (RFC 7606)",
    "attribute/extended-community-ipv6/bad-length": "treat-as-withdraw (RFC 7606)",
    "attribute/originator-id-bad-length": "treat-as-withdraw (RFC 7606)",
    "attribute/cluster-list-bad-length": "treat-as-withdraw (RFC 7606)",
    "attribute/large-community-bad-length": "treat-as-withdraw (RFC 7606)",
    "attribute/pmsi-too-short": "treat-as-withdraw (RFC 6514)",
    "attribute/truncated-header": "treat-as-withdraw (RFC 7606 4)",
    "attribute/truncated-length": "treat-as-withdraw (RFC 7606 4)",
    "attribute/length-beyond": "treat-as-withdraw (RFC 7606 4)",
    "attribute/nexthop-zero-length": "treat-as-withdraw (RFC 7606)",
    "attribute/as4path-with-aspath": "D7: merged",
    "attribute/as4path-shorter": "D7: merged",
    "conf-as2/aspath-as4path-large": "D7: merged",
    "conf-as2/aspath-set-as4path": "merged as RFC 6793 4.2.3 says",
    "conf-as2/aggregator-6-trans-as4-aggregator": "D9: printed once",
    "attribute/aggregator-and-as4-aggregator": "D9: printed once",
    "attribute/extended-community/traffic-rate-inf": "D13",
    "attribute/extended-community/traffic-rate-nan": "D13",
    "generic/as4path-alone": "decode -g is not the tool's",
    "prefix-sid/srv6-l3-unknown-subsub": "D22: wrapped in a member",
    "prefix-sid/srv6-both-structure-and-unknown": "D22: wrapped in a member",
    "prefix-sid/truncated": "attribute discard (RFC 8669)",
    "prefix-sid/bad-label-index-length": "attribute discard (RFC 8669)",
    "prefix-sid/bad-srgb": "attribute discard (RFC 8669)",
    "tunnel-encap/binding-sid-ipv6-18": "D23",
    "tunnel-encap/unknown-subtlv": "D24 (text)",
    "tunnel-encap/unknown-subtlv-200": "D24 (text)",
    "tunnel-encap/enlp-14": "D24 (text)",
    "tunnel-encap/truncated-subtlv": "treat-as-withdraw (RFC 9012)",
    "tunnel-encap/empty": "treat-as-withdraw (RFC 7606)",
    "bgp-ls-attribute/1038-srv6-capabilities": "D19: the O flag is 0x4000",
    "bgp-ls-attribute/1038-srv6-capabilities-o": "D19: the O flag is 0x4000",
    "bgp-ls-attribute/1089-max-bw-inf": "D13: null",
    "bgp-ls-attribute/1089-max-bw-nan": "D13: null",
    "bgp-ls-attribute/1093-protection": "D26: RFC 5307 order",
    "bgp-ls-attribute/1100-lan-adj-sid-label": "D20: weight, system-id and SID added",
    "bgp-ls-attribute/1100-lan-adj-sid-two": "D20: weight, system-id and SID added",
    "bgp-ls-attribute/1108-lan-endx-ospf": "D21: SID after the neighbor",
    "flow/ipv4-default-families": "D28: accepted",
    "flow/ipv4-length-256-extended": "D11: accepted",
    "vpls/two": "D18: accepted",
    "eor/": "D5: an EOR is shown as one",
    "mpls-vpn/ipv6-two-nexthops-40": "48 bytes accepted (RFC 4659)",
    "update/header-length-too-small": "text was rendered without the header",
    "malformed/short-body": "refused by the header check, not here",
}


def family_numbers(text):
    afi, safi = text.split()
    return f"{FAMILIES[afi]}/{71 if (afi, safi) == ('bgp-ls', 'bgp-ls') else FAMILIES[safi]}"


def tool_options(record):
    args, options = record["args"], []
    family = args.get("family")
    config = args.get("config_text") or ""
    if record["api"] == "text":
        options.append("-t")
    if record["api"] == "v4":
        options.append("-4")
    if config:
        families = [f.strip() for f in config.split("family {")[1].split("}")[0].split(";")]
        names = [family_numbers(f) for f in families if f]
        options += ["-f", ",".join(names)]
        if "add-path send/receive" in config:
            options += ["-p", ",".join(names)]
        if "asn4 disable" in config:
            options += ["-2", "-e"]
        if "aigp enable" in config:
            options.append("-g")
    elif family in ("all", "all families"):
        options.append("-x")
    elif family and family not in ("all", "all families"):
        words = family.split()
        names = [family_numbers(" ".join(words[i : i + 2])) for i in range(0, len(words), 2)]
        options += ["-f", ",".join(names)]
        if args.get("addpath"):
            options += ["-p", ",".join(names)]
    if "compact" in json.dumps(args.get("env") or ""):
        options.append("-c")
    return options


def expected(record):
    """What updatedump should print, or None when the record says nothing about it."""
    out = record["output"]
    if record["api"] == "text":
        lines = [line for line in out.split("\n") if line]
        if len(lines) < 2 or not lines[0].endswith("update start"):
            return None
        return "\n".join(line.split(" receive ", 1)[1] for line in lines[1:-1])
    at = out.find('"message": { ')
    if at >= 0 and '"type": "update"' in out:
        rest = out[at + len('"message": '):]
        depth = 0
        quoted = escaped = False
        for i, c in enumerate(rest):
            if escaped:
                escaped = False
            elif quoted:
                escaped = c == "\\"
                quoted = c != '"'
            elif c == '"':
                quoted = True
            elif c in "{}":
                depth += 1 if c == "{" else -1
                if depth == 0:
                    return rest[: i + 1]
        return None
    notify = record.get("notify")
    if notify and notify[0] != "internal-error":
        return json.dumps({"notify": notify})
    return None


def matches(want, got):
    if want == got:
        return True
    if want.startswith('{"notify"') and got.startswith('{"notify"'):
        return json.loads(want) == json.loads(got)
    return False


def is_deviation(name):
    return any(name == prefix or (prefix.endswith("/") and name.startswith(prefix))
               for prefix in DEVIATIONS)


def main():
    tool, samples, prefixes = sys.argv[1], sys.argv[2], tuple(sys.argv[3:])
    processes, same, differ, skipped, deviating = {}, 0, [], 0, 0
    with open(samples, encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    for record in records:
        name = record["name"]
        if record["args"].get("type") not in ("update", None) or not record.get("hex"):
            continue
        if name.startswith(("live/", "command/", "nlri-only/", "generic/as4")):
            continue
        if prefixes and not name.startswith(prefixes):
            continue
        want = expected(record)
        message = record["hex"].replace(":", "")
        if want is None or " " in message or len(message) < 46 or message[36:38] != "02":
            skipped += 1
            continue
        if is_deviation(name):
            deviating += 1
            continue
        options = tuple(tool_options(record))
        if options not in processes:
            processes[options] = subprocess.Popen(
                [tool, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        process = processes[options]
        process.stdin.write(message + "\n")
        process.stdin.flush()
        got = process.stdout.readline().rstrip("\n")
        if record["api"] == "text" and not got.startswith("{"):
            while got and (line := process.stdout.readline().rstrip("\n")):
                got += "\n" + line
        if matches(want, got):
            same += 1
        else:
            differ.append((name, record["api"], options, want, got))
    for process in processes.values():
        process.stdin.close()
        process.wait()
    for name, api, options, want, got in differ:
        print(f"--- {name} ({api}) {' '.join(options)}\n  want {want}\n  got  {got}")
    print(f"{same} same, {len(differ)} differ, {deviating} deviate on purpose, {skipped} skipped")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
