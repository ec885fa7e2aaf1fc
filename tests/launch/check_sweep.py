"""check_sweep.py RESULTS: the figures of a sweep over tests/launch/made_up_switchyard, worked out
by hand: strong T = 100, 60, 55 ms on 1, 2, 4 ranks; weak T = 100, 110, 130 ms."""

import json
import sys

EXPECTED = {
    "strong": [(128, 0.100, 1.0, None, 0.0), (128, 0.060, 100 / 120, 0.2, 0.01),
               (128, 0.055, 100 / 220, 0.4, 0.03)],
    "weak": [(128, 0.100, 1.0, None, 0.0), (256, 0.110, 100 / 110, None, 0.01),
             (512, 0.130, 100 / 130, None, 0.03)],
}


def same(found, expected):
    return found == expected if expected is None else abs(found - expected) < 1e-12


with open(sys.argv[1], encoding="utf-8") as file:
    results = json.load(file)
points = {point["name"]: point for point in results["points"]}
assert len(points) == 5, "the first point of both series is one"
for mode, rows in EXPECTED.items():
    assert len(results["series"][mode]) == 3, mode
    for entry, ranks, row in zip(results["series"][mode], (1, 2, 4), rows):
        batch, step, efficiency, serial, sync = row
        point = points[entry["point"]]
        where = f"{mode}, {ranks} ranks"
        assert point["ranks"] == ranks and point["grid"] == f"1x{ranks}", where
        assert point["batch"] == batch, where
        assert same(point["step"]["median"], step), where
        assert same(entry["efficiency"], efficiency), where
        assert same(entry.get("karp_flatt"), serial), where
        beyond = entry["beyond_ideal"]
        assert same(beyond["gradient sync backward"], sync), where
        assert same(beyond["backbone"], 0.0) and same(beyond["backbone backward"], 0.0), where
        assert same(point["communication"]["waiting"], 0.001 * (ranks - 1)), where
        assert same(point["communication"]["transferring"], 0.003), where
        assert point["hosts"] == ["nowhere"] and point["device"] == "abacus", where
        assert len(point["repeats"]) == 2 and point["step"]["coverage"] == 0.5, where
assert results["failures"] == []
