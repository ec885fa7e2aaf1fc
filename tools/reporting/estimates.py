"""Means and intervals over seeds, and tests between models that share seeds."""

import math
from itertools import product
from statistics import fmean, stdev

LEVEL = 0.95
MOST_FLIPPED = 16


def t_tail(t, freedom):
    """P(|T| > t) of Student's distribution: I_x(freedom / 2, 1 / 2), x = freedom / (freedom + t^2)
    (Abramowitz and Stegun 26.7.1)."""
    return incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5)


def incomplete_beta(x, a, b):
    """The regularised incomplete beta function, by Lentz's method on its continued fraction
    (Numerical Recipes, 6.4)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(1 - x, b, a)
    front = math.exp(a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a)
                     - math.lgamma(b)) / a
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 300):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / (1 + term * d)
            c = 1 + term / c
            value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front * value


def t_quantile(freedom, level=LEVEL):
    """The t with P(|T| <= t) = level, by bisection."""
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if t_tail(middle, freedom) > 1 - level else (low, middle)
    return (low + high) / 2


def mean_interval(values):
    """Both ends of the t interval of a mean; None of a single value, whose spread is unknown."""
    if len(values) < 2:
        return None
    half = t_quantile(len(values) - 1) * stdev(values) / math.sqrt(len(values))
    return [fmean(values) - half, fmean(values) + half]


def summary(values, least=-math.inf, greatest=math.inf):
    """n, mean, standard deviation (n - 1) and interval of the mean, cut to what values can be."""
    interval = mean_interval(values)
    return {"n": len(values), "mean": fmean(values),
            "deviation": stdev(values) if len(values) > 1 else None,
            "interval": interval and [min(max(end, least), greatest) for end in interval]}


def share_interval(share, n):
    """Wilson's interval of a share found on n samples."""
    z = 1.959963984540054
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return [centre - half, centre + half]


def paired(first, second):
    """Of `second` less `first`, shares, seed by seed: mean, its t interval and p value, and the p
    value of the exact sign-flip test, null beyond 16 pairs. Fewer than two pairs have no test."""
    differences = [b - a for a, b in zip(first, second, strict=True)]
    result = {**summary(differences, -1, 1), "p_t": None, "p_sign_flip": None}
    if len(differences) > 1:
        result["p_t"] = _p_of_mean(differences)
        result["p_sign_flip"] = _p_of_flips(differences)
    return result


def _p_of_mean(differences):
    deviation = stdev(differences)
    if deviation == 0:
        return 1.0 if fmean(differences) == 0 else 0.0
    t = fmean(differences) / (deviation / math.sqrt(len(differences)))
    return t_tail(abs(t), len(differences) - 1)


def _p_of_flips(differences):
    if len(differences) > MOST_FLIPPED:
        return None
    observed = abs(math.fsum(differences))
    sums = [abs(math.fsum(sign * d for sign, d in zip(signs, differences)))
            for signs in product((1, -1), repeat=len(differences))]
    return sum(s >= observed * (1 - 1e-12) for s in sums) / len(sums)
