"""Is this the profile of three recorded steps of 5, 5 and 5 samples, each sent to 2 of 5 experts?

usage: check_device_profile.py PROFILE_JSON RANKS
"""
import json
import sys

from checks import status_of


def main(path, ranks):
    with open(path) as file:
        profile = json.load(file)
    checks = []

    def check(what, fine):
        checks.append((what, fine))

    check("steps", profile["steps"]["first"] == 5 and profile["steps"]["recorded"] == 3)
    check("timed steps", profile["steps"]["timed"] == 3)
    check("devices", [("cuda" in rank["device"]) for rank in profile["ranks"]] == [True] * ranks)

    zones = {(zone["zone"], zone["pass"]): zone for zone in profile["zones"]}
    both = ["backbone", "router", "experts", "loss"]
    expected = [(zone, way) for zone in both for way in ("forward", "backward")]
    expected += [("augment", "forward"), ("pack", "forward"), ("unpack", "forward"),
                 ("optimizer", "forward"), ("gradient sync", "backward"), ("plan", "forward")]
    for zone in expected:
        check(f"zone {zone}", zone in zones and zones[zone]["over_ranks"]["mean"] > 0)
    for name, zone in zones.items():
        check(f"time in {name}", all(rank["mean"] >= 0 for rank in zone["per_rank"]))
    for rank, step in enumerate(profile["step"]["per_rank"]):
        total = sum(zone["per_rank"][rank]["mean"] for zone in profile["zones"])
        check(f"zones of rank {rank} add up", abs(total / step["mean"] - 1) < 0.02)

    check("rows", [sum(layer["rows"]) for layer in profile["experts"]] == [3 * 5 * 2])
    check("incomplete calls", profile["communication"]["incomplete"] == 0)
    calls = {}
    for call in profile["collectives"]:
        calls[call["operation"]] = calls.get(call["operation"], 0) + call["calls_per_step"]
        check(f"times of {call['operation']}", call["transferring_per_call"] >= 0 and
              all(rank is None or rank["waiting"] >= 0 for rank in call["per_rank"]))
    if ranks == 1:
        check("no collectives", not calls)
    else:
        check("all-reduces", calls.get("all_reduce", 0) > 0)
        # Two parts, there and back, forward and backward.
        check("all-to-alls", calls.get("all_to_all_rows", 0) >= 8)
        matrix = profile["traffic"]["matrix"]
        check("traffic", all(sent > 0 for row in matrix for sent in row))
    return status_of(checks)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
