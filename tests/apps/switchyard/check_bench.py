#!/usr/bin/env python3
"""Checks the JSON of a benchmark against itself and against what can be counted by hand.

usage: check_bench.py inference FILE RANKS WIDTH BATCH REPEATS HEADS
       check_bench.py comm FILE RANKS TABLES ROWS
"""
import json
import math
import pathlib
import statistics
import sys

CLASSES, DENSE_HIDDEN, EXPERTS, EXPERT_HIDDEN = 10, 512, 8, 64


def linear(inputs, outputs):
    return inputs * outputs + outputs


def backbone(width):
    """ResNet-18 with a 3 x 3 stem: convolutions and batch norms."""
    count = 3 * 9 * width + 2 * width
    before = width
    for after in (width, 2 * width, 4 * width, 8 * width):
        count += 9 * before * after + 3 * 9 * after * after + 4 * 2 * after
        if before != after:
            count += before * after + 2 * after
        before = after
    return count


def parameters(head, width):
    features = 8 * width
    if head == "dense":
        return backbone(width) + linear(features, DENSE_HIDDEN) + linear(DENSE_HIDDEN, CLASSES)
    gates = 1 if head == "soft" else 2  # the logits, and the noise's scale
    experts = linear(features, EXPERT_HIDDEN) + linear(EXPERT_HIDDEN, CLASSES)
    return backbone(width) + gates * linear(features, EXPERTS) + EXPERTS * experts


def check_times(times, repeats):
    taken = times["times_ms"]
    assert len(taken) == repeats and min(taken) > 0, times
    assert math.isclose(times["median_ms"], statistics.median(taken)), times
    low, high = times["interval_ms"]
    assert min(taken) <= low <= times["median_ms"] <= high <= max(taken), times
    assert times["median_ms"] <= times["p95_ms"] <= max(taken), times


def check_inference(results, ranks, width, batch, repeats, heads):
    assert results["benchmark"] == "inference" and results["ranks"] == int(ranks)
    assert results["batch"] == int(batch)
    found = results["heads"]
    assert [head["head"] for head in found] == heads.split(","), found
    dense = next((head for head in found if head["head"] == "dense"), None)
    for head in found:
        name = head["head"]
        assert head["parameters"] == parameters(name, int(width)), head
        floats = 4 * head["parameters"] / int(ranks)
        assert head["peak_bytes"] > floats, head
        check_times(head["host"], int(repeats))
        assert math.isclose(
            head["images_per_second"], int(batch) / (head["host"]["median_ms"] / 1e3)
        )
        grid = results["grids"][name]
        assert grid["dp"] * grid["ep"] == int(ranks), grid
        if dense:
            ratios = [a / b for a, b in zip(head["host"]["times_ms"], dense["host"]["times_ms"])]
            assert math.isclose(head["relative_to_dense"]["median"], statistics.median(ratios))
        else:
            assert head["relative_to_dense"] is None


FACTORS = {
    "all_reduce": lambda n: 2 * (n - 1) / n,
    "broadcast": lambda n: 1,
}


def check_comm(results, ranks, tables, rows):
    assert results["benchmark"] == "comm" and results["ranks"] == int(ranks)
    assert len(results["tables"]) == int(tables)
    n = int(ranks)
    for table in results["tables"]:
        factor = FACTORS.get(table["collective"], lambda n: (n - 1) / n)(n)
        assert len(table["rows"]) == int(rows), table
        assert table["wrong"] == 0 and table["communicator"] == "mpi", table
        for row in table["rows"]:
            check_times(row["host"], int(results["settings"]["repeats"]))
            assert row["wrong"] == 0 and row["device"] is None, row
            in_place = table["collective"] in ("all_reduce", "broadcast")
            assert row["in_place"] == in_place, row
            parts = 1 if in_place else n
            assert row["size"] == row["count"] * parts * 4, row
            assert math.isclose(
                row["algbw_gb_per_s"], row["size"] / (row["host"]["median_ms"] * 1e6)
            )
            assert math.isclose(row["busbw_gb_per_s"], row["algbw_gb_per_s"] * factor)
            if table["collective"] == "all_to_all":
                assert row["travelling_bytes"] == row["size"] * (n - 1), row
            elif table["collective"] == "all_to_all_v":
                assert 0 < row["travelling_bytes"] < row["size"] * (n - 1), row
            else:
                assert row["travelling_bytes"] is None, row
        mean = statistics.fmean(row["busbw_gb_per_s"] for row in table["rows"])
        assert math.isclose(table["mean_busbw_gb_per_s"], mean), table


if __name__ == "__main__":
    kind, file, *rest = sys.argv[1:]
    read = json.loads(pathlib.Path(file).read_text())
    {"inference": check_inference, "comm": check_comm}[kind](read, *rest)
