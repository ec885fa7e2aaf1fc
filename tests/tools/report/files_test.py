"""A report's files are whole or not there, the same each time, and legible without our fonts."""

import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

from fixture_study import HERE, report
from reporting.figures import DRAWINGS
from reporting.svg import compact

RUN = HERE / "fixtures" / "study" / "dense" / "seed-1"


def files_of(folder):
    return {str(file.relative_to(folder)): file for file in folder.rglob("*") if file.is_file()}


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def test_what_cannot_be_written_is_named_and_leaves_nothing_half_written(self):
        for name in ("index.html", "figures/overview-accuracy.svg"):
            out = self.folder / name.replace("/", "-")
            (out / name).mkdir(parents=True)
            done = report(RUN, "-o", out)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(f"tools/report: {out / name} cannot be written (Is a directory)",
                          done.stderr)
            self.assertEqual([file for file in files_of(out) if file.endswith(".part")], [])

    def test_every_file_is_the_same_again(self):
        found = []
        for name in ("once", "again"):
            self.assertEqual(report(RUN, "-o", self.folder / name).returncode, 0)
            found.append({file: path.read_bytes()
                          for file, path in files_of(self.folder / name).items()})
        self.assertEqual({file.rsplit(".", 1)[1] for file in found[0]},
                         {"html", "json", "svg", "png", "csv"})
        self.assertEqual([file for file in found[0] if found[0][file] != found[1].get(file)], [])

    def test_text_of_charts_and_tables_has_a_font_on_every_reader(self):
        self.assertEqual(report(RUN, "-o", self.folder / "out").returncode, 0)
        images = [path.read_text(encoding="utf-8")
                  for file, path in files_of(self.folder / "out").items() if file.endswith(".svg")]
        self.assertTrue(any("<tspan" in image for image in images))  # powers of ten
        for image in images:
            xml.fromstring(image)
            self.assertIn("font-family:'DejaVu Sans',Verdana,sans-serif", image)
            self.assertNotRegex(image, "style=\"[^\"]*DejaVu")


class Compact(unittest.TestCase):
    SVG = b"""<svg><defs><style type="text/css">*{a: b}</style></defs>
  <g id="line_1">
    <path id="kept" d="M 1.23456 7 L 0.001 2.5"/>
    <text style="font: 700 10.5px 'DejaVu Sans', 'Verdana', sans-serif; text-anchor: end"
     transform="translate(3.14159 2) rotate(-90) scale(0.015625)">1.23456</text>
    <tspan style="font: 6.3px 'DejaVu Sans'" x="0 5.726074">10</tspan>
  </g></svg>"""

    def test_what_is_seen_stays(self):
        done = compact(self.SVG).decode()
        self.assertIn('<path id="kept" d="M 1.23 7 L 0.00 2.5"/>', done)
        self.assertIn('"font-size: 10.5px; font-weight: 700; text-anchor: end"', done)
        self.assertIn("translate(3.14 2) rotate(-90) scale(0.015625)", done)
        self.assertIn(">1.23456</text>", done)
        self.assertIn('<tspan style="font-size: 6.3px" x="0 5.72">', done)
        self.assertNotIn("line_1", done)

    def test_names_below_a_chart_end_at_their_ticks(self):
        figure = DRAWINGS["bars"].draw({
            "x": {"label": ""}, "y": {"label": "y"}, "bars": [{"label": "a", "values": [1, 2, 3]}],
            "categories": ["a long name", "another long name", "a third long name"]})
        labels = figure.axes[0].get_xticklabels()
        self.assertEqual({label.get_rotation() for label in labels}, {30})
        self.assertEqual({label.get_rotation_mode() for label in labels}, {"anchor"})


if __name__ == "__main__":
    unittest.main()
