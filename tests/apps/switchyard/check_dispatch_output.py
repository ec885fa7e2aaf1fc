"""Whether the JSON of `bench dispatch` with all workloads, passes and two overlap degrees adds up.

usage: check_dispatch_output.py FILE RANKS
"""

import json
import math
import sys

from checks import status_of

with open(sys.argv[1]) as file:
    results = json.load(file)
ranks = int(sys.argv[2])
checks = []


def expect(true, what):
    checks.append((what, true))


cases = results["cases"]
expect(results["benchmark"] == "dispatch" and results["ranks"] == ranks, "what was measured")
expect(len(cases) == 9 * 2 * 2, f"{len(cases)} cases")
for case in cases:
    name = " ".join(str(case[key]) for key in ("workload", "passes", "overlap_degree"))
    own = case["ranks"]
    median = case["host"]["median_ms"]
    expect(len(case["host"]["times_ms"]) == 2, f"{name}: repetitions")
    expect(len(own) == ranks, f"{name}: ranks")
    expect(sum(rank["tokens"] for rank in own) == case["tokens"], f"{name}: tokens")
    rows = [rank["rows_per_pass"] for rank in own]
    expect(sum(rows) == case["tokens"] * case["k"], f"{name}: rows")
    sent = sum(rank["sent_bytes_per_pass"] for rank in own)
    expect(math.isclose(sent, case["sent_bytes_per_pass"]), f"{name}: bytes")
    expect((sent > 0) == (ranks > 1), f"{name}: {sent} bytes are sent")
    expect(math.isclose(case["tokens_per_second"], 1e3 * case["tokens"] / median), f"{name}: rate")
    expect(all(0 <= error < 1e-5 for error in case["difference"].values()), f"{name}: check")
    expect(case["recorded_ms"] > 0, f"{name}: recorded passes")
    for zone in case["zones"]:
        expect(len(zone["median_ms"]) == ranks, f"{name}: {zone['zone']} of each rank")
    for rank in own:
        expect(rank["waiting_ms"] <= rank["exposed_ms"] <= rank["communication_ms"] + 1e-9,
               f"{name}: communication of rank {rank['rank']}")
    zones = {(zone["zone"], zone["pass"]) for zone in case["zones"]}
    wanted = {("router", "forward"), ("plan", "forward"), ("experts", "forward")}
    if case["passes"] == "both":
        wanted |= {("router", "backward"), ("experts", "backward")}
    if ranks > 1:
        wanted |= {("dispatch", "forward"), ("combine", "forward")}
    expect(wanted <= zones, f"{name}: zones {wanted - zones} are missing")
    if case["workload"] == "zero_rank" and ranks > 1:
        expect(min(rank["tokens"] for rank in own) == 0, f"{name}: no rank has no tokens")
sys.exit(status_of(checks))
