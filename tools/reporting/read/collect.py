"""Finds what is in the paths of a command line."""

import os

from reporting.read.material import Material, Result, settle
from reporting.read.run_folder import read_run
from reporting.read.shape import Unreadable, parsed
from reporting.read.shapes import complaint_of, kind_of

DEPTH = 7
# Large, or of no interest here.
SKIPPED_FOLDERS = {"checkpoints", "eigenvectors", "state", "trace", "logs", "profiles"}
SKIPPED_FILES = {"build.json", "summary.json", "trace.json", "synthetic.json"}


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
        if path.resolve() in self._seen:
            return
        before = self._size()
        if path.is_dir():
            self._search(path, None, DEPTH)
        elif path.exists():
            self._file(path, None)
        else:
            self._refuse(path, "is not there")
        if self._size() == before:
            self._refuse(path, "holds nothing that this report knows: no run, analysis, "
                               "benchmark, sweep or study")

    def _size(self):
        return sum(map(len, vars(self.material).values()))

    def _refuse(self, path, why):
        self.material.refused.append((path, why))

    def _search(self, folder, run, depth):
        if not self._is_new(folder) or depth == 0 or _is_report(folder):
            return
        if not os.access(folder, os.R_OK | os.X_OK):
            self._refuse(folder, "may not be read by this user")
            return
        if run is None and _looks_like_run(folder):
            run = self._run(folder)
        elif _is_begun_analysis(folder):
            self.material.unfinished.append((folder, "has no curvature.json: the analysis has not "
                                                     "finished"))
        if (folder / "results.json").exists():
            self._file(folder / "results.json", run)
            return
        for file in sorted(folder.glob("*.json")):
            if file.name not in SKIPPED_FILES:
                self._file(file, run)
        for inner in sorted(folder.iterdir()):
            skipped = inner.name in SKIPPED_FOLDERS or inner.name.startswith(".")
            if inner.is_dir() and not skipped:
                self._search(inner, run, depth - 1)

    def _is_new(self, path):
        new = path.resolve() not in self._seen
        self._seen.add(path.resolve())
        return new

    def _run(self, folder):
        try:
            run = read_run(folder, self.material)
        except Unreadable as error:
            self._refuse(folder, str(error))
            return None
        self.material.runs.append(run)
        return run

    def _file(self, file, run):
        if not self._is_new(file):
            return
        try:
            data = parsed(file)
            kind = kind_of(data)
            if kind is None:
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


def _is_begun_analysis(folder):
    return ((folder / "state" / "identity.json").exists()
            and not (folder / "curvature.json").exists())


def _is_report(folder):
    return (folder / "report.json").exists() and (folder / "index.html").exists()


def _check_head(kind, data, run):
    head = data["head"] if kind == "routing" else data.get("settings", {}).get("head")
    if run and kind in ("curvature", "routing") and head != run.head:
        raise Unreadable(f"is of another run: its head is {head}, that of the run it lies in is "
                         f"{run.head}")
