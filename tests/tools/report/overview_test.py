"""The first section says what later ones and the files say, and no more than intervals allow."""

import json
import math
import shutil
import tempfile
import unittest
from pathlib import Path

from fixture_study import copy_study, read
from reporting import paper
from reporting.figures import DRAWINGS
from reporting.read.collect import collect
from reporting.sections import accuracy, curvature, inference, overview

T_OF_TWO = 12.706205  # Student's 97.5 % quantile with one degree of freedom


class Overview(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.study = copy_study(Path(folder.name))

    def blocks(self, *paths):
        section = overview.build(collect(paths or [self.study]))
        return section, {block.get("id"): block for block in section["blocks"]}

    def row(self, blocks, label):
        about = blocks["overview-models"]
        names = [column["name"] for column in about["columns"]]
        return dict(zip(names, next(row for row in about["rows"] if row[0] == label), strict=True))

    def sentence(self, blocks, about):
        found = blocks.get("overview-findings", {"found": []})["found"]
        return next((one["text"] for one in found if one["about"].startswith(about)), None)

    def change(self, file, edit):
        data = read(self.study / file)
        edit(data)
        (self.study / file).write_text(json.dumps(data))

    def files(self, pattern):
        return [read(self.study / "sparse" / f"seed-{seed}" / pattern) for seed in (1, 2)]

    def assert_mean_of_two(self, cell, a, b):
        self.assertAlmostEqual(cell["value"], (a + b) / 2)
        half = T_OF_TWO * abs(a - b) / 2
        for end, wanted in zip(cell["interval"], ((a + b) / 2 - half, (a + b) / 2 + half)):
            if end not in (0, 1):  # cut to what shares can be
                self.assertAlmostEqual(end, wanted, places=5)

    def test_numbers_are_those_of_the_files(self):
        row = self.row(self.blocks()[1], "SparseMoE")
        self.assertEqual(row["seeds"], "1, 2")
        self.assert_mean_of_two(row["test accuracy"], *(
            one["test"]["accuracy"] for one in self.files("summary.json")))
        self.assertEqual(row["accuracy, paper"], 0.8717)
        analyses = self.files("curvature-train/curvature.json")
        self.assert_mean_of_two(row["largest eigenvalue, train"], *(
            one["spectrum"]["largest"][0]["value"] for one in analyses))
        self.assertEqual(row["largest, train, paper"], 0.72)
        self.assert_mean_of_two(row["trace, train"], *(one["trace"]["trace"] for one in analyses))
        line, *_ = analyses[0]["landscape"]["sweeps"]  # seed 2 has none
        self.assertEqual(row["most rerouted, train"], {"interval": None, "value": max(
            point["routing"]["rerouted"] for point in line["points"])})
        routings = self.files("routing/test.json")
        self.assert_mean_of_two(row["mutual information, test"], *(
            one["specialisation"]["normalised"] for one in routings))
        self.assertEqual(row["dead experts, test"], {
            "value": sum(len(one["dead_experts"]) for one in routings) / 2})
        times = read(self.study / "inference.json")["heads"]
        ratio = next(head for head in times if head["head"] == "sparse")["relative_to_dense"]
        self.assertEqual(row["a batch / Dense"], {"value": ratio["median"],
                                                  "interval": ratio["interval"]})
        self.assertAlmostEqual(row["batch, paper"], 73.01 / 70.45)

    def test_numbers_are_those_of_later_sections(self):
        _, blocks = self.blocks()
        material = collect([self.study])
        table_2 = accuracy.build(material)["blocks"][0]
        for cells in table_2["rows"]:
            self.assertEqual(self.row(blocks, cells[0])["test accuracy"], cells[3])
        table_3 = curvature.build(material)["blocks"][0]
        for cells in table_3["rows"]:
            self.assertEqual(self.row(blocks, cells[0])[f"largest eigenvalue, {cells[1]}"],
                             cells[6])

    def test_charts_hold_the_tables_numbers_with_their_seeds(self):
        _, blocks = self.blocks()
        panels = {panel["id"]: panel for panel in blocks["overview-charts"]["panels"]}
        self.assertEqual(list(panels), [f"overview-{name}" for name in (
            "accuracy", "largest-eigenvalue", "growth", "time")])
        for panel in panels.values():
            self.assertIn("n = ", panel["sample"])
            self.assertIn("seed", panel["sample"])
        data = panels["overview-accuracy"]["data"]
        here, published = data["marks"]
        self.assertEqual(here["values"], [self.row(blocks, label)["test accuracy"]["value"]
                                          for label in data["categories"]])
        self.assertEqual(published["values"],
                         [paper.of_head(head)["test"]["accuracy"]
                          for head in ("dense", "soft", "sparse")])
        self.assertEqual(here["points"][2],
                         [one["test"]["accuracy"] for one in self.files("summary.json")])
        rows = list(DRAWINGS["marks"].rows(data))
        self.assertEqual(rows[3][:3], ["here", "SparseMoE", here["values"][2]])
        self.assertIsNotNone(DRAWINGS["marks"].draw(data))

    def test_a_difference_within_its_interval_is_not_claimed(self):
        differences = (0.10, 0.12)
        for seed, difference in zip((1, 2), differences):
            self.change(f"dense/seed-{seed}/summary.json",
                        lambda data: data["test"].update(accuracy=0.5))
            self.change(f"sparse/seed-{seed}/summary.json", lambda data, of=difference:
                        data["test"].update(accuracy=0.5 + of))
        text = self.sentence(self.blocks()[1], "Test accuracy beside Dense")
        # Mean 11 points, half of the interval 12.7062 * 2 / 2 points.
        self.assertIn("SparseMoE +11.0 [\u22121.7, +23.7]", text)
        self.assertIn("not told apart from 0", text)
        self.assertIn("The paper: SoftMoE +0.8, SparseMoE +0.7.", text)

    def test_a_difference_beyond_its_interval_is(self):
        for seed, value in ((1, 0.610), (2, 0.612)):
            self.change(f"dense/seed-{seed}/summary.json",
                        lambda data: data["test"].update(accuracy=0.5))
            self.change(f"sparse/seed-{seed}/summary.json", lambda data, value=value:
                        data["test"].update(accuracy=value))
        text = self.sentence(self.blocks()[1], "Test accuracy beside Dense")
        self.assertIn("SparseMoE +11.1 [+9.8, +12.4] (n = 2)", text)
        self.assertIn("SoftMoE", text)
        self.assertIn("told apart from 0: SparseMoE.", text)
        self.assertNotIn("not", text)

    def test_one_pair_says_nothing_of_others(self):
        text = self.sentence(self.blocks(self.study / "dense/seed-1",
                                         self.study / "sparse/seed-1")[1], "Test accuracy")
        self.assertIn("; n = 1 pair: one seed says nothing of others.", text)
        self.assertNotIn("[", text)

    def test_notes_speak_of_what_was_said_alone(self):
        notes = [" ".join(self.blocks(*paths)[1]["overview-findings"]["notes"]) for paths in (
            [], [self.study / "dense/seed-1", self.study / "sparse/seed-1"],
            [self.study / "sparse/seed-1"])]
        self.assertEqual([[words in note for words in ("In brackets", "Beside", "The paper")]
                          for note in notes],
                         [[True, True, True], [False, True, True], [False, False, False]])
        charts = self.blocks(self.study / "sparse/seed-1")[1]["overview-charts"]
        self.assertNotIn("Small dots", " ".join(charts["notes"]))

    def test_eigenvalues_are_compared_by_their_ratio(self):
        shutil.copytree(self.study / "dense/seed-1/curvature-train",
                        self.study / "dense/seed-2/curvature-train")
        self.change("dense/seed-2/curvature-train/curvature.json",
                    lambda data: data.update(run="study/dense/seed-2"))
        values = {"dense": (2.0, 2.0), "sparse": (8.0, 32.0)}
        for head, of_seeds in values.items():
            for seed, value in zip((1, 2), of_seeds):
                self.change(f"{head}/seed-{seed}/curvature-train/curvature.json",
                            lambda data, value=value:
                            data["spectrum"]["largest"][0].update(value=value))
        text = self.sentence(self.blocks()[1], "Largest eigenvalue")
        spread = math.exp(T_OF_TWO * math.log(2))
        self.assertIn(f"SparseMoE 8.00 [{8 / spread:.2f}, {8 * spread:.2f}]; n = 2 pairs", text)
        self.assertIn("not told apart from 1", text)
        self.assertIn("The paper: SoftMoE", self.sentence(self.blocks()[1], "Test accuracy"))

    def test_eigenvalues_that_have_not_converged_are_not_compared(self):
        self.assertIsNotNone(self.sentence(self.blocks()[1], "Largest eigenvalue"))
        self.change("sparse/seed-1/curvature-train/curvature.json", lambda data:
                    data["spectrum"]["largest"][0].update(converged=False))
        _, blocks = self.blocks()
        self.assertIsNone(self.sentence(blocks, "Largest eigenvalue"))
        self.assertEqual(self.row(blocks, "SparseMoE")["largest eigenvalue, train"]["mark"],
                         curvature.DOUBT)

    def test_other_settings_than_the_papers_are_told_first(self):
        section, _ = self.blocks()
        self.assertRegex(section["text"], r"^Not trained as in the paper: .*width 4 \(paper: 64\)")

    def test_what_is_missing_has_no_column_no_chart_and_no_sentence(self):
        _, blocks = self.blocks(self.study / "dense/seed-2")
        names = [column["name"] for column in blocks["overview-models"]["columns"]]
        self.assertEqual(names, ["model", "seeds", "test accuracy", "accuracy, paper"])
        self.assertEqual([panel["id"] for panel in blocks["overview-charts"]["panels"]],
                         ["overview-accuracy"])
        self.assertNotIn("overview-findings", blocks)
        section, _ = self.blocks(self.study / "scaling")
        self.assertEqual([block["kind"] for block in section["blocks"]], ["missing"])

    def test_times_of_a_model_of_another_size_are_not_its(self):
        self.change("inference.json", lambda data: data["settings"].update(width="64"))
        _, blocks = self.blocks()
        self.assertNotIn("a batch / Dense", self.row(blocks, "Dense"))
        self.assertIsNone(self.sentence(blocks, "Time of a batch"))

    def test_times_of_a_run_are_those_of_its_model(self):
        other = self.study / "sparse-wide"
        shutil.copytree(self.study / "sparse/seed-1", other)
        settings = (other / "config.cfg").read_text().replace("width = 4", "width = 8")
        (other / "config.cfg").write_text(settings.replace("out = study/sparse/seed-1",
                                                           "out = study/sparse-wide"))
        _, blocks = self.blocks()
        self.assertIn("The paper: SoftMoE +0.8, SparseMoE +0.7.", self.sentence(blocks, "Test acc"))
        self.assertNotIn("SparseMoE", self.sentence(blocks, "Time of a batch"))
        self.change("inference.json",
                    lambda data: data["heads"][2].update(run="study/sparse-wide"))
        self.assertIn("SparseMoE (width 8) ", self.sentence(self.blocks()[1], "Time of a batch"))

    def test_an_interval_of_few_passes_tells_nothing_apart(self):
        def few(data):
            for head in data["heads"]:
                head["host"]["confidence"] = 0.75
                head["relative_to_dense"]["interval"] = [2.0, 3.0]
        self.change("inference.json", few)
        text = self.sentence(self.blocks()[1], "Time of a batch")
        self.assertNotIn("told apart", text)
        self.assertNotIn("[", text)
        table_4 = inference.build(collect([self.study]))["blocks"][0]
        self.assertIn("interval of at least 75 % by", table_4["notes"][0])

    def test_a_share_of_the_growth_may_be_more_than_all_of_it(self):
        first, second = (self.study / "sparse" / f"seed-{seed}" / "curvature-train" /
                         "curvature.json" for seed in (1, 2))
        data = read(first)
        for file, share in ((first, 0.5), (second, 1.25)):
            data["run"] = f"study/sparse/{file.parents[1].name}"
            for sweep in data["landscape"]["sweeps"]:
                sweep["routing_share"] = {"sets": share, "weights": share, "growth": 100.0,
                                          "points": 4}
            file.write_text(json.dumps(data))
        half = T_OF_TWO * 0.75 / 2
        self.assertIn(f"SparseMoE 88 % [\u2212{100 * (half - 0.875):.0f} %, "
                      f"{100 * (half + 0.875):.0f} %]",
                      self.sentence(self.blocks()[1], "Share of the growth"))

    def test_times_beside_dense_are_of_other_heads(self):
        wide = self.study / "dense-wide"
        shutil.copytree(self.study / "dense/seed-2", wide)
        settings = (wide / "config.cfg").read_text().replace("width = 4", "width = 8")
        (wide / "config.cfg").write_text(settings)
        self.change("inference.json", lambda data: data["heads"][0].update(run=str(wide)))
        _, blocks = self.blocks()
        self.assertIn("a batch / Dense", self.row(blocks, "Dense (width 8)"))
        self.assertNotIn("Dense", self.sentence(blocks, "Time of a batch"))

    def test_a_chart_of_what_may_be_negative_has_no_logarithms(self):
        self.change("sparse/seed-1/curvature-train/curvature.json", lambda data:
                    data["spectrum"]["largest"][0].update(value=-0.5))
        self.change("sparse/seed-2/curvature-train/curvature.json", lambda data:
                    data["spectrum"]["largest"][0].update(value=20.0))
        chart = next(panel for panel in self.blocks()[1]["overview-charts"]["panels"]
                     if panel["id"] == "overview-largest-eigenvalue")["data"]
        self.assertIsNone(chart["y"]["log"])
        self.assertGreater(min(mark["values"][0] for mark in chart["marks"]), 0)

    def test_figures_of_fewer_seeds_say_so(self):
        shutil.rmtree(self.study / "sparse/seed-2/routing")
        notes = " ".join(self.blocks()[1]["overview-models"]["notes"])
        self.assertIn("Of fewer seeds: largest eigenvalue, train of Dense: 1;", notes)
        self.assertIn("mutual information, test of SparseMoE: 1", notes)
