"""Figures of measured points. Times are seconds.

With T_p the time of a step on p ranks and p0 the ranks of the first point:
  efficiency   strong p0 T_p0 / (p T_p), weak T_p0 / T_p
  Karp-Flatt   e = (1/psi - 1/q) / (1 - 1/q), psi = T_p0 / T_p, q = p / p0: the part of the first
               point's work that behaves as if it were serial (Karp and Flatt 1990)
  beyond ideal of a zone: its time less that of the first point, which in a strong series is divided
               by q; over all zones that adds up to what a step has lost
"""

import math
import statistics

CONFIDENCE = 0.95


def median_interval(values):
    """Of the median of what `values` are drawn from: (low, high, coverage), order statistics.

    Free of assumptions: the median lies outside of [x_k, x_(n+1-k)] when fewer than k of n values
    are on one side of it. The narrowest that covers it with CONFIDENCE; fewer than six values
    cannot, then the widest."""
    ordered = sorted(values)
    count = len(ordered)

    def coverage(k):
        return 1 - 2 * sum(math.comb(count, i) for i in range(k)) / 2**count

    k = max((k for k in range(1, count // 2 + 1) if coverage(k) >= CONFIDENCE), default=1)
    return ordered[k - 1], ordered[count - k], coverage(k)


def medians(dictionaries):
    """Key by key; a key that one of them lacks counts as 0 there."""
    keys = {key: None for one in dictionaries for key in one}
    return {key: statistics.median(one.get(key, 0.0) for one in dictionaries) for key in keys}


def efficiency(mode, first_ranks, first_time, ranks, time):
    work = first_ranks / ranks if mode == "strong" else 1.0
    return work * first_time / time


def karp_flatt(first_ranks, first_time, ranks, time):
    """None on as many ranks as the first point has."""
    q = ranks / first_ranks
    if q == 1:
        return None
    return (time / first_time - 1 / q) / (1 - 1 / q)


def beyond_ideal(mode, first, point):
    """{zone: seconds}, the largest first; of points as in results.json."""
    share = first["ranks"] / point["ranks"] if mode == "strong" else 1.0
    zones = {**first["zones"], **point["zones"]}
    grown = {zone: point["zones"].get(zone, 0.0) - share * first["zones"].get(zone, 0.0)
             for zone in zones}
    return dict(sorted(grown.items(), key=lambda item: -item[1]))
