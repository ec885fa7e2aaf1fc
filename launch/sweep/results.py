"""results.json: what has been measured, kept after every repeat, and the figures drawn from it."""

import json
import statistics

from shared.errors import BadUsage
from shared.files import hold, write_json
from shared.launcher import MORE_THREADS
from sweep.figures import beyond_ideal, efficiency, karp_flatt, median_interval, medians

FORMAT = 1


class Results:
    """Of one sweep, in `folder`; held by one process at a time."""

    def __init__(self, folder, settings):
        self.folder = folder
        self.file = folder / "results.json"
        self.settings = settings
        self.points = {}  # as in the file, by name
        try:
            for part in ("logs", "profiles"):
                (self.folder / part).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadUsage(f"{folder} cannot be the folder of a sweep ({error.strerror}); choose "
                           "another with --out") from None
        self._lock = hold(folder, "sweep")
        if self.file.exists():
            self._take_up()

    def _take_up(self):
        try:
            earlier = json.loads(self.file.read_text(encoding="utf-8"))
            before = dict(earlier["settings"])
            self.points = {point["name"]: point for point in earlier["points"]}
            for point in self.points.values():
                # Earlier sweeps knew no other reason.
                point.setdefault("oversubscription", [MORE_THREADS] if point["oversubscribed"]
                                 else [])
            measured = any(point["repeats"] for point in earlier["points"])
        except (ValueError, KeyError, TypeError):
            raise BadUsage(f"{self.file} is cut off, or no results of a sweep; remove it, or "
                           "choose another folder with --out") from None
        if not measured:
            return
        for key in {**before, **self.settings}:
            if before.get(key) != self.settings.get(key):
                raise BadUsage(f"{self.file} was measured with {key} {before.get(key)!r}, now it "
                               f"is {self.settings.get(key)!r}; such figures cannot be compared: "
                               "choose another folder with --out, or measure as before")

    def is_empty(self):
        return not self.points

    def count(self, point):
        return len(self._repeats(point))

    def add(self, point, figures, launcher):
        repeats = [*self._repeats(point), figures]
        reasons = launcher.oversubscription(point.ranks, "(cuda " in figures["device"])
        self.points[point.name] = _summary(point, repeats, reasons)

    def _repeats(self, point):
        return self.points.get(point.name, {"repeats": []})["repeats"]

    def write(self, series, failures):
        """Returns what the file holds: `series` as far as measured, and all points ever measured
        here."""
        content = {"format": FORMAT, "settings": self.settings,
                   "points": list(self.points.values()),
                   "series": {mode: _series(mode, [self.points[point.name] for point in members
                                                   if self.count(point)])
                              for mode, members in series.items()},
                   "failures": failures}
        write_json(self.file, content)
        return content


def is_too_little_to_fit(file):
    """Whether a sweep whose results are whole has less than `switchyard scale` fits its model to:
    points that are not oversubscribed, of two different numbers of samples a rank."""
    try:
        points = json.loads(file.read_text(encoding="utf-8"))["points"]
        return len({point["batch"] / point["ranks"] for point in points
                    if not point["oversubscribed"]}) < 2
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _summary(point, repeats, oversubscription):
    times = [repeat["step"] for repeat in repeats]
    low, high, coverage = median_interval(times)
    return {"name": point.name, "ranks": point.ranks, "grid": repeats[0]["grid"],
            "batch": point.batch, "oversubscribed": bool(oversubscription),
            "oversubscription": oversubscription, "device": repeats[0]["device"],
            "hosts": sorted({host for repeat in repeats for host in repeat["hosts"]}),
            "step": {"median": statistics.median(times), "interval": [low, high],
                     "coverage": coverage},
            "zones": medians([repeat["zones"] for repeat in repeats]),
            "communication": medians([repeat["communication"] for repeat in repeats]),
            "repeats": repeats}


def _series(mode, points):
    if not points:
        return []
    first = points[0]
    known = first["ranks"], first["step"]["median"]
    entries = []
    for point in points:
        measured = point["ranks"], point["step"]["median"]
        entry = {"point": point["name"], "efficiency": efficiency(mode, *known, *measured)}
        if mode == "strong":
            entry["karp_flatt"] = karp_flatt(*known, *measured)
        entries.append(entry | {"beyond_ideal": beyond_ideal(mode, first, point)})
    return entries
