#!/usr/bin/env python3
"""check_events.py RUN FIRST_STEP EVERY: metrics.csv and the event files of a run against its
metrics.jsonl: events from FIRST_STEP on are in the newest file; histograms come every so many epochs,
and at the end."""

import csv
import json
import math
import sys
from pathlib import Path

from checks import status_of
from read_events import doubles, events

SINGLE = 1e-6


def scalars_of(metrics):
    expected = {"epoch": metrics["epoch"], "learning_rate": metrics["learning_rate"]}
    for part in ("train", "validation"):
        for name in ("loss", "accuracy", "balance_loss"):
            if name in metrics[part]:
                expected[f"{part}/{name}"] = metrics[part][name]
        for name, value in metrics[part].get("routing", {}).items():
            tag = f"{part}/routing/{name}"
            if name == "dead_experts":
                expected[tag] = len(value)
            elif isinstance(value, list):
                expected |= {f"{tag}/expert-{e}": number for e, number in enumerate(value)}
            else:
                expected[tag] = value
    for name in ("train_seconds", "validation_seconds", "images_per_second", "peak_bytes"):
        expected[f"time/{name}"] = metrics["time"][name]
    return expected


def check_table(run, lines):
    with open(run / "metrics.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    yield "metrics.csv has a row an epoch", len(rows) == len(lines)
    for row, line in zip(rows, lines):
        numbers = scalars_of(line) | {"step": line["step"]}
        yield (f"columns of epoch {line['epoch']}",
               row.pop("time/device") == line["time"]["device"] and row.keys() == numbers.keys())
        yield (f"row of epoch {line['epoch']}",
               all(float(row[name]) == number for name, number in numbers.items()))


def check_histogram(tag, histogram):
    counts, limits = doubles(histogram[7]), doubles(histogram[6])
    yield f"{tag}: limits rise", all(a < b for a, b in zip(limits, limits[1:]))
    yield f"{tag}: every value is in a bucket", sum(counts) == histogram[3] > 0
    yield f"{tag}: the smallest and largest values", histogram[1] <= histogram[2] < limits[-1]
    mean = histogram[4] / histogram[3]
    yield f"{tag}: moments", histogram[5] / histogram[3] - mean * mean >= -1e-12


def main():
    run, first, every = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    newest = max(run.glob("events.out.tfevents.*"), key=lambda path: path.stat().st_mtime)
    head, start, *epochs = events(newest)
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    checks = list(check_table(run, lines))
    lines = [line for line in lines if line["step"] >= first]
    checks += [("version", head.get("version") == "brain.Event:2"),
               ("begins anew", start.get("start") and start["step"] == first),
               ("steps", [event["step"] for event in epochs] == [line["step"] for line in lines])]
    for event, line in zip(epochs, lines):
        expected = scalars_of(line)
        checks.append((f"tags of epoch {line['epoch']}", event["scalars"].keys() == expected.keys()))
        checks += [(f"{tag} of epoch {line['epoch']}",
                    math.isclose(event["scalars"].get(tag, math.nan), value, rel_tol=SINGLE))
                   for tag, value in expected.items()]
        due = line["epoch"] % every == 0 or line is lines[-1]
        checks.append((f"histograms of epoch {line['epoch']}", bool(event["histograms"]) == due))
        for tag, histogram in event["histograms"].items():
            checks += check_histogram(tag, histogram)
    parameters = sum(histogram[3] for histogram in epochs[-1]["histograms"].values())
    summary = json.loads((run / "summary.json").read_text())
    checks.append(("all parameters once", parameters == summary["parameters"]))
    return status_of(checks)


if __name__ == "__main__":
    sys.exit(main())
