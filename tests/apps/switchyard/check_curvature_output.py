#!/usr/bin/env python3
"""Checks what an analysis of curvature left.

usage: check_curvature_output.py RESULTS CHECKPOINT
"""
import array
import csv
import json
import math
import pathlib
import struct
import sys


def read_tensors(folder, stem):
    """name -> (shape, numbers) of sharded safetensors of doubles or floats."""
    index = json.loads((folder / f"{stem}.safetensors.index.json").read_text())
    tensors = {}
    for file in set(index["weight_map"].values()):
        data = (folder / file).read_bytes()
        (length,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + length])
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            begin, end = entry["data_offsets"]
            kind = {"F64": "d", "F32": "f", "I64": "q"}[entry["dtype"]]
            tensors[name] = (entry["shape"], array.array(kind, data[8 + length :][begin:end]))
    assert tensors.keys() == index["weight_map"].keys()
    return tensors


def dot(a, b):
    return math.fsum(x * y for name in a for x, y in zip(a[name][1], b[name][1]))


def check_eigenvectors(folder, spectrum, checkpoint):
    model = read_tensors(checkpoint, "model")
    pairs = spectrum["largest"] + spectrum["smallest"]
    vectors = [read_tensors(folder / "eigenvectors", pair["vector"]) for pair in pairs]
    scale = max(abs(pair["value"]) for pair in pairs)
    for i, u in enumerate(vectors):
        assert all(u[name][0] == model[name][0] for name in u), "shapes are not the model's"
        for j, v in enumerate(vectors[: i + 1]):
            assert abs(dot(u, v) - (i == j)) < 1e-8, f"vectors {i} and {j} are not orthonormal"
    for pair in pairs:
        assert abs(pair["residual"] - pair["true_residual"]) < 1e-8 * scale, pair
        assert pair["bound"] <= 1e-3 * max(abs(pair["value"]), 1e-3 * scale) * (1 + 1e-12), pair
        within = max(pair["residual"], pair["true_residual"]) <= pair["bound"]
        assert pair["converged"] == within, pair
    assert not spectrum["converged"] or all(pair["converged"] for pair in pairs)


def check_density(density):
    for rule in density["rules"]:
        assert abs(math.fsum(rule["weights"]) - 1) < 1e-12, "weights of a quadrature rule"
    first = [
        math.fsum(w * t for w, t in zip(r["weights"], r["nodes"])) for r in density["rules"]
    ]
    assert math.isclose(density["moments"][0]["mean"], sum(first) / len(first), rel_tol=1e-12)


def check_sweeps(folder, report):
    landscape = report["landscape"]
    names = [sweep["name"] for sweep in landscape["sweeps"]]
    assert names == ["line-top-1", "line-random-1", "plane-top"], names
    middle = landscape["sweeps"][0]["points"][2]
    assert middle["coordinates"] == [0.0] and middle["routing"]["rerouted"] == 0
    assert math.isclose(middle["loss"], report["loss"], rel_tol=1e-12)
    for sweep in landscape["sweeps"]:
        with open(folder / sweep["file"]) as file:
            rows = list(csv.DictReader(file))
        assert [float(row["loss"]) for row in rows] == [p["loss"] for p in sweep["points"]]
        grown = [float(row["growth"]) for row in rows if float(row["growth"]) > 0]
        share = sweep["routing_share"]
        assert len(grown) == share["points"]
        assert math.isclose(math.fsum(grown), share["growth"], rel_tol=1e-12)


def check_tables(folder, report):
    def column(name, key):
        with open(folder / name, encoding="utf-8") as file:
            return [float(row[key]) for row in csv.DictReader(file)]

    pairs = report["spectrum"]["largest"] + report["spectrum"]["smallest"]
    assert column("eigenvalues.csv", "value") == [pair["value"] for pair in pairs]
    groups = report["trace"]["groups"]
    assert column("traces.csv", "trace") == [report["trace"]["trace"]] + [
        group["trace"] for group in groups]
    assert column("density.csv", "density") == report["density"]["density"]


def main():
    folder, checkpoint = (pathlib.Path(name) for name in sys.argv[1:3])
    report = json.loads((folder / "curvature.json").read_text())
    check_eigenvectors(folder, report["spectrum"], checkpoint)
    check_density(report["density"])
    check_sweeps(folder, report)
    check_tables(folder, report)
    groups = report["trace"]["groups"]
    assert math.isclose(sum(g["trace"] for g in groups), report["trace"]["trace"], rel_tol=1e-9)
    assert sum(g["parameters"] for g in groups) == report["parameters"]
    assert len(report["trace"]["samples"]) == 4 and report["settings"]["top"] == "2"
    assert report["checkpoint"]["step"] == 2 and len(report["checkpoint"]["weights"]) == 16
    assert json.loads((folder / "build.json").read_text())["version"]


if __name__ == "__main__":
    main()
