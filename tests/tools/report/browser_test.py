"""The whole study's page in headless Chromium, as wide as a telephone and a desk: nothing on the
console, no request, no broken image, all headings in sight, and nothing beyond the window's edge,
nor beyond that of a sheet of paper.
SWITCHYARD_SCREENSHOTS=FOLDER keeps a picture of each."""

import json
import os
import shutil
import tempfile
import unittest
from pathlib import Path

from browser import BROWSER, Sight, picture
from fixture_study import copy_study, read, report

WIDTHS = (390, 1280)
A4 = 718  # pixels of 1/96 inch between margins of 10 mm


@unittest.skipUnless(BROWSER, "there is no Chromium (launch/setup browser installs it on Debian)")
class Browser(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_page_fits_complains_of_nothing_and_asks_for_nothing(self):
        study = copy_study(self.folder)
        done = report(study, "-o", self.folder / "out", "--note", "A <b>note</b>")
        self.assertEqual(done.returncode, 0, done.stderr)
        html = (self.folder / "out" / "index.html").read_text(encoding="utf-8")
        sight = Sight(html, WIDTHS, self.folder)
        self.assertEqual((sight.console, sight.requests), ([], []))
        self.assertEqual(tuple(sight.frames), WIDTHS)
        for width, found in sight.frames.items():
            self.assertLessEqual(found["wide"], width)
            self.assertEqual((found["broken"], found["images"]), (0, html.count("<img ")))
            self.assertEqual(found["hidden"], [])
            self._keep(html, found)

    def test_tables_fit_on_paper(self):
        study = copy_study(self.folder)
        for analysis in study.glob("*/*/curvature-train"):
            on_test = shutil.copytree(analysis, analysis.with_name("curvature-test"))
            data = read(on_test / "curvature.json")
            data["samples"]["split"] = "test"
            (on_test / "curvature.json").write_text(json.dumps(data), encoding="utf-8")
        self.assertEqual(report(study, "-o", self.folder / "out").returncode, 0)
        html = (self.folder / "out" / "index.html").read_text(encoding="utf-8")
        printed = html.replace("@media print", "@media all")
        self.assertNotEqual(printed, html)
        sight = Sight(printed, [A4], self.folder)
        self.assertLessEqual(sight.frames[A4]["wide"], A4)

    def _keep(self, html, found):
        pictures = os.environ.get("SWITCHYARD_SCREENSHOTS")
        if pictures:
            file = Path(pictures).absolute() / f"report-{found['width']}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            picture(html, found, self.folder, file)
            self.assertTrue(file.exists())

    def test_what_is_wrong_with_a_page_is_seen(self):
        sight = Sight("""<!DOCTYPE html><h1>here</h1><h2 style="display: none">nowhere</h2>
            <div style="width: 900px">wide</div><img src="http://127.0.0.1:9/outside.png">
            <script>console.error("complaint")</script>""", WIDTHS, self.folder)
        self.assertEqual(sight.requests, ["http://127.0.0.1:9/outside.png"])
        self.assertIn("complaint", "".join(sight.console))
        self.assertEqual([(found["broken"], found["hidden"]) for found in sight.frames.values()],
                         2 * [(1, ["nowhere"])])
        self.assertGreaterEqual(sight.frames[390]["wide"], 900)
        self.assertEqual(sight.frames[1280]["wide"], 1280)
