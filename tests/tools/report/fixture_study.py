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
    return study


def report(*words, **environment):
    """tools/report with these words."""
    return subprocess.run([str(TOOL), *map(str, words)], capture_output=True, text=True,
                          check=False, timeout=300, env={**os.environ, **environment})


def read(file):
    return json.loads(Path(file).read_text(encoding="utf-8"))
