"""What a sweep measures: points, and the series of a mode that they form."""

import re
from dataclasses import dataclass

from shared.errors import BadUsage

MODES = ("strong", "weak")


@dataclass(frozen=True)
class Grid:
    """Ranks as dp x ep; ep 0 leaves it to switchyard, which takes the largest that fits."""

    ranks: int
    ep: int = 0

    def __str__(self):
        return f"{self.ranks // self.ep}x{self.ep}" if self.ep else "auto"


@dataclass(frozen=True)
class Point:
    grid: Grid
    batch: int  # images of a step, over all ranks

    @property
    def ranks(self):
        return self.grid.ranks

    @property
    def name(self):
        return f"ranks-{self.ranks}-grid-{self.grid}-batch-{self.batch}"


def numbers(text, what):
    words = text.split(",")
    if not all(re.fullmatch(r"[1-9][0-9]*", word) for word in words):
        raise BadUsage(f"{what} takes numbers above 0 with commas between them, as in 1,2,4; "
                       f"'{text}' is something else")
    values = [int(word) for word in words]
    if len(set(values)) < len(values):
        raise BadUsage(f"{what} names a number twice: {text}")
    return sorted(values)


def grids_of(ranks, text):
    """The grids to measure, by rising number of ranks. `ranks` None: those of the grids."""
    if text == "auto":
        return [Grid(count) for count in ranks or [1, 2]]
    grids = []
    for word in text.split(","):
        match = re.fullmatch(r"([1-9][0-9]*)x([1-9][0-9]*)", word)
        if not match:
            raise BadUsage(f"--grids takes auto, or grids DPxEP with commas between them, as in "
                           f"1x1,2x1,1x2; '{word}' is neither")
        dp, ep = map(int, match.groups())
        grids.append(Grid(dp * ep, ep))
    if len(set(grids)) < len(grids):
        raise BadUsage(f"--grids names a grid twice: {text}")
    for grid in grids:
        if ranks and grid.ranks not in ranks:
            raise BadUsage(f"grid {grid} has {grid.ranks} ranks, which --ranks does not name; add "
                           "that number, or leave --ranks out")
    for count in ranks or []:
        if all(grid.ranks != count for grid in grids):
            raise BadUsage(f"--ranks names {count}, of which no grid of --grids is made; add one "
                           "(DPxEP), or say --grids auto")
    return sorted(grids, key=lambda grid: grid.ranks)


def series_of(grids, modes, batch):
    """{mode: points}. A step has `batch` images in a strong series; in a weak one that is so on the
    fewest ranks, and grows with them."""
    fewest = grids[0].ranks
    series = {}
    for mode in modes:
        series[mode] = []
        for grid in grids:
            size = batch if mode == "strong" else batch * grid.ranks // fewest
            if mode == "weak" and batch * grid.ranks % fewest:
                raise BadUsage(f"a weak series from {fewest} ranks with {batch} images a step has "
                               f"no whole number of them on {grid.ranks} ranks; give a --batch "
                               f"that is a multiple of {fewest}")
            series[mode].append(Point(grid, size))
    return series
