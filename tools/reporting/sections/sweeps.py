"""Lines and planes through the weights, as analyses of curvature have them, and their names."""

from dataclasses import dataclass

from reporting.blocks import slug, with_seed
from reporting.read.material import Result
from reporting.sections.curvature_estimates import grouped, sample_of_one


@dataclass
class Sweep:
    label: str
    split: str
    analysis: Result
    data: dict

    @property
    def dimensions(self):
        return len(self.data["directions"])

    @property
    def along(self):
        return " and ".join(map(in_words, self.data["directions"]))

    @property
    def title(self):
        return f"{self._run}: {self.along}"

    @property
    def slug(self):
        """With the name that the files of the analysis have."""
        return slug(f"{self._run}, {self.data['name']}")

    @property
    def _run(self):
        return f"{with_seed(self.label, self.analysis.seed)}, {self.split}"

    @property
    def sample(self):
        return sample_of_one(self.label, self.split, self.analysis)

    def values(self, key):
        """Of all points; null where there is none."""
        if key == "loss":
            return [point["loss"] for point in self.data["points"]]
        return [(point.get("routing") or {}).get(key) for point in self.data["points"]]

    def growth_share(self):
        """What routing has to do with the growth, without the shares of little growth: below 1 % of
        the loss a point, on average."""
        share = self.data.get("routing_share") or {}
        least = 0.01 * self.analysis.data["loss"] * (share.get("points") or 1)
        return {"growth": share.get("growth")} if (share.get("growth") or 0) < least else share

    def rerouted(self):
        """Of all points, or None."""
        values = self.values("rerouted")
        return None if None in values else values


def in_words(direction):
    """"top eigenvector" of "top-1"."""
    kind, _, number = direction.rpartition("-")
    if kind == "top":
        return "top eigenvector" if number == "1" else f"eigenvector {number}"
    return f"random direction {number}" if kind == "random" else direction


def sweeps_of(material):
    """Those that have a loss anywhere."""
    sweeps = [Sweep(label, split, analysis, sweep) for label, split, analyses in grouped(material)
              for analysis in analyses
              for sweep in (analysis.data.get("landscape") or {}).get("sweeps", [])]
    return [sweep for sweep in sweeps if any(v is not None for v in sweep.values("loss"))]


def folded(sweeps):
    """Each with whether it is folded away: seeds after the first, and validation images."""
    shown = set()
    for sweep in sweeps:
        key = (sweep.label, sweep.split, sweep.data["name"])
        yield sweep, key in shown or sweep.split == "val"
        shown.add(key)


def sources(sweeps):
    return [sweep.analysis.file for sweep in sweeps]
