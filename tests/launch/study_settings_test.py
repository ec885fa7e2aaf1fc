"""launch/studying: settings of a study and its estimates, without running anything."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "launch"))
from shared.errors import BadUsage  # noqa: E402
from shared.files import write_json  # noqa: E402
from shared.launcher import Launcher  # noqa: E402
from studying import cfg_file, estimate, settings  # noqa: E402
from studying.machine import Machine  # noqa: E402
from studying.plan import Plan, Step  # noqa: E402
from studying.same_work import work_of  # noqa: E402

STUDY = ROOT / "configs/studies/moe-in-vision.cfg"


def settle(scale="full", overrides=None, machine=Machine(2, 0), file=STUDY):
    return settings.settle(file, scale, overrides or {}, machine)


class Settings(unittest.TestCase):
    def test_published_study(self):
        full = settle()
        self.assertEqual(full.heads, ["dense", "soft", "sparse", "hard"])
        self.assertEqual(full.group("train")["epochs"], "50")
        curvature = full.group("curvature")
        self.assertEqual((curvature["samples"], curvature["curvature-batch"]), ("1000", "128"))
        self.assertEqual((curvature["sweep-points"], curvature["sweep-radius"]), ("21", "0.5"))
        self.assertEqual(full.splits("curvature"), ["train", "test"])

    def test_ranks_are_one_number(self):
        self.assertEqual(settle(overrides={"inference.ranks": "10"}).ranks("inference"), 10)
        for text in ("0", "two", "1,2", "-1"):
            with self.assertRaisesRegex(BadUsage, "ranks takes one number above 0, not"):
                settle(overrides={"ranks": text})

    def test_batch_of_inference_depends_on_gpus(self):
        for machine, batch in ((Machine(2, 0), "32"), (Machine(2, 2), "256")):
            self.assertEqual(settle(machine=machine).group("inference")["batch"], batch, machine)
        self.assertEqual(settle(overrides={"ranks": "4"}, machine=Machine(2, 2)).group(
            "inference")["batch"], "32")

    def test_command_line_wins(self):
        changed = settle("small", {"train.width": "2", "inference.batch": "8"}, Machine(1, 1))
        self.assertEqual(changed.group("train")["width"], "2")
        self.assertEqual(changed.group("train")["schedule"], "cosine")
        self.assertEqual(changed.group("inference")["batch"], "8")

    def test_ranks(self):
        self.assertEqual(settle(machine=Machine(8, 8)).ranks("train"), 8)
        self.assertEqual(settle(machine=Machine(8, 8)).ranks("inference"), 1)
        self.assertEqual(settle(overrides={"curvature.ranks": "4"}).ranks("curvature"), 4)
        eight = Machine(8, 8, "for a reason")
        self.assertEqual(settle(machine=eight).why_ranks, "for a reason")
        self.assertEqual(settle(overrides={"ranks": "4"}, machine=eight).why_ranks, "")
        for text in ("0", "1,2", "x"):
            with self.assertRaises(BadUsage):
                settle(overrides={"ranks": text})

    def test_lines(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "a.cfg"
            file.write_text("# nothing\n\ntrain.config = a#b.cfg  # that\n", encoding="utf-8")
            self.assertEqual(cfg_file.read_lines(file), {"train.config": "a#b.cfg"})
            for text in ("a\n", "= 3\n", "a =\n", "a = 1\na = 2\n"):
                file.write_text(text, encoding="utf-8")
                with self.assertRaises(BadUsage):
                    cfg_file.read_lines(file)
        self.assertEqual(cfg_file.read_words(["a=1=2", "b=3", "b=4"]), {"a": "1=2", "b": "4"})


class Steps(unittest.TestCase):
    def test_same_work(self):
        by_mpirun = ["launch/run", "2", "build/release/bin/switchyard", "train", "--seed", "1"]
        by_srun = ["launch/srun", "2", "/opt/switchyard", "train", "--seed", "1"]
        self.assertEqual(work_of(by_mpirun), work_of(by_srun))
        for other in (["launch/run", "3", *by_mpirun[2:]], [*by_mpirun[:-1], "2"], by_mpirun[2:]):
            self.assertNotEqual(work_of(by_mpirun), work_of(other))
        named_run = ["/opt/run", "scale", "--measured", "a", "--json", "b"]
        self.assertEqual(work_of(named_run), named_run[1:])
        sweep = ["launch/scaling", "--program", "a", "--launcher", "srun", "--ranks", "1,2"]
        self.assertEqual(work_of(sweep), ["--ranks", "1,2"])

    def test_a_model_is_fitted_where_there_is_enough(self):
        def words(points):
            with tempfile.TemporaryDirectory() as folder:
                if points:
                    (Path(folder) / "scaling").mkdir()
                    write_json(Path(folder) / "scaling/results.json", {"points": points})
                plan = Plan(settle("small", {"steps": "scaling"}), Path(folder),
                            Launcher("mpirun", 2, 1), "switchyard")
                return next(step for step in plan.steps
                            if step.name == "scaling/model").command(())

        alone = {"ranks": 1, "batch": 128, "oversubscribed": False}
        self.assertIn("--measured", words(None))
        self.assertIn("--measured", words([alone, {**alone, "ranks": 2}]))
        self.assertNotIn("--measured", words([alone, {**alone, "ranks": 2, "batch": 256}]))
        crowded = {**alone, "ranks": 2, "oversubscribed": True}
        self.assertNotIn("--measured", words([alone, crowded]))


def step(name):
    return Step(name, name.split("/")[0], "", "", None)


def done(name, seconds):
    return {"name": name, "kind": name.split("/")[0], "status": "done", "seconds": seconds}


class Estimate(unittest.TestCase):
    def test_by_kind_and_head(self):
        entries = [done("train/dense/seed-1", 100.0), done("train/soft/seed-1", 300.0),
                   {**done("train/hard/seed-1", 9.0), "status": "failed"}]
        left = [step("train/dense/seed-2"), step("train/sparse/seed-1")]
        self.assertEqual(estimate.eta(left, entries), "0:05:00")  # 100, and (100 + 300) / 2
        left += [step("inference"), step("curvature/dense/seed-1/test")]
        self.assertEqual(estimate.eta(left, entries), "0:05:00 without inference, curvature")
        self.assertEqual(estimate.eta(left[2:], entries), "not known yet")

    def test_text(self):
        self.assertEqual(estimate.text_of(3599.6), "1:00:00")
        self.assertEqual(estimate.text_of(90061), "25:01:01")


if __name__ == "__main__":
    unittest.main()
