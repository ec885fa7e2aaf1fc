"""The page of a small study: its numbers are those of the files that they come from, and it needs
nothing but itself."""

import csv
import json
import math
import re
import tempfile
import unittest
from html import unescape
from pathlib import Path

from fixture_study import PLANE_ENDS, copy_study, loss_on_plane, read, report
from page_reader import Page
from reporting.blocks import shown

T_OF_TWO = 12.706205  # Student's 97.5 % quantile with one degree of freedom


def together(text):
    """Without the spaces where lines may be broken."""
    return "".join(unescape(text).split())


class WholeStudy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.study = copy_study(Path(cls.folder.name))
        cls.out = Path(cls.folder.name) / "report"
        cls.done = report(cls.study, "-o", cls.out, "--title", "A <small> study",
                          "--note", "Images were <i>made up</i>.", "--note", "Another note.")
        if cls.done.returncode != 0:
            raise AssertionError(cls.done.stderr)
        cls.html = (cls.out / "index.html").read_text(encoding="utf-8")
        cls.page = Page(cls.html)
        cls.report = read(cls.out / "report.json")
        cls.blocks = {block["id"]: block for section in cls.report["sections"]
                      for block in section["blocks"] if "id" in block}
        cls.panels = {panel["id"]: panel for block in cls.blocks.values()
                      for panel in block.get("panels", [])}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def row(self, table, *beginning):
        """Text and exact value of each column of the row that begins so."""
        header, *rows = self.page.tables[table]
        names = [re.sub(r" \(.*\)$", "", text) for text, _ in header]
        for row in rows:
            if [text for text, _ in row[:len(beginning)]] == list(beginning):
                return dict(zip(names, row))
        raise AssertionError(f"{table} has no row {beginning}: {rows}")

    def line(self, panel, label):
        return next(line for line in self.panels[panel]["data"]["lines"] if line["label"] == label)

    def csv(self, folder, name):
        with open(self.out / folder / f"{name}.csv", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def summaries(self, head):
        return [read(self.study / head / f"seed-{seed}" / "summary.json") for seed in (1, 2)]

    def test_every_cell_of_the_page_is_that_of_the_report(self):
        cells = 0
        for name, block in self.blocks.items():
            if block["kind"] != "table":
                continue
            _, *rows = self.page.tables[name]
            self.assertEqual(len(rows), len(block["rows"]), name)
            for got, wanted in zip(rows, block["rows"]):
                for (text, exact), cell, column in zip(got, wanted, block["columns"], strict=True):
                    self.assertEqual(text, shown(cell, column))
                    value = cell["value"] if isinstance(cell, dict) else cell
                    if isinstance(value, (int, float)):
                        self.assertEqual(float(exact), value)
                        cells += 1
        self.assertGreater(cells, 100)

    def test_table_2_is_of_the_summaries(self):
        a, b = (one["test"]["accuracy"] for one in self.summaries("sparse"))
        row = self.row("table-2", "SparseMoE", "2", "1, 2")
        mean, half = (a + b) / 2, T_OF_TWO * abs(a - b) / 2
        low, high = max(0, mean - half), min(1, mean + half)
        self.assertAlmostEqual(float(row["test"][1]), mean)
        self.assertEqual(row["test"][0],
                         f"{100 * mean:.2f} [{100 * low:.2f}, {100 * high:.2f}]")
        self.assertAlmostEqual(float(row["deviation of test"][1]), abs(a - b) / math.sqrt(2))
        best = [one["max_validation"]["accuracy"] for one in self.summaries("sparse")]
        self.assertAlmostEqual(float(row["validation, highest"][1]), sum(best) / 2)
        self.assertEqual(row["validation, paper"][0], "88.16")

    def test_one_seed_has_the_interval_of_its_test_images_and_no_spread(self):
        accuracy = read(self.study / "soft/seed-1/summary.json")["test"]["accuracy"]
        row = self.row("table-2", "SoftMoE", "1", "1")
        self.assertEqual(row["deviation of test"], ["\u2013", None])
        self.assertTrue(row["test"][0].endswith("*"))
        low, high = map(float, re.findall(r"\[(.*), (.*)\]", row["test"][0])[0])
        # 1.96 binomial deviations of 10000 images, to which Wilson's interval comes close.
        half = 196 * math.sqrt(accuracy * (1 - accuracy) / 10000)
        self.assertAlmostEqual(high - low, 2 * half, delta=0.05)
        self.assertIn("no spread over seeds is known", self.page.text)

    def test_paired_test(self):
        first, second = (self.summaries(head) for head in ("dense", "sparse"))
        differences = [b["test"]["accuracy"] - a["test"]["accuracy"]
                       for a, b in zip(first, second)]
        row = self.row("paired-tests", "SparseMoE \u2212 Dense", "2", "1, 2")
        self.assertAlmostEqual(float(row["mean"][1]), sum(differences) / 2)
        alike = differences[0] * differences[1] > 0
        self.assertEqual(float(row["p, sign flips"][1]), 0.5 if alike else 1.0)

    def test_curves_are_those_of_the_metrics(self):
        lines = [[json.loads(text) for text in
                  (self.study / f"sparse/seed-{seed}/metrics.jsonl").read_text().splitlines()]
                 for seed in (1, 2)]
        curve = self.line("validation-loss", "SparseMoE")
        for i, y in enumerate(curve["y"]):
            values = [run[i]["validation"]["loss"] for run in lines]
            self.assertAlmostEqual(y, sum(values) / 2)
            self.assertEqual((curve["low"][i], curve["high"][i]), (min(values), max(values)))
        for expert in range(8):
            self.assertEqual(self.line("fig-4-sparsemoe-seed-2", f"expert {expert}")["y"],
                             [epoch["train"]["routing"]["utilisation"][expert]
                              for epoch in lines[1]])

    def test_experts_are_ordered_by_their_main_class(self):
        weights = read(self.study / "sparse/seed-1/routing/test.json")["class_experts"]["weights"]
        data = self.panels["fig-5-sparsemoe-seed-1-test"]["data"]
        main = []
        for place, expert in enumerate(map(int, data["columns"])):
            column = [row[expert] for row in weights]
            self.assertEqual([row[place] for row in data["values"]], column)
            main.append(column.index(max(column)))
        self.assertEqual(main, sorted(main))
        self.assertEqual(data["rows"][3], "cat")
        self.assertGreater(len(set(main)), 2)

    def test_routing_tables(self):
        data = read(self.study / "sparse/seed-2/routing/test.json")
        row = self.row("specialisation", "SparseMoE", "2")
        for name, value in (("normalised", data["specialisation"]["normalised"]),
                            ("accuracy", data["accuracy"]),
                            ("dead experts", len(data["dead_experts"]))):
            self.assertEqual(float(row[name][1]), value)
        self.assertEqual(float(self.row("gate-margins", "SparseMoE", "2")["p95"][1]),
                         data["gate_margin"]["p95"])
        chart = self.panels["ablation-sparsemoe-seed-2-test"]["data"]
        self.assertEqual([bar["values"] for bar in chart["bars"]],
                         [[entry["accuracy"] for entry in data[kind]]
                          for kind in ("ablation", "alone")])
        row = self.row("agreement", "SparseMoE", "2", "study/sparse/seed-1")
        self.assertEqual(float(row["matched"][1]), data["against"][0]["agreement"])
        self.assertEqual(row["by chance"], ["37.50", "0.375"])

    def test_curvature(self):
        data = read(self.study / "dense/seed-1/curvature-train/curvature.json")
        row = self.row("table-3", "Dense", "train")
        largest = data["spectrum"]["largest"][0]
        self.assertEqual(float(row["largest eigenvalue"][1]), largest["value"])
        self.assertEqual(float(row["trace"][1]), data["trace"]["trace"])
        error = 1.959964 * data["trace"]["standard_error"]
        self.assertIn(f"\u00b1 {float(f'{error:.2g}'):.0f}", row["trace"][0])
        self.assertEqual(row["largest, paper"][0], "2.38")
        self.assertTrue(row["largest eigenvalue"][0].endswith(
            f"\u00b1 {largest['true_residual']:.2g}"))
        both = [read(self.study / f"sparse/seed-{seed}/curvature-train/curvature.json")
                ["trace"]["trace"] for seed in (1, 2)]
        self.assertAlmostEqual(float(self.row("table-3", "SparseMoE", "train")["trace"][1]),
                               sum(both) / 2)
        bars = self.panels["fig-6-trace-train"]["data"]["bars"][0]
        self.assertEqual(bars["points"], [[], both])
        self.assertEqual(self.line("density-dense-train", "seed 1")["y"],
                         data["density"]["density"])

    def test_sweeps(self):
        data = read(self.study / "sparse/seed-1/curvature-train/curvature.json")
        sweep = data["landscape"]["sweeps"][0]
        panel = self.panels["fig-7-sparsemoe-seed-1-train-line-top-1"]["data"]
        self.assertEqual([line["label"] for line in panel["losses"]],
                         ["routing free", "sets fixed", "sets and weights fixed"])
        self.assertEqual(panel["losses"][1]["values"],
                         [point["routing"]["loss_fixed_sets"] for point in sweep["points"]])
        self.assertEqual(panel["rerouted"],
                         [point["routing"]["rerouted"] for point in sweep["points"]])

        self.assertTrue(self.panels["fig-7-sparsemoe-seed-1-train-line-top-1"]["title"]
                        .endswith("top eigenvector"))

    def test_planes(self):
        panel = self.panels["plane-sparsemoe-seed-1-train-plane-top"]
        self.assertEqual(panel["title"],
                         "SparseMoE, seed 1, train: top eigenvector and eigenvector 2")
        data = panel["data"]
        self.assertEqual((data["xs"], data["ys"]), (list(PLANE_ENDS), list(PLANE_ENDS)))
        loss, rerouted = data["layers"]
        for j, y in enumerate(PLANE_ENDS):
            self.assertEqual(loss["values"][j], [loss_on_plane(x, y) for x in PLANE_ENDS])
            self.assertEqual(rerouted["values"][j], [abs(x) + abs(y) / 2 for x in PLANE_ENDS])
        rows = self.csv("figures", "plane-sparsemoe-seed-1-train-plane-top")
        self.assertEqual(len(rows), len(PLANE_ENDS) ** 2)
        for row in rows:
            x, y = float(row["top eigenvector"]), float(row["eigenvector 2"])
            self.assertEqual(float(row["loss"]), loss_on_plane(x, y))
        row = self.row("landscape", "SparseMoE", "1", "train", "top eigenvector and eigenvector 2")
        self.assertEqual(float(row["highest loss"][1]), loss_on_plane(0.5, 0.5))

    def test_groups_of_parameters(self):
        for run, name in (("sparse/seed-1", "sparsemoe-seed-1"), ("dense/seed-1", "dense-seed-1"),
                          ("sparse/seed-2", "sparsemoe-seed-2")):
            groups = read(self.study / run / "curvature-train/curvature.json")["trace"]["groups"]
            data = self.panels[f"groups-trace-{name}-train"]["data"]
            self.assertEqual(data["categories"], [group["group"] for group in groups])
            self.assertEqual(data["bars"][0]["values"], [group["trace"] for group in groups])
            for group, low, high in zip(groups, data["bars"][0]["low"], data["bars"][0]["high"]):
                error = 1.959964 * group["standard_error"]
                self.assertAlmostEqual(low, group["trace"] - error, places=4)
                self.assertAlmostEqual(high, group["trace"] + error, places=4)
        self.assertEqual([self.panels[f"groups-trace-sparsemoe-seed-{seed}-train"]["more"]
                          for seed in (1, 2)], [False, True])
        panel = self.panels["groups-largest-sparsemoe-seed-1-train"]
        self.assertEqual(panel["sample"], "SparseMoE: seed 1 (n = 1), 64 training images")
        bars = panel["data"]["bars"][0]
        self.assertEqual(bars["values"], [float(i) for i in range(1, 15)])
        self.assertEqual(bars["low"], [i - 0.25 for i in range(1, 15)])

    def test_inference_profile_and_scaling(self):
        head = read(self.study / "inference.json")["heads"][0]
        row = self.row("table-4", "Dense")
        self.assertEqual(float(row["a batch"][1]), head["host"]["median_ms"])
        profile = read(self.study / "profile/profile/train/profile.json")
        zones = self.panels["profile-1-zones"]["data"]
        self.assertEqual(zones["values"][0],
                         [rank["mean"] for rank in profile["zones"][0]["per_rank"]])
        self.assertEqual(self.blocks["profiles"]["rows"][0][0], "SparseMoE, train")
        self.assertEqual(self.panels["profile-1-traffic"]["data"]["values"],
                         profile["traffic"]["matrix"])
        self.assertEqual(self.line("profile-1-overload-0", "overload")["y"],
                         profile["experts"][0]["overload_per_step"])
        points = read(self.study / "scaling/results.json")["points"]
        row = self.row("scaling-measured", "strong", "2", "1x2", "32")
        self.assertEqual(float(row["step"][1]), next(
            p["step"]["median"] for p in points if p["ranks"] == 2 and p["batch"] == 32))
        predicted = read(self.study / "scale.json")["predictions"]
        self.assertEqual(self.line("scaling-weak-step", "model, batch 16 up")["y"],
                         [p["step"] for p in predicted])

    def test_training_for_a_profile_is_no_run(self):
        self.assertEqual({row[-1] for row in self.blocks["runs"]["rows"]},
                         {str(self.study / head / f"seed-{seed}") for head, seed in
                          (("dense", 1), ("dense", 2), ("sparse", 1), ("sparse", 2), ("soft", 1))})

    def test_settings_that_differ_from_the_papers_are_named(self):
        row = self.row("differences", "width")
        self.assertEqual(row["SoftMoE"][0], "4 (paper: 64)")
        self.assertIn("the first eigenvalue of a loosely converged power iteration",
                      self.page.text)

    def test_what_is_missing_is_named(self):
        for text in ("Curvature of SoftMoE on training images: no analysis.",
                     "Curvature of Dense on test images: no analysis.",
                     "step routing/hard: waiting"):
            self.assertIn(text, self.page.text)
        self.assertFalse([name for name, panel in self.panels.items() if panel["drawing"] == "lines"
                          and not panel["data"]["lines"]])

    def test_every_chart_says_of_how_many_and_of_which_seeds(self):
        self.assertEqual(len(self.page.images), len(self.panels))
        for name, panel in self.panels.items():
            self.assertIn("n = ", panel["sample"], name)
            self.assertIn("seed", panel["sample"], name)
            self.assertTrue(any(panel["sample"] in text for _, text in self.page.images), name)

    def test_charts_and_tables_lie_beside_the_page(self):
        for name, panel in self.panels.items():
            svg = (self.out / "figures" / f"{name}.svg").read_text(encoding="utf-8")
            self.assertIn("</svg>", svg)
            png = (self.out / "figures" / f"{name}.png").read_bytes()
            self.assertEqual(png[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual([float(row["mean routing weight"])
                          for row in self.csv("figures", "fig-4-softmoe-seed-1")
                          if row["line"] == "expert 5"],
                         self.line("fig-4-softmoe-seed-1", "expert 5")["y"])
        self.assertEqual(float(self.csv("tables", "table-3")[0]["trace"]),
                         self.blocks["table-3"]["rows"][0][8]["value"])

    def test_tables_are_drawn_with_the_cells_of_the_page(self):
        for name, cells in self.page.tables.items():
            svg = (self.out / "tables" / f"{name}.svg").read_text(encoding="utf-8")
            drawn = together("".join(re.findall(r"<text [^>]*>([^<]*)</text>", svg)))
            for text in (self.blocks[name]["title"], *(text for row in cells for text, _ in row)):
                self.assertIn(together(text), drawn, name)
            png = (self.out / "tables" / f"{name}.png").read_bytes()
            self.assertEqual(png[:8], b"\x89PNG\r\n\x1a\n")

    def test_charts_stand_in_as_many_columns_as_leave_least_room(self):
        for name, wanted in (("learning-curves", 2), ("accuracy-points", 3), ("fig-7-paper", 2)):
            html = self.html.split(f'<h3 id="{name}">', 1)[1]
            self.assertEqual(int(re.search(r"--columns: (\d)", html)[1]), wanted, name)

    def test_it_needs_nothing_else(self):
        self.assertNotIn("script", self.page.tags)
        for address in self.page.references:
            self.assertNotRegex(address, r"(?i)^\s*(https?:)?//")
        for source, text in self.page.images:
            self.assertTrue(source.startswith("data:image/svg+xml,"))
            self.assertTrue(text)
        self.assertNotRegex(self.html, r"(?i)@import|url\(")
        self.assertIn('name="viewport"', self.html)

    def test_text_is_escaped(self):
        self.assertIn("A &lt;small&gt; study", self.html)
        self.assertNotIn("<small>", self.html)

    def test_notes_stand_below_the_heading(self):
        self.assertEqual(self.report["notes"], ["Images were <i>made up</i>.", "Another note."])
        heading, text = self.page.text.split("Training runs:", 1)
        for note in self.report["notes"]:
            self.assertIn(note, heading)
            self.assertNotIn(note, text)

    def test_again_it_is_the_same_to_the_byte(self):
        pages = []
        for name in ("once", "again"):
            out = self.out.with_name(name)
            self.assertEqual(report(self.study / "soft", "-o", out).returncode, 0)
            pages.append((out / "index.html").read_bytes())
        self.assertEqual(*pages)
        self.assertTrue((out / "tables" / "specialisation.svg").exists())
        self.assertEqual(report(self.study / "dense" / "seed-1", "-o", out).returncode, 0)
        tables = {block["id"] for section in read(out / "report.json")["sections"]
                  for block in section["blocks"] if block["kind"] == "table"}
        self.assertNotIn("specialisation", tables)
        self.assertEqual({f"{name}.{kind}" for name in tables for kind in ("csv", "png", "svg")},
                         {file.name for file in (out / "tables").iterdir()})
