#!/usr/bin/env python3
"""check_routing.py same FOLDER OTHER | figures STEM EVAL | against STEM OTHER-STEM: what two
analyses of one model, or one analysis and other commands, must agree on. STEM is a path without
.json and -samples.csv."""

import csv
import itertools
import json
import math
import sys
from pathlib import Path

TOLERANCE = 1e-9


def read(stem):
    with open(f"{stem}-samples.csv", encoding="utf-8") as lines:
        return json.loads(Path(f"{stem}.json").read_text(encoding="utf-8")), list(
            csv.DictReader(lines))


def close(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(close(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(close, a, b))
    if isinstance(a, float):
        return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return a == b


def same(folder, other):
    (json_a, lines_a), (json_b, lines_b) = (read(Path(f) / "test") for f in (folder, other))
    yield "figures", close(json_a, json_b)
    for column in ("sample", "label", "predicted", "expert"):
        yield column, [a[column] for a in lines_a] == [b[column] for b in lines_b]
    for column in ("weight", "margin"):
        yield column, close([float(a[column] or 0) for a in lines_a],
                            [float(b[column] or 0) for b in lines_b])


def figures(stem, evaluated):
    found, lines = read(stem)
    measured = json.loads(Path(evaluated).read_text(encoding="utf-8"))
    samples, experts, classes = found["samples"], found["experts"], found["classes"]
    yield "accuracy of eval", close(found["accuracy"], measured["accuracy"])
    yield "loss of eval", close(found["loss"], measured["loss"])
    for figure in ("utilisation", "load", "gate_entropy"):
        yield f"{figure} of eval", close(found[figure], measured["routing"][figure])
    yield "accuracy by sample", close(
        found["accuracy"], sum(a["label"] == a["predicted"] for a in lines) / samples)
    counts = [[0] * experts for _ in range(classes)]
    for line in lines:
        counts[int(line["label"])][int(line["expert"])] += 1
    yield "classes of experts", counts == found["class_experts"]["top1"]
    by_class = [sum(row) for row in counts]
    yield "utilisation by class", close(found["utilisation"], [
        sum(n * row[e] for n, row in zip(by_class, found["class_experts"]["weights"])) / samples
        for e in range(experts)])
    yield "what is rerouted", close([entry["rerouted"] for entry in found["ablation"]],
                                    found["load"])
    margins = sorted(float(line["margin"]) for line in lines)
    yield "mean margin", close(found["gate_margin"]["mean"], sum(margins) / samples)
    for name in ("weights", "outputs", "agreement"):
        matrix = found["similarity"][name]
        yield f"{name} with themselves", close([matrix[e][e] for e in range(experts)],
                                               [1.0] * experts)
        yield f"{name} both ways", close(matrix, [list(column) for column in zip(*matrix)])


def against(stem, other):
    found, lines = read(stem)
    theirs = [int(line["expert"]) for line in read(other)[1]]
    ours = [int(line["expert"]) for line in lines]
    best = max(sum(p[a] == b for a, b in zip(ours, theirs))
               for p in itertools.permutations(range(found["experts"]))) / len(ours)
    first, itself = found["against"]
    yield "agreement", close(first["agreement"], best)
    yield "unmatched", close(first["unmatched"],
                             sum(a == b for a, b in zip(ours, theirs)) / len(ours))
    yield "agreement with itself", itself["agreement"] == 1


def main():
    checks = {"same": same, "figures": figures, "against": against}[sys.argv[1]](*sys.argv[2:])
    wrong = [name for name, right in checks if not right]
    for name in wrong:
        print(f"differs: {name}")
    return len(wrong) > 0


if __name__ == "__main__":
    sys.exit(main())
