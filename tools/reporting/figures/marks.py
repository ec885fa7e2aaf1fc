"""A mark with its error for each category, beside others: where values lie far apart, where bars
from 0 would say nothing, and where the paper's stand beside ours.

data: {"x": axis, "y": axis, "categories": [name], "marks": [{"label", "values", "low", "high",
"points", "style", "hollow"}], "level": {"label", "value"}}; null where there is no mark, or no
error. `points` are lists of single values, drawn as small dots. Errors that reach far beyond all of
these run out of the chart.
"""

from reporting.figures.style import (GREY, MARKERS, axis_text, colour, legend_above, name_ticks,
                                     new_figure)

ROOM = 0.7
MARGIN = 0.15


def draw(data):
    figure = new_figure(2.5, [mark["label"] for mark in data["marks"]], 3.0)
    axes = figure.subplots()
    axes.grid(axis="x", visible=False)
    if data["y"].get("log"):
        axes.set_yscale("log", base=data["y"]["log"])
    step = ROOM / len(data["marks"])
    for place, mark in enumerate(data["marks"]):
        _marks(axes, mark, (place + 0.5) * step - ROOM / 2, data["y"].get("scale", 1))
    if data.get("level"):
        axes.axhline(data["level"]["value"] * data["y"].get("scale", 1), color=GREY, linewidth=0.9,
                     linestyle=":", label=data["level"]["label"])
    turned = sum(map(len, data["categories"])) > 26
    name_ticks(axes, data["categories"], 25 if turned else 0)
    axes.set_xlim(-0.6, len(data["categories"]) - 0.4)
    axes.set_ylim(*_limits(data))
    axes.set_ylabel(axis_text(data["y"]))
    legend_above(axes, 3 if len(data["marks"]) < 3 else 2)
    return figure


def _marks(axes, mark, shift, scale):
    look = {"color": colour(mark["style"]), "marker": MARKERS[mark["style"] % len(MARKERS)]}
    label, singles = mark["label"], _singles(mark)
    for i, value in enumerate(mark["values"]):
        if value is None:
            continue
        for single in singles[i]:
            axes.plot([i + shift - 0.06], [single * scale], markersize=3, markeredgecolor="none",
                      alpha=0.6, **look)
        ends = [mark[end][i] if mark.get(end) else None for end in ("low", "high")]
        errors = None if None in ends else [[max(0, value - ends[0]) * scale],
                                            [max(0, ends[1] - value) * scale]]
        axes.errorbar([i + shift], [value * scale], yerr=errors, label=label, markersize=6,
                      markerfacecolor="white" if mark.get("hollow") else look["color"],
                      linestyle="none", capsize=3, elinewidth=1, **look)
        label = None


def _singles(mark):
    return mark.get("points") or [[]] * len(mark["values"])


def _limits(data):
    """Room for all marks and for errors up to as long as marks are far apart, or in size."""
    scale = data["y"].get("scale", 1)
    shown = [value * scale for mark in data["marks"] for value in mark["values"]
             if value is not None]
    shown += [value * scale for mark in data["marks"] for dots in _singles(mark) for value in dots]
    ends = [end * scale for mark in data["marks"] for name in ("low", "high")
            for end in mark.get(name) or [] if end is not None]
    if data.get("level"):
        shown.append(data["level"]["value"] * scale)
    if data["y"].get("log"):
        low, high = min(shown), max(shown)
        kept = [end for end in ends if low / 3 <= end <= 3 * high]
        return min([low, *kept]) / 1.3, max([high, *kept]) * 1.3
    reach = max(max(shown) - min(shown), max(map(abs, shown)) / 2)
    kept = [*shown, *(end for end in ends if min(shown) - reach <= end <= max(shown) + reach)]
    room = MARGIN * (max(kept) - min(kept) or abs(kept[0]) or 1)
    return min(kept) - room, max(kept) + room


def rows(data):
    yield ["mark", data["x"]["label"], data["y"]["label"], "low", "high", "single values"]
    for mark in data["marks"]:
        for i, (category, value) in enumerate(zip(data["categories"], mark["values"])):
            low, high = (mark[end][i] if mark.get(end) else None for end in ("low", "high"))
            yield [mark["label"], category, value, low, high,
                   " ".join(map(str, _singles(mark)[i]))]
