"""Finds what is in the paths of a command line."""

import os
from pathlib import Path

from reporting.read.material import Material, Result, head_of, settle
from reporting.read.run_folder import read_run
from reporting.read.shape import Unreadable, is_unicode, parsed
from reporting.read.shapes import complaint_of, kind_of

DEPTH = 7
# Large, or of no interest here.
SKIPPED_FOLDERS = {"checkpoints", "eigenvectors", "state", "trace", "logs", "profiles"}
SKIPPED_FILES = {"build.json", "report.json", "summary.json", "synthetic.json", "trace.json"}
# What many other programs call their files too.
COMMON_NAMES = {"results.json"}


def collect(paths):
    """All that can be read of `paths`, settled; nothing is thrown for what cannot."""
    collector = _Collector()
    for path in paths:
        collector.take(path)
    settle(collector.material)
    return collector.material


class _Collector:
    def __init__(self):
        self.material = Material()
        self._seen = set()
        self._lists = {
            "curvature": self.material.curvatures,
            "routing": self.material.routings,
            "profile": self.material.profiles,
            "inference": self.material.inferences,
            "scaling": self.material.scalings,
            "prediction": self.material.predictions,
            "study": self.material.studies,
        }

    def take(self, path):
        if os.path.realpath(path) in self._seen:
            return
        before = self._size()
        if os.path.isdir(path):
            self._search(path, None, DEPTH)
        elif os.path.lexists(path):
            self._file(path, None)
        else:
            self._refuse(path, "is not there, or in a folder that may not be searched")
        if self._size() == before:
            self._refuse(path, "holds nothing that this report knows: no run, analysis, "
                               "benchmark, sweep or study")

    def _size(self):
        return sum(map(len, vars(self.material).values()))

    def _refuse(self, path, why):
        name = str(path)
        self.material.refused.append((path if is_unicode(name) else Path(ascii(name)), why))

    def _search(self, folder, run, depth):
        if depth == 0 or not self._is_new(folder):
            return
        if not os.access(folder, os.R_OK | os.X_OK):
            self._refuse(folder, "may not be read by this user")
            return
        if run is None and _looks_like_run(folder):
            run = self._run(folder)
        elif _is_begun_analysis(folder):
            self.material.unfinished.append((folder, "has no curvature.json: the analysis has not "
                                                     "finished"))
        for file in sorted(folder.glob("*.json")):
            if file.name not in SKIPPED_FILES and not file.is_dir():
                self._file(file, run, found=True)
        if _is_sweep(folder):  # below it may be a training that it was measuring
            return
        for inner in sorted(folder.iterdir()):
            skipped = inner.name in SKIPPED_FOLDERS or inner.name.startswith(".")
            if inner.is_dir() and not skipped:
                self._search(inner, run, depth - 1)

    def _is_new(self, path):
        """Whether `path` is met for the first time, and has a name that a page can show."""
        real = os.path.realpath(path)
        if real in self._seen:
            return False
        self._seen.add(real)
        if is_unicode(str(path)):
            return True
        self._refuse(path, "has a name that is no UTF-8; give it another")
        return False

    def _run(self, folder):
        try:
            run = read_run(folder, self.material)
        except Unreadable as error:
            self._refuse(folder, str(error))
            return None
        self.material.runs.append(run)
        return run

    def _file(self, file, run, found=False):
        """`found`: by searching, so that it may be anybody's."""
        if not self._is_new(file):
            return
        try:
            data = parsed(file)
            kind = kind_of(data)
            if kind is None:
                if found and file.name in COMMON_NAMES:
                    return
                raise Unreadable("holds nothing that this report knows")
            wrong = complaint_of(kind, data)
            if wrong:
                raise Unreadable(f"looks like a file of kind {kind}, but {wrong}")
            _check_head(kind, data, run)
        except Unreadable as error:
            self._refuse(file, str(error))
            return
        self._lists[kind].append(Result(file, data, run))


def _looks_like_run(folder):
    if (folder / "curvature.json").exists() or _is_begun_analysis(folder):
        return False
    return any((folder / name).exists() for name in ("config.cfg", "metrics.jsonl", "summary.json"))


def _is_sweep(folder):
    return all((folder / name).is_dir() for name in ("logs", "profiles"))


def _is_begun_analysis(folder):
    return ((folder / "state" / "identity.json").exists()
            and not (folder / "curvature.json").exists())


def _check_head(kind, data, run):
    if run is None or kind not in ("curvature", "routing"):
        return
    head = head_of(data)
    if head != run.head:
        raise Unreadable(f"is of another run: its head is {head}, that of the run it lies in is "
                         f"{run.head}")
