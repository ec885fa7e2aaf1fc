"""Groups of bars with errors, or bars whose parts are stacked.

data: {"x": axis, "y": axis, "categories": [name], "stacked": bool, "bars": [{"label", "values",
"low", "high", "points"}], "level": {"label", "value"}}; null where there is no bar, or no error.
`points` are lists of single values, drawn as dots. Errors more than twice as far from 0 as all of
these run out of the chart: the interval of two values may be many times as wide as they are apart.
"""

from reporting.figures.style import axis_text, colour, legend_above, name_ticks, new_figure

HATCHES = ["", "////", "\\\\\\\\", "xxxx"]
ROOM = 0.8


def draw(data):
    figure = new_figure()
    axes = figure.subplots()
    axes.grid(axis="x", visible=False)
    bottom = [0.0] * len(data["categories"])
    for place, bar in enumerate(data["bars"]):
        width = ROOM if data.get("stacked") else ROOM / len(data["bars"])
        shift = 0 if data.get("stacked") else (place + 0.5) * width - ROOM / 2
        bottom = _bars(axes, data, bar, place, (width, shift, bottom))
    if data.get("level"):
        axes.axhline(data["level"]["value"] * data["y"].get("scale", 1), color="black",
                     linewidth=1, linestyle=":", label=data["level"]["label"])
    _ticks(axes, data["categories"])
    _limit(axes, data)
    if data["x"]["label"]:
        axes.set_xlabel(axis_text(data["x"]))
    axes.set_ylabel(axis_text(data["y"]))
    if len(data["bars"]) > 1:
        legend_above(axes)
    return figure


def _limit(axes, data):
    scale = data["y"].get("scale", 1)
    shown = [value for bar in data["bars"] for value in bar["values"] if value is not None]
    shown += [value for bar in data["bars"] for dots in bar.get("points") or [] for value in dots]
    ends = [end for bar in data["bars"] for name in ("low", "high")
            for end in bar.get(name) or [] if end is not None]
    bound = 2 * max(map(abs, shown), default=0)
    if bound and any(abs(end) > bound for end in ends):
        kept = [0, *shown, *(end for end in ends if abs(end) <= bound)]
        axes.set_ylim(1.15 * scale * min(kept), 1.15 * scale * max(kept))


def _ticks(axes, names):
    """Turned where they would touch one another."""
    turned = len(names) > 4 and max(map(len, names)) > 5 or sum(map(len, names)) > 30
    name_ticks(axes, names, 30 if turned else 0)


def _bars(axes, data, bar, place, layout):
    width, shift, bottom = layout
    scale = data["y"].get("scale", 1)
    there = [i for i, value in enumerate(bar["values"]) if value is not None]
    heights = [bar["values"][i] * scale for i in there]
    axes.bar([i + shift for i in there], heights, width * 0.94, label=bar["label"],
             bottom=[bottom[i] for i in there] if data.get("stacked") else None,
             color=colour(place), hatch=HATCHES[place % len(HATCHES)], edgecolor="white")
    for i, height in zip(there, heights):
        if bar.get("low") and bar["low"][i] is not None:
            ends = [[height - bar["low"][i] * scale], [bar["high"][i] * scale - height]]
            axes.errorbar([i + shift], [height], yerr=ends, color="black", capsize=3, elinewidth=1)
        if bar.get("points"):
            dots = [value * scale for value in bar["points"][i]]
            axes.plot([i + shift] * len(dots), dots, "o", color="white", markeredgecolor="black",
                      markersize=4)
    if data.get("stacked"):
        bottom = [b + (v or 0) * scale for b, v in zip(bottom, bar["values"])]
    return bottom


def rows(data):
    yield ["bar", data["x"]["label"] or "category", data["y"]["label"], "low", "high",
           "single values"]
    for bar in data["bars"]:
        for i, (category, value) in enumerate(zip(data["categories"], bar["values"])):
            low, high = (bar[end][i] if bar.get(end) else None for end in ("low", "high"))
            singles = bar["points"][i] if bar.get("points") else []
            yield [bar["label"], category, value, low, high, " ".join(map(str, singles))]
