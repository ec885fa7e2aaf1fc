"""Intervals and tests against tables and numbers worked out by hand."""

import math
import unittest

from reporting.estimates import (mean_interval, paired, share_interval, summary, t_quantile,
                                 t_tail)


class Student(unittest.TestCase):
    def test_quantiles_are_those_of_tables(self):
        for freedom, t in ((1, 12.7062), (2, 4.3027), (4, 2.7764), (9, 2.2622), (30, 2.0423)):
            self.assertAlmostEqual(t_quantile(freedom), t, places=4)
        self.assertAlmostEqual(t_quantile(5, 0.99), 4.0321, places=4)

    def test_tails_of_one_and_two_degrees_are_elementary(self):
        for t in (0.01, 0.5, 1.0, 3.0, 40.0):
            self.assertAlmostEqual(t_tail(t, 1), 1 - 2 * math.atan(t) / math.pi, places=12)
            self.assertAlmostEqual(t_tail(t, 2), 1 - t / math.sqrt(2 + t * t), places=12)
        self.assertEqual(t_tail(0.0, 7), 1.0)

    def test_interval_of_a_mean(self):
        low, high = mean_interval([1.0, 2.0, 3.0])
        self.assertAlmostEqual(high - 2, 4.302653 / math.sqrt(3), places=5)
        self.assertAlmostEqual(low + high, 4.0)

    def test_interval_is_cut_to_what_values_can_be(self):
        found = summary([0.2, 0.9], 0, 1)
        self.assertEqual(found["interval"], [0, 1])
        self.assertLess(summary([0.2, 0.9])["interval"][0], -3)

    def test_one_value_has_no_spread(self):
        found = summary([0.5])
        self.assertEqual((found["n"], found["mean"]), (1, 0.5))
        self.assertIsNone(found["deviation"])
        self.assertIsNone(found["interval"])


class Shares(unittest.TestCase):
    def test_wilson(self):
        # (p + z^2 / 2n -+ z sqrt(p q / n + z^2 / 4n^2)) / (1 + z^2 / n), 8 of 10.
        low, high = share_interval(0.8, 10)
        self.assertAlmostEqual(low, 0.4901625, places=6)
        self.assertAlmostEqual(high, 0.9433178, places=6)
        self.assertGreater(share_interval(1.0, 5)[0], 0.5)


class Paired(unittest.TestCase):
    def test_differences_seed_by_seed(self):
        found = paired([0.1, 0.2, 0.3], [0.2, 0.35, 0.35])
        self.assertEqual(found["n"], 3)
        self.assertAlmostEqual(found["mean"], 0.1)
        # Differences 0.1, 0.15, 0.05: t = 0.1 / (0.05 / sqrt 3) with two degrees of freedom.
        t = 2 * math.sqrt(3)
        self.assertAlmostEqual(found["p_t"], 1 - t / math.sqrt(2 + t * t), places=12)
        # Of eight ways to sign them, all alike (2) are as extreme.
        self.assertEqual(found["p_sign_flip"], 0.25)

    def test_signs_that_differ(self):
        # Differences 1 and -1: every sum is 0 or 2, as extreme as 0 are all.
        self.assertEqual(paired([0.0, 1.0], [1.0, 0.0])["p_sign_flip"], 1.0)

    def test_one_pair_has_no_test(self):
        found = paired([1.0], [2.0])
        self.assertEqual((found["p_t"], found["p_sign_flip"]), (None, None))

    def test_alike(self):
        self.assertEqual(paired([1.0, 2.0], [1.0, 2.0])["p_t"], 1.0)
        self.assertEqual(paired([1.0, 2.0], [2.0, 3.0])["p_t"], 0.0)
