"""A copy of the small study in fixtures/, as launch/study leaves one."""

import json
import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOOL = HERE.parents[2] / "tools" / "report"


def copy_study(folder):
    """In `folder`/study: the fixture and a study.json, in which a step waits."""
    study = folder / "study"
    shutil.copytree(HERE / "fixtures" / "study", study)
    steps = [{"name": "profile/sparse", "kind": "profile", "folder": "profile", "status": "done"},
             {"name": "routing/hard", "kind": "routing", "folder": "hard/seed-1",
              "status": "waiting"}]
    (study / "study.json").write_text(json.dumps({"format": 1, "scale": "small", "steps": steps}),
                                      encoding="utf-8")
    _plant(study / "sparse" / "seed-1" / "curvature-train" / "curvature.json")
    _plant_chance(study / "sparse" / "seed-2" / "routing" / "test.json")
    return study


PLANE_ENDS = (-0.5, -0.25, 0.0, 0.25, 0.5)


def loss_on_plane(x, y):
    return 2.25 + 3 * x * x + x * y + 2 * y * y


def _plant(file):
    """A plane, and the largest eigenvalue of the block of each group of parameters: 1, 2, ..."""
    data = read(file)
    data["landscape"]["sweeps"].append({
        "name": "plane-top", "directions": ["top-1", "top-2"], "file": "plane-top.csv",
        "points": [{"coordinates": [x, y], "loss": loss_on_plane(x, y), "accuracy": 0.125,
                    "routing": {"rerouted": abs(x) + abs(y) / 2, "loss_fixed_sets": 2.25,
                                "loss_fixed_weights": 2.25}}
                   for x in PLANE_ENDS for y in PLANE_ENDS]})
    data["group_spectra"] = {"groups": [
        {"group": group["group"], "value": float(i), "residual": 0.25, "converged": True}
        for i, group in enumerate(data["trace"]["groups"], 1)]}
    file.write_text(json.dumps(data), encoding="utf-8")


def _plant_chance(file):
    """What agreement with the other seed chance alone would give."""
    data = read(file)
    data["against"][0]["chance"] = 0.375
    file.write_text(json.dumps(data), encoding="utf-8")


def report(*words, **environment):
    """tools/report with these words."""
    return subprocess.run([str(TOOL), *map(str, words)], capture_output=True, text=True,
                          check=False, timeout=300, env={**os.environ, **environment})


def read(file):
    return json.loads(Path(file).read_text(encoding="utf-8"))
