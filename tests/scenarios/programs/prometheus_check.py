# SPDX-License-Identifier: GPL-2.0-only
# prometheus_check.py FILE PID: as long as the process lives reads FILE again and again. It has to be whole each time, and no counter may
# fall.
import os, re, sys

path, pid = sys.argv[1], int(sys.argv[2])
head = re.compile(r"# (HELP|TYPE) (\w+) .+")
label = r'\w+="(?:[^"\\\n]|\\[\\n"])*"'
sample = re.compile(r"(\w+(?:\{" + label + r"(?:," + label + r")*\})?) (\d+)")
before, reads = {}, 0


def check(text):
    typed, now = set(), {}
    if not text.endswith("\n") or "skbtrace_missed_total " not in text.splitlines()[-1]:
        sys.exit(f"cut off: {text!r}")
    for line in text.splitlines():
        m = head.fullmatch(line)
        if m:
            if m[1] == "TYPE":
                typed.add(m[2])
            continue
        m = sample.fullmatch(line)
        if not m or m[1].split("{")[0] not in typed:
            sys.exit(f"not a sample: {line!r}")
        now[m[1]] = int(m[2])
    for key, value in before.items():
        if now.get(key, -1) < value:
            sys.exit(f"{key} fell from {value} to {now.get(key)}")
    return now


def lives():
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


while lives():
    try:
        with open(path) as f:
            before = check(f.read())
        reads += 1
    except FileNotFoundError:
        if reads:
            sys.exit("the file was away for a moment")
print(f"read {reads} times")
if reads < 10:
    sys.exit("too few")
