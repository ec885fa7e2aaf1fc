"""Which runs and analyses are of one model, which are its seeds, and on what images."""

import json
import shutil
import tempfile
import unittest
from pathlib import Path

from fixture_study import HERE, read
from reporting import paper
from reporting.read import data_set
from reporting.read.collect import collect
from reporting.report import report_of

STUDY = HERE / "fixtures" / "study"


class Models(unittest.TestCase):
    def test_images_that_were_made_up_are_named_beside_the_papers(self):
        with tempfile.TemporaryDirectory() as folder:
            run = Path(folder) / "run"
            shutil.copytree(STUDY / "dense/seed-2", run)
            images = Path(folder) / "images"
            images.mkdir()
            (images / "synthetic.json").write_text("{}")
            (images / "test_batch.bin").write_bytes(bytes(40 * 3073))
            text = (run / "config.cfg").read_text().replace("data = cifar10", f"data = {images}")
            (run / "config.cfg").write_text(text)
            settings = collect([run]).runs[0].settings
            self.assertIn(("data", "CIFAR-10", "synthetic images"), paper.differences(settings))
            self.assertEqual(data_set.test_images(settings), 40)

    def test_models_of_one_head_are_told_apart_by_what_differs(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, width in (("a", "4"), ("b", "8")):
                run = Path(folder) / name
                shutil.copytree(STUDY / "dense/seed-2", run)
                text = (run / "config.cfg").read_text().replace("width = 4", f"width = {width}")
                (run / "config.cfg").write_text(text)
            material = collect([Path(folder)])
            self.assertEqual(material.labels, ["Dense (width 4)", "Dense (width 8)"])

    def test_runs_are_one_model_however_their_numbers_are_written(self):
        with tempfile.TemporaryDirectory() as folder:
            lines = ("lr = 0.1\ntensorboard = on", "lr = 0.10\nhistograms-every = 0", "lr = 0.2")
            for seed, added in enumerate(lines):
                run = Path(folder) / f"seed-{seed}"
                shutil.copytree(STUDY / "dense/seed-2", run)
                kept = [line for line in (run / "config.cfg").read_text().splitlines()
                        if line.split("=")[0].strip() not in ("lr", "seed")]
                kept += [f"seed = {seed}", added]
                (run / "config.cfg").write_text("\n".join(kept) + "\n")
            material = collect([Path(folder)])
            self.assertEqual(material.labels, ["Dense (lr 0.1)", "Dense (lr 0.2)"])
            self.assertEqual([run.seed for run in material.of("Dense (lr 0.1)")], [0, 1])

    def test_an_analysis_elsewhere_belongs_to_the_run_that_it_names(self):
        with tempfile.TemporaryDirectory() as folder:
            run = Path(folder) / "run"
            shutil.copytree(STUDY / "dense/seed-1", run)
            shutil.move(run / "curvature-train", Path(folder) / "apart")
            material = collect([Path(folder) / "apart", run])
            self.assertEqual([(c.label, c.seed) for c in material.curvatures], [("Dense", 1)])

    def copies(self, folder, runs):
        """Of one analysis without its run, which name `runs` instead."""
        for place, run in enumerate(runs):
            apart = Path(folder) / f"apart-{place}"
            shutil.copytree(STUDY / "dense/seed-1/curvature-train", apart)
            data = read(apart / "curvature.json")
            data["run"] = run
            (apart / "curvature.json").write_text(json.dumps(data))
        return collect([Path(folder)])

    def test_an_analysis_without_its_run_has_the_seed_that_the_run_is_called_by(self):
        with tempfile.TemporaryDirectory() as folder:
            material = self.copies(folder, ["a/dense/seed-1", "a/dense/seed-12"])
            self.assertEqual([(c.label, c.seed) for c in material.curvatures],
                             [("Dense", 1), ("Dense", 12)])
            self.assertEqual(material.refused, [])

    def test_analyses_of_seeds_that_nobody_knows_are_told_apart(self):
        with tempfile.TemporaryDirectory() as folder:
            material = self.copies(folder, ["runs/a", "runs/b", "runs/b"])
            self.assertEqual([(c.label, c.seed) for c in material.curvatures],
                             [("Dense of runs/a", None), ("Dense of runs/b", None)])
            self.assertEqual([path.parent.name for path, _ in material.refused], ["apart-2"])
            panels = [panel["id"] for section in report_of(material, "")["sections"]
                      for block in section["blocks"] for panel in block.get("panels", [])]
            self.assertEqual(len(panels), len(set(panels)))

    def test_the_same_seed_of_two_studies_is_no_second_seed(self):
        with tempfile.TemporaryDirectory() as folder:
            material = self.copies(folder, ["a/dense/seed-1", "b/dense/seed-1"])
            self.assertEqual([c.label for c in material.curvatures],
                             ["Dense of a/dense/seed-1", "Dense of b/dense/seed-1"])

    def test_analyses_alone_that_were_done_otherwise_are_no_seeds_of_one_model(self):
        with tempfile.TemporaryDirectory() as folder:
            self.copies(folder, ["a/seed-1", "a/seed-2"])
            file = Path(folder) / "apart-1" / "curvature.json"
            data = read(file)
            data["settings"]["width"] = "16"
            file.write_text(json.dumps(data))
            self.assertEqual([c.label for c in collect([Path(folder)]).curvatures],
                             ["Dense of a/seed-1", "Dense of a/seed-2"])
