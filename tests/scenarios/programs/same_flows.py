# SPDX-License-Identifier: GPL-2.0-only
"""same_flows.py DIR "BACKENDS" "DEVICES" EXPRESSION...: compares the flows of flows.py that skbtrace and tcpdump saw.

DIR/I.BACKEND has the JSON lines of skbtrace for the I-th expression, DIR/DEVICE.I what tcpdump printed, if it was asked. A flow
is told by source address and port. skbtrace must have seen each both where the device's driver is called and where tcpdump is.
"""
import collections
import json
import os
import re
import sys

FUNCTIONS = ("dev_hard_start_xmit", "tpacket_rcv")
ADDRESS = re.compile(r"IP6? (\S+)\.(\d+) > ")

directory, backends, devices, expressions = sys.argv[1], sys.argv[2].split(), sys.argv[3].split(), sys.argv[4:]
compared = matching = failed = 0


def ours(port):
    return port is not None and 20000 <= port < 24000


def seen_by_tcpdump(device, i):
    with open(f"{directory}/{device}.{i}") as lines:
        found = (ADDRESS.search(line) for line in lines)
        return {(m[1], int(m[2])) for m in found if m and ours(int(m[2]))}


def seen_by_skbtrace(i, backend):
    flows = collections.defaultdict(set)
    summary = {}
    with open(f"{directory}/{i}.{backend}") as lines:
        for event in map(json.loads, lines):
            if event["type"] == "path" and ours(event["sport"]):
                flows[event["ifname"], event["func"]].add((event["src"], event["sport"]))
            elif event["type"] == "summary":
                summary = event
    if summary.get("backend") != backend or summary["lost"] or summary["skipped"]:
        complain(f"{backend}, '{expressions[i]}': summary {summary}")
    return flows


def complain(what):
    global failed
    failed += 1
    print(what)


def names(flows):
    return " ".join(f"{address}.{port}" for address, port in sorted(flows)[:6]) or "none"


for i, expression in enumerate(expressions):
    theirs = {d: seen_by_tcpdump(d, i) for d in devices if os.path.exists(f"{directory}/{d}.{i}")}
    for backend in backends:
        flows = seen_by_skbtrace(i, backend)
        for device, wanted in theirs.items():
            for function in FUNCTIONS:
                got = flows[device, function]
                compared += 1
                matching += bool(wanted)
                if got != wanted:
                    complain(f"{device}, {backend}, {function}, '{expression}': skbtrace only: {names(got - wanted)};"
                             f" tcpdump only: {names(wanted - got)}; both: {len(got & wanted)}")

for device in devices:
    if not any(seen_by_tcpdump(device, i) for i in range(len(expressions)) if os.path.exists(f"{directory}/{device}.{i}")):
        complain(f"{device}: tcpdump saw nothing")
print(f"{compared} comparisons, {matching} of them with packets, {failed} complaints")
sys.exit(failed > 0 or matching * 2 < compared)
