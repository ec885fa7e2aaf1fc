"""One measurement: a short training with a profile, and what is kept of it."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from shared.children import last_error, run_logged
from shared.errors import BadUsage

# What a point or the sweep decides.
OWN_KEYS = ("out", "resume", "overwrite", "data", "dataset", "train-samples", "validation-samples",
            "epochs", "batch", "ep", "threads", "profile")
MOST_IMAGES = 50_000  # that are drawn, unless a step needs more
VALIDATION_IMAGES = 10


class Failed(Exception):
    """A measurement that came to no figures; where the training itself failed, its status."""

    def __init__(self, message, status=None):
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Window:
    """The profiled steps [first, last), counted from 0."""

    first: int
    last: int

    @property
    def steps(self):
        """What a training must have: half as many steps are timed as wholes before, half behind."""
        before = min(self.first, (self.last - self.first) // 2)
        return self.last + (self.last - self.first) - before


def parse_window(text):
    match = re.fullmatch(r"(\d+):(\d+)", text)
    if not match or int(match[1]) >= int(match[2]):
        raise BadUsage(f"--steps takes A:B, the steps A to B - 1 counted from 0, as in 20:40; not "
                       f"'{text}'")
    return Window(int(match[1]), int(match[2]))


def check_arguments(arguments):
    for word in arguments:
        if word.startswith("--") and word[2:].split("=")[0] in OWN_KEYS:
            raise BadUsage(f"{word.split('=')[0]} is for the sweep to choose, point by point; "
                           "leave it out of what follows --")


def draw_images(program, folder, points, window):
    """Folder and number of training images: synthetic ones, which are enough for every point."""
    most = max(point.batch for point in points)
    images = max(most, min(most * window.steps, MOST_IMAGES))
    drawn = -(-(images + VALIDATION_IMAGES) // 5) * 5  # switchyard draws multiples of five
    data, partial = folder / f"images-{drawn}", folder / "images.partial"
    if not data.exists():
        shutil.rmtree(partial, ignore_errors=True)
        run = subprocess.run([program, "data", "synth", "--out", str(partial), "--test", "10",
                              "--train", str(drawn)], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise Failed(f"cannot draw images into {partial}: {run.stderr.strip()}")
        partial.rename(data)
    return data, drawn - VALIDATION_IMAGES


@dataclass(frozen=True)
class Bench:
    """Where and by what everything is measured."""

    launcher: object
    program: str
    arguments: list
    window: Window
    folder: Path
    data: Path
    images: int

    def command(self, point, run):
        in_epoch = min(self.window.steps, self.images // point.batch)
        own = {"out": run, "data": self.data, "batch": point.batch, "ep": point.grid.ep,
               "train-samples": in_epoch * point.batch, "validation-samples": VALIDATION_IMAGES,
               "epochs": -(-self.window.steps // in_epoch),
               "profile": f"steps={self.window.first}:{self.window.last}"}
        words = [word for key, value in own.items() for word in (f"--{key}", str(value))]
        return [*self.launcher.command(point.ranks), self.program, "train", *self.arguments, *words,
                "--overwrite"]

    def measure(self, point, repeat):
        """The figures of one repeat, as they stand in results.json."""
        name = f"{point.name}-repeat-{repeat}"
        run, log = self.folder / "run", self.folder / "logs" / f"{name}.log"
        status = run_logged(self.command(point, run), log, self.launcher.threads)
        if status != 0:
            raise Failed(f"exit status {status}, see {log}{last_error(log)}", status)
        kept = self.folder / "profiles" / f"{name}.json"
        try:
            shutil.copy(run / "profile" / "train" / "profile.json", kept)
            profile = json.loads(kept.read_text(encoding="utf-8"))
        except OSError as error:
            raise Failed(f"no profile came of it ({error}), see {log}") from error
        except ValueError:
            raise Failed(f"its profile {kept} is cut off, or no JSON; is there room on the disk? "
                         f"see {log}") from None
        shutil.rmtree(run)
        grid = re.search(r"= dp (\d+) x ep (\d+)", log.read_text(encoding="utf-8"))
        if not grid:
            raise Failed(f"it does not say on which grid it ran, see {log}")
        return figures_of(profile) | {"grid": f"{grid[1]}x{grid[2]}",
                                      "profile": str(kept.relative_to(self.folder))}


def figures_of(profile):
    """Seconds of a step: unrecorded steps as wholes; zones are means over recorded steps and ranks,
    which add up to a recorded step; so is communication that computing stood still for."""
    def mean(values):
        return sum(values) / len(values)

    zones = {}
    for zone in profile["zones"]:
        name = zone["zone"] + (" backward" if zone["pass"] == "backward" else "")
        zones[name] = mean([rank["mean"] for rank in zone["per_rank"]])
    ranks = profile["communication"]["per_rank"]
    return {"step": profile["overhead"]["timed"]["median"],
            "recorded_step": mean([rank["mean"] for rank in profile["step"]["per_rank"]]),
            "zones": zones,
            "communication": {part: mean([rank[f"exposed_{part}"] for rank in ranks])
                              for part in ("waiting", "transferring")},
            "hosts": sorted({rank["host"] for rank in profile["ranks"]}),
            "device": profile["ranks"][0]["device"]}
