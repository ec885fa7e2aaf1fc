#!/usr/bin/env python3
"""check_routing.py same FOLDER OTHER | figures STEM EVAL | tables STEM | against STEM OTHER-STEM: what
two analyses of one model, one analysis and other commands, or its own files must agree on. STEM is a
path without .json and -samples.csv."""

import csv
import itertools
import json
import math
import sys
from pathlib import Path

from checks import status_of

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
    if found["k"] == 1:
        yield "what is rerouted", close([entry["rerouted"] for entry in found["ablation"]],
                                        [sum(row[e] for row in counts) / samples
                                         for e in range(experts)])
    margins = sorted(float(line["margin"]) for line in lines)
    yield "mean margin", close(found["gate_margin"]["mean"], sum(margins) / samples)
    for name in ("weights", "outputs", "agreement"):
        matrix = found["similarity"][name]
        yield f"{name} with themselves", close([matrix[e][e] for e in range(experts)],
                                               [1.0] * experts)
        yield f"{name} both ways", close(matrix, [list(column) for column in zip(*matrix)])


def table(stem, name):
    with open(f"{stem}-{name}.csv", encoding="utf-8") as lines:
        return [{key: float(value) for key, value in line.items()} for line in csv.DictReader(lines)]


def tables(stem):
    found, _ = read(stem)
    places = range(found["experts"])
    yield "table of experts", table(stem, "experts") == [
        {"expert": e, "utilisation": found["utilisation"][e], "load": found["load"][e],
         "accuracy_without": found["ablation"][e]["accuracy"],
         "loss_without": found["ablation"][e]["loss"],
         "accuracy_alone": found["alone"][e]["accuracy"], "loss_alone": found["alone"][e]["loss"]}
        for e in places]
    classes = found["class_experts"]
    yield "table of classes", table(stem, "classes") == [
        {"class": c, "expert": e, "weight": classes["weights"][c][e], "top1": classes["top1"][c][e]}
        for c in range(found["classes"]) for e in places]
    yield "table of similarity", table(stem, "similarity") == [
        {"expert": e, "other": other} | {name: rows[e][other]
                                         for name, rows in found["similarity"].items()}
        for e in places for other in places]


def against(stem, other):
    found, lines = read(stem)
    theirs = [int(line["expert"]) for line in read(other)[1]]
    ours = [int(line["expert"]) for line in lines]
    best = max(sum(p[a] == b for a, b in zip(ours, theirs))
               for p in itertools.permutations(range(found["experts"]))) / len(ours)
    first, itself = found["against"]
    yield "agreement", close(first["agreement"], best)
    yield "chance", close(first["chance"], sum(
        ours.count(e) * theirs.count(other) for e, other in enumerate(first["permutation"])
    ) / len(ours) ** 2)
    yield "unmatched", close(first["unmatched"],
                             sum(a == b for a, b in zip(ours, theirs)) / len(ours))
    yield "agreement with itself", itself["agreement"] == 1


def main():
    checks = {"same": same, "figures": figures, "tables": tables, "against": against}[sys.argv[1]]
    return status_of(checks(*sys.argv[2:]))


if __name__ == "__main__":
    sys.exit(main())
