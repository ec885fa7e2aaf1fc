#!/usr/bin/env python3
"""Compares the results of two curvature analyses.

usage: compare_curvature.py TOLERANCE FIRST.json SECOND.json

Numbers may differ by TOLERANCE times the larger of 1 and their magnitude; TOLERANCE 0 asks for the
same bits. How an analysis was run (its time, grid and settings) is not compared.
"""
import json
import sys

RUN = {"seconds", "execution", "settings"}


def differences(tolerance, a, b, place):
    if isinstance(a, dict) and isinstance(b, dict):
        if a.keys() != b.keys():
            yield f"{place}: {sorted(a.keys() ^ b.keys())} in one of the two only"
        for key in a.keys() & b.keys() - RUN:
            yield from differences(tolerance, a[key], b[key], f"{place}.{key}")
    elif isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            yield f"{place}: {len(a)} and {len(b)} elements"
        for i, (x, y) in enumerate(zip(a, b)):
            yield from differences(tolerance, x, y, f"{place}[{i}]")
    elif isinstance(a, float) and isinstance(b, float) and tolerance > 0:
        if not abs(a - b) <= tolerance * max(1, abs(a), abs(b)):
            yield f"{place}: {a} and {b}"
    elif a != b:
        yield f"{place}: {a} and {b}"


def main():
    tolerance = float(sys.argv[1])
    first, second = (json.load(open(name)) for name in sys.argv[2:4])
    found = list(differences(tolerance, first, second, ""))
    for difference in found[:20]:
        print(difference)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
