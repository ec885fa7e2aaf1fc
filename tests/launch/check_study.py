"""check_study.py CHECKOUT FOLDER: that all steps of the study in FOLDER are done and lie where
study.json says, and that a training replayed by its command gives the same metrics."""

import json
import subprocess
import sys
from pathlib import Path

root, folder = map(Path, sys.argv[1:])


def epochs(run):
    lines = (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    return [{key: value for key, value in json.loads(line).items() if key != "time"}
            for line in lines]


study = json.loads((folder / "study.json").read_text(encoding="utf-8"))
steps = {step["name"]: step for step in study["steps"]}
assert study["format"] == 1 and study["scale"] == "small" and study["config"]["train.width"] == "2"
for head in ("dense", "soft", "sparse", "hard"):
    for seed in (1, 2):
        run = folder / head / f"seed-{seed}"
        assert f"seed = {seed}\n" in (run / "config.cfg").read_text(encoding="utf-8"), run
        assert json.loads((run / "summary.json").read_text(encoding="utf-8"))["head"] == head, run
        curvature = json.loads((run / "curvature-test" / "curvature.json").read_text("utf-8"))
        assert curvature["samples"]["split"] == "test" and curvature["samples"]["count"] == 16, run
        line, plane = curvature["landscape"]["sweeps"]
        assert (len(line["points"]), len(plane["points"])) == (3, 4), run
        if head != "dense":
            routing = json.loads((run / "routing" / "test.json").read_text(encoding="utf-8"))
            assert len(routing["against"]) == seed - 1, run
inference = json.loads((folder / "inference.json").read_text(encoding="utf-8"))
for head, entry in zip(("dense", "soft", "sparse", "hard"), inference["heads"], strict=True):
    assert (entry["head"], entry["weights"]) == (head, "trained"), entry
    assert entry["run"].endswith(f"/{head}/seed-1"), entry
for step in steps.values():
    assert step["status"] == "done" and step["seconds"] > 0, step["name"]
    assert (folder / step["folder"]).is_dir(), step["name"]

first = steps["train/dense/seed-1"]
replayed = folder / "replayed"
subprocess.run([*first["command"], "--out", str(replayed)], cwd=root, check=True,
               capture_output=True)
assert epochs(replayed) == epochs(folder / first["folder"])
