"""Folders and files that cannot be used are refused by name, and the rest is still reported."""

import json
import os
import re
import shutil
import tempfile
import unittest
import unittest.mock
from pathlib import Path

from fixture_study import HERE, read, report
from page_reader import Page
from reporting.read.collect import collect

STUDY = HERE / "fixtures" / "study"


class Refused(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_folder(self, name="run", of="sparse/seed-1"):
        shutil.copytree(STUDY / of, self.folder / name)
        return self.folder / name

    def refusal(self, *paths):
        """The only one: its path, and why."""
        refused = collect(paths).refused
        self.assertEqual(len(refused), 1, refused)
        return refused[0]

    def assert_refused(self, paths, path, *words):
        where, why = self.refusal(*paths)
        self.assertEqual(where, path)
        for word in words:
            self.assertIn(word, why)

    def test_metrics_that_are_cut_off(self):
        run = self.run_folder()
        text = (run / "metrics.jsonl").read_text()
        (run / "metrics.jsonl").write_text(text[:-100])
        self.assert_refused([run], run / "metrics.jsonl", "cut off", "line 3")
        material = collect([run])
        self.assertEqual(material.runs[0].epochs, [])
        self.assertEqual(material.runs[0].summary["head"], "sparse")

    def test_metrics_that_repeat_an_epoch(self):
        run = self.run_folder()
        with open(run / "metrics.jsonl", "a", encoding="utf-8") as file:
            file.write((run / "metrics.jsonl").read_text().splitlines()[0] + "\n")
        self.assert_refused([run], run / "metrics.jsonl", "epochs")

    def test_configuration_that_is_missing_or_foreign(self):
        run = self.run_folder()
        (run / "config.cfg").write_text("[section]\nkey: value\n")
        self.assert_refused([run], run, "no configuration")
        (run / "config.cfg").write_bytes(b"\xff\xfe\x00")
        self.assert_refused([run], run, "no text")
        (run / "config.cfg").write_text("head = octopus\nseed = 1\n")
        self.assert_refused([run], run, "head")
        (run / "config.cfg").unlink()
        self.assert_refused([run], run, "config.cfg")

    def test_summary_that_is_of_another_run_or_has_no_shares(self):
        run = self.run_folder()
        shutil.copy(STUDY / "dense/seed-1/summary.json", run / "summary.json")
        self.assert_refused([run], run / "summary.json", "another run", "dense")
        shutil.copy(STUDY / "sparse/seed-1/summary.json", run / "summary.json")
        summary = read(run / "summary.json")
        summary["test"]["accuracy"] = 78.8
        (run / "summary.json").write_text(json.dumps(summary))
        self.assert_refused([run], run / "summary.json", "`test.accuracy`", "[0, 1]")
        (run / "summary.json").write_text('{"test": NaN}')
        self.assert_refused([run], run / "summary.json", "`head`")

    def test_curvature_that_is_cut_off_or_of_another_head(self):
        run = self.run_folder()
        file = run / "curvature-train" / "curvature.json"
        whole = file.read_text()
        file.write_text(whole[:2000])
        self.assert_refused([run], file, "cut off")
        file.write_text(whole.replace('"head":"sparse"', '"head":"soft"'))
        self.assert_refused([run], file, "another run")
        data = json.loads(whole)
        data["spectrum"]["largest"][0]["value"] = None
        file.write_text(json.dumps(data))
        self.assert_refused([run], file, "`spectrum.largest[0].value`")

    def test_curvature_that_is_not_of_the_whole_hessian(self):
        run = self.run_folder()
        part = run / "curvature-head" / "curvature.json"
        shutil.copytree(run / "curvature-train", part.parent)
        data = json.loads(part.read_text())
        data["settings"]["params"] = "head.*"
        part.write_text(json.dumps(data))
        self.assert_refused([run], part, "params head.*", "all parameters")
        self.assertEqual(len(collect([run]).curvatures), 1)

    def test_folder_that_may_not_be_read(self):
        run = self.run_folder()
        with unittest.mock.patch("os.access", lambda path, mode: Path(path).name != "routing"):
            self.assert_refused([run], run / "routing", "may not be read")

    def test_lists_that_do_not_fit_one_another(self):
        profile = STUDY / "profile" / "profile" / "train" / "profile.json"
        data = read(profile)
        data["traffic"]["matrix"][1].append(7)
        file = self.folder / "profile.json"
        file.write_text(json.dumps(data))
        self.assert_refused([file], file, "`traffic.matrix[1]`", "3 entries", "2")
        data = read(STUDY / "soft/seed-1/routing/test.json")
        data["class_experts"]["weights"].pop()
        file.write_text(json.dumps(data))
        self.assert_refused([file], file, "`class_experts.weights`", "9 entries", "10")
        data = read(STUDY / "sparse/seed-1/curvature-train/curvature.json")
        data["landscape"]["sweeps"][0]["points"][2]["coordinates"].append(0.5)
        file.write_text(json.dumps(data))
        self.assert_refused([file], file, "`coordinates of line-top-1`", "2 entries", "1")
        run = self.run_folder()
        lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
        lines[1]["validation"]["routing"]["load"].pop()
        (run / "metrics.jsonl").write_text("\n".join(map(json.dumps, lines)))
        self.assert_refused([run], run / "metrics.jsonl", "`load`", "7")

    def test_head_that_is_not_known(self):
        data = read(STUDY / "dense/seed-1/curvature-train/curvature.json")
        data["settings"]["head"] = "octopus"
        file = self.folder / "curvature.json"
        file.write_text(json.dumps(data))
        self.assert_refused([file], file, "`settings.head` is no head that is known")

    def test_what_is_not_there_or_holds_nothing(self):
        self.assert_refused([self.folder / "none"], self.folder / "none", "not there")
        self.assert_refused([self.folder], self.folder, "holds nothing")
        (self.folder / "letter.txt").write_text("hello")
        self.assert_refused([self.folder / "letter.txt"], self.folder / "letter.txt", "no JSON")
        (self.folder / "list.json").write_text("[1, 2]")
        self.assert_refused([self.folder / "list.json"], self.folder / "list.json",
                            "nothing that this report knows")

    def test_a_foreign_results_file_ends_no_search(self):
        self.run_folder("project/runs/mine")
        foreign = self.folder / "project" / "results.json"
        foreign.write_text('{"wins": 3}')
        material = collect([self.folder])
        self.assertEqual(([run.folder.name for run in material.runs], material.refused),
                         (["mine"], []))
        self.assert_refused([foreign, self.folder], foreign, "nothing that this report knows")
        foreign.write_text('{"points": [')
        self.assert_refused([self.folder], foreign, "cut off")

    def test_below_a_sweep_are_no_runs(self):
        sweep = self.folder / "sweep"
        shutil.copytree(STUDY / "scaling", sweep)
        for name in ("logs", "profiles"):
            (sweep / name).mkdir()
        self.run_folder("sweep/run")
        material = collect([self.folder])
        self.assertEqual((len(material.scalings), material.runs), (1, []))

    def test_what_is_no_regular_file_is_not_read(self):
        run = self.run_folder()
        pipe = run / "curvature-train" / "curvature.json"
        pipe.unlink()
        os.mkfifo(pipe)
        self.assert_refused([run], pipe, "no regular file")
        pipe.unlink()
        (run / "metrics.jsonl").unlink()
        os.mkfifo(run / "metrics.jsonl")
        self.assert_refused([run], run / "metrics.jsonl", "no regular file")
        self.assert_refused([Path("/dev/zero")], Path("/dev/zero"), "no regular file")

    def test_files_larger_than_any_of_ours_are_not_read(self):
        file = self.folder / "large.json"
        with open(file, "wb") as hole:
            hole.truncate(500_000_000)
        self.assert_refused([file], file, "500 MB")

    def test_links_that_go_round(self):
        run = self.run_folder()
        (run / "around").symlink_to(run)
        (run / "loop.json").symlink_to(run / "loop.json")
        self.assert_refused([run], run / "loop.json", "cannot be read")
        self.assert_refused([run / "loop.json"], run / "loop.json", "cannot be read")

    def test_numbers_that_are_none(self):
        file = self.folder / "inference.json"
        for name, value in (("median_ms", "1e999"), ("median_ms", "NaN"), ("p95_ms", "-1"),
                            ("p95_ms", "1e200"), ("median_ms", "1" + 400 * "0"),
                            ("interval_ms", "[2, 1]")):
            text = json.dumps(read(STUDY / "inference.json"))
            file.write_text(re.sub(rf'"{name}": (\[.*?\]|[^,]*)', f'"{name}": {value}', text, 1))
            self.assert_refused([file], file, f"`heads[0].host.{name}` is")
        text = json.dumps(read(STUDY / "inference.json"))
        file.write_text(re.sub(r'"parameters": \d+', f'"parameters": {17 * "7"}', text, 1))
        self.assert_refused([file], file, "`heads[0].parameters` is no count")

    def test_text_that_cannot_be_written(self):
        file = self.folder / "inference.json"
        data = read(STUDY / "inference.json")
        data["device"] = "\ud800"
        file.write_text(json.dumps(data))
        self.assert_refused([file], file, "surrogates")
        file.write_bytes(b'{"device": "\xff"}')
        self.assert_refused([file], file, "no text")
        named = self.folder / os.fsdecode(b"caf\xe9.json")
        shutil.copy(STUDY / "inference.json", named)
        file.unlink()
        where, why = self.refusal(self.folder)
        self.assertIn(r"caf\udce9.json", str(where))
        self.assertIn("no UTF-8", why)

    def test_the_same_model_and_seed_twice(self):
        unfinished, first, second = (self.run_folder(name) for name in "abc")
        (unfinished / "summary.json").unlink()
        material = collect([unfinished, first, second])
        self.assertEqual([run.folder for run in material.runs], [first])
        for other in (unfinished, second):
            self.assertIn((other, f"is left out: it is of the same model and seed as {first}, "
                                  "which is in the report"), material.refused)

    def test_the_same_folder_twice_is_one(self):
        run = self.run_folder()
        material = collect([run, run])
        self.assertEqual((len(material.runs), material.refused), (1, []))

    def test_a_run_too_deep_to_be_found_is_read_where_it_is_named(self):
        run = self.run_folder("a/b/c/d/e/f/run")
        self.assertEqual(collect([self.folder]).runs, [])
        self.assertEqual(len(collect([self.folder, run]).runs), 1)

    def test_unfinished_work_is_named(self):
        run = self.run_folder()
        (run / "summary.json").unlink()
        (run / "curvature-train" / "curvature.json").unlink()
        (run / "curvature-train" / "state").mkdir()
        (run / "curvature-train" / "state" / "identity.json").write_text("{}")
        material = collect([run])
        self.assertEqual([path for path, _ in material.unfinished], [run, run / "curvature-train"])
        self.assertEqual(material.refused, [])

    def test_the_rest_is_reported_with_a_warning(self):
        good, bad = (self.run_folder(name, "dense/seed-2") for name in ("good", "bad"))
        (bad / "config.cfg").write_bytes(b"\x00\x01\xff")
        done = report(good, bad, self.folder / "none", "-o", self.folder / "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        page = Page((self.folder / "out" / "index.html").read_text(encoding="utf-8"))
        for path in (bad, self.folder / "none"):
            self.assertIn(str(path), done.stderr)
            self.assertIn(str(path), page.text)
        self.assertIn("Table IV: no file", page.text)
        self.assertIn("Fig. 7: no curvature analysis", page.text)
        self.assertNotIn("table-4", page.tables)
        self.assertEqual(page.tables["table-2"][1][0][0], "Dense")

    def test_a_run_in_whose_folder_the_report_was_made_is_found_again(self):
        run = self.run_folder(of="dense/seed-2")
        first, again = (report(run, "-o", run) for _ in range(2))
        self.assertEqual((first.returncode, again.returncode), (0, 0), again.stderr)
        self.assertEqual(again.stderr, "")

    def test_a_report_takes_the_place_of_an_earlier_one(self):
        out = self.folder / "out"
        for of, gone in (("soft/seed-1", "fig-4-softmoe-seed-1"), ("dense/seed-2", None)):
            self.assertEqual(report(STUDY / of, "-o", out).returncode, 0)
            if gone:
                self.assertTrue((out / "figures" / f"{gone}.png").exists())
                (out / "figures" / "mine.txt").write_text("not the report's")
        names = {file.stem for file in (out / "figures").iterdir()}
        panels = {panel["id"] for section in read(out / "report.json")["sections"]
                  for block in section["blocks"] for panel in block.get("panels", [])}
        self.assertEqual(names, panels | {"mine"})

    def test_nothing_to_report(self):
        done = report(self.folder, "-o", self.folder / "out")
        self.assertEqual(done.returncode, 3)
        self.assertIn("nothing to report", done.stderr)
        self.assertFalse((self.folder / "out").exists())

    def test_what_is_not_installed_is_named(self):
        (self.folder / "jinja2.py").write_text(
            "raise ModuleNotFoundError('there is none', name='jinja2')")
        done = report(STUDY, "-o", self.folder / "out", PYTHONPATH=str(self.folder))
        self.assertEqual(done.returncode, 1)
        self.assertIn("jinja2 is not installed; `launch/setup report`", done.stderr)

    def test_bad_usage(self):
        self.assertEqual(report(self.folder).returncode, 2)
        self.assertEqual(report("-o", self.folder).returncode, 2)
        for words in (("", "-o", self.folder), (self.folder, "-o", ""),
                      (self.folder, "-o", self.folder / "out", "--title", os.fsdecode(b"caf\xe9"))):
            done = report(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertRegex(done.stderr, "empty|no UTF-8")
        blocked = self.folder / "file"
        blocked.write_text("")
        done = report(self.run_folder(of="dense/seed-2"), "-o", blocked)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("cannot be written", done.stderr)
