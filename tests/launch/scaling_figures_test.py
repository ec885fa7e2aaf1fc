"""launch/sweep against numbers worked out by hand."""

import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "launch"))
from sweep import figures, measure, points  # noqa: E402


class Figures(unittest.TestCase):
    def test_efficiency(self):
        self.assertAlmostEqual(figures.efficiency("strong", 2, 12.0, 8, 4.0), 0.75)
        self.assertAlmostEqual(figures.efficiency("weak", 2, 12.0, 8, 16.0), 0.75)

    def test_karp_flatt(self):
        # A tenth of the work is serial: T_4 = 0.1 + 0.9 / 4.
        self.assertAlmostEqual(figures.karp_flatt(1, 1.0, 4, 0.325), 0.1)
        self.assertAlmostEqual(figures.karp_flatt(2, 1.0, 8, 0.325), 0.1)
        self.assertIsNone(figures.karp_flatt(2, 1.0, 2, 1.0))

    def test_interval(self):
        # Of six values all lie on one side of the median with probability 2 / 2^6.
        self.assertEqual(figures.median_interval([3, 1, 2, 6, 5, 4]), (1, 6, 1 - 2 / 64))
        self.assertEqual(figures.median_interval([5, 1, 2]), (1, 5, 0.75))
        self.assertEqual(figures.median_interval([7]), (7, 7, 0.0))
        # Of nine: k = 2 covers 1 - 2 (1 + 9) / 2^9 = 96.1 %, k = 3 no more than 82 %.
        self.assertEqual(figures.median_interval(range(9)), (1, 7, 1 - 20 / 512))

    def test_beyond_ideal_adds_up(self):
        first = {"ranks": 1, "zones": {"backbone": 8.0, "optimizer": 1.0}}
        point = {"ranks": 4, "zones": {"backbone": 2.5, "optimizer": 1.0, "dispatch": 0.5}}
        grown = figures.beyond_ideal("strong", first, point)
        self.assertEqual(grown, {"optimizer": 0.75, "backbone": 0.5, "dispatch": 0.5})
        self.assertEqual(sum(grown.values()), 4.0 - 9.0 / 4)
        self.assertEqual(figures.beyond_ideal("weak", first, point)["backbone"], -5.5)

    def test_medians(self):
        self.assertEqual(figures.medians([{"a": 1.0}, {"a": 3.0, "b": 2.0}, {"a": 2.0, "b": 4.0}]),
                         {"a": 2.0, "b": 2.0})


class Points(unittest.TestCase):
    def test_grids(self):
        self.assertEqual([str(grid) for grid in points.grids_of(None, "2x2,1x1,1x4")],
                         ["1x1", "2x2", "1x4"])
        self.assertEqual(points.grids_of([1, 3], "auto"), [points.Grid(1), points.Grid(3)])
        for ranks, text in ((None, "2*2"), (None, "1x1,1x1"), ([1], "1x1,2x1"), ([1, 2], "1x1")):
            with self.assertRaises(points.BadUsage):
                points.grids_of(ranks, text)

    def test_batches(self):
        grids = points.grids_of([2, 3], "auto")
        self.assertEqual([point.batch for point in points.series_of(grids, ["weak"], 128)["weak"]],
                         [128, 192])
        with self.assertRaises(points.BadUsage):
            points.series_of(grids, ["weak"], 127)

    def test_steps_of_a_window(self):
        self.assertEqual(measure.parse_window("20:40").steps, 50)  # 10 before, 20, 10 behind
        self.assertEqual(measure.parse_window("2:12").steps, 20)  # 2 before, 10, 8 behind
        for text in ("40:20", "20", "a:b", "5:5"):
            with self.assertRaises(points.BadUsage):
                measure.parse_window(text)


if __name__ == "__main__":
    unittest.main()
