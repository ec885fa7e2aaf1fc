"""Points of a sweep that shared cores or GPUs are drawn hollow and say which."""

import json
import shutil
import tempfile
import unittest
from pathlib import Path

from reporting.read.collect import collect
from reporting.sections import scaling

SWEEP = Path(__file__).resolve().parent / "fixtures/study/scaling"


class Oversubscribed(unittest.TestCase):
    def setUp(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory())) / "scaling"
        shutil.copytree(SWEEP, folder)
        file = folder / "results.json"
        sweep = json.loads(file.read_text(encoding="utf-8"))
        of_two = {point["batch"]: point for point in sweep["points"] if point["ranks"] == 2}
        of_two[32].update(oversubscribed=True)  # as sweeps had it that knew one reason
        of_two[64].update(oversubscribed=True, oversubscription=["more ranks than GPUs"])
        file.write_text(json.dumps(sweep), encoding="utf-8")
        self.blocks = {block["id"]: block for block in scaling.build(collect([folder]))["blocks"]
                       if "id" in block}

    def test_table_says_which(self):
        table = self.blocks["scaling-measured"]
        place = [column["name"] for column in table["columns"]].index("oversubscribed")
        self.assertEqual([(row[0], row[1], row[place]) for row in table["rows"]],
                         [("strong", 1, "no"), ("strong", 2, "more threads than cores"),
                          ("weak", 1, "no"), ("weak", 2, "more ranks than GPUs")])

    def test_what_intervals_cover_is_said(self):
        self.assertIn("which cover at least 96.9 %", self.blocks["scaling"]["notes"][0])

    def test_points_are_hollow(self):
        panel = next(panel for panel in self.blocks["scaling"]["panels"]
                     if panel["id"] == "scaling-strong-step")
        self.assertEqual([(line["hollow"], line["x"]) for line in panel["data"]["lines"]],
                         [(False, [1]), (True, [2])])


if __name__ == "__main__":
    unittest.main()
