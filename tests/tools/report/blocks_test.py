"""Words that charts and tables share."""

import unittest

from reporting.blocks import column, sample_of, samples_of, shown, slug


class Samples(unittest.TestCase):
    def test_seeds_of_one_model(self):
        self.assertEqual(sample_of("Dense", [1, 2]), "Dense: seeds 1, 2 (n = 2)")
        self.assertEqual(sample_of("Dense", [7]), "Dense: seed 7 (n = 1)")
        self.assertEqual(sample_of("Dense", [None]), "Dense: seed not known (n = 1)")

    def test_seeds_that_are_alike_are_said_once(self):
        self.assertEqual(samples_of([("Dense", [1, 2]), ("SoftMoE", [1, 2])]),
                         "all models: seeds 1, 2 (n = 2 each)")
        self.assertEqual(samples_of([("Dense", [3]), ("SoftMoE", [3])]),
                         "all models: seed 3 (n = 1 each)")

    def test_others_are_said_for_each(self):
        self.assertEqual(samples_of([("Dense", [1, 2])]), "Dense: seeds 1, 2 (n = 2)")
        self.assertEqual(samples_of([("Dense", [1, 2]), ("SoftMoE", [1])]),
                         "Dense: seeds 1, 2 (n = 2); SoftMoE: seed 1 (n = 1)")
        self.assertEqual(samples_of([("Dense", [None]), ("SoftMoE", [None])]),
                         "Dense: seed not known (n = 1); SoftMoE: seed not known (n = 1)")


class Numbers(unittest.TestCase):
    def test_there_is_no_negative_zero(self):
        self.assertEqual(shown(-0.001, column("x", 2)), "0.00")
        self.assertEqual(shown(-0.006, column("x", 2)), "-0.01")


class Slugs(unittest.TestCase):
    def test_names_of_files(self):
        self.assertEqual(slug("SparseMoE (lr 0.1), seed 2"), "sparsemoe-lr-0-1-seed-2")

    def test_long_ones_stay_apart_and_can_be_names_of_files(self):
        long = 40 * "runs/\u00e9t\u00e9/"
        names = {slug(long + end) for end in ("a", "b")}
        self.assertEqual(len(names), 2)
        self.assertLess(max(len(name.encode()) for name in names), 140)
