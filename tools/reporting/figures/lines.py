"""Lines over an axis, with bands or error bars.

data: {"x": axis, "y": axis, "lines": [{"label", "x", "y", "low", "high", "style", "points"}],
"level": {"label", "value"}}; an axis is {"label", "unit", "scale", "log", "bottom", "top",
"whole"}, that of x may have "names" of the places 0, 1, ... instead of numbers, and then there is
no legend. `low` and `high` are a band, of points error bars; null is a gap.
"""

from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from reporting.figures.style import (GREY, MARKERS, axis_text, colour, dash, legend_above,
                                     name_ticks, new_figure)

NAN = float("nan")
MOST_OF_BAND = 300


def draw(data):
    names = data["x"].get("names")
    figure = new_figure(legend=() if names else [line["label"] for line in data["lines"]])
    axes = figure.subplots()
    for place, line in enumerate(data["lines"]):
        _line(axes, data, line, line.get("style", place))
    if data.get("level"):
        axes.axhline(data["level"]["value"] * data["y"].get("scale", 1), color=GREY, linewidth=0.9,
                     linestyle=":", label=data["level"]["label"])
    for set_scale, axis in ((axes.set_xscale, data["x"]), (axes.set_yscale, data["y"])):
        if axis.get("log"):
            set_scale("log", base=axis["log"])
    if names:
        name_ticks(axes, names, 20)
        axes.set_xlim(-0.6, len(names) - 0.4)
    elif data["x"].get("ticks"):
        axes.set_xticks(data["x"]["ticks"], [str(tick) for tick in data["x"]["ticks"]])
        axes.minorticks_off()
    elif data["x"].get("whole"):
        _whole_numbers(axes)
    if data["y"].get("log") and not data["y"].get("bottom"):
        _plain_numbers(axes.yaxis)
    if data["y"].get("bottom") is not None:
        highest = axes.get_ylim()[1] * 1.05
        axes.set_ylim(bottom=data["y"]["bottom"], top=data["y"].get("top", highest))
    if data["y"].get("whole"):
        axes.yaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel(axis_text(data["x"]))
    axes.set_ylabel(axis_text(data["y"]))
    if not names:
        legend_above(axes)
    return figure


def _whole_numbers(axes):
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    low, high = axes.get_xlim()
    if high - low < 1:
        axes.set_xlim(low - 0.5, high + 0.5)


def _plain_numbers(axis):
    """20, 50, 100 where there is little more than one power of ten."""
    axis.set_major_locator(LogLocator(10, (1, 2, 5)))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_formatter(NullFormatter())


def _line(axes, data, line, style):
    x, y, low, high = (_scaled(line.get(name), data[axis].get("scale", 1))
                       for name, axis in (("x", "x"), ("y", "y"), ("low", "y"), ("high", "y")))
    look = {"color": colour(style), "label": line["label"]}
    if line.get("points"):
        marker = {"marker": MARKERS[style % len(MARKERS)], "linestyle": "none", "markersize": 5,
                  "markerfacecolor": "white" if line.get("hollow") else look["color"]}
        errors = [[abs(a - b) for a, b in zip(y, end)] for end in (low, high)] if low else None
        axes.errorbar(x, y, yerr=errors, capsize=2.5, elinewidth=1, **marker, **look)
        return
    alone = {"marker": MARKERS[style % len(MARKERS)], "markersize": 4} if len(x) < 3 else {}
    axes.plot(x, y, linestyle=dash(style), **alone, **look)
    if low:
        axes.fill_between(*_thinned(x, low, high), color=look["color"], alpha=0.18, linewidth=0)


def _thinned(x, low, high):
    """A band of at most MOST_OF_BAND places: of each group of neighbours the widest."""
    group = -(-len(x) // MOST_OF_BAND)
    starts = range(0, len(x), group)
    return (x[::group], [min(low[i:i + group]) for i in starts],
            [max(high[i:i + group]) for i in starts])


def _scaled(values, scale):
    if values is None:
        return None
    return [NAN if value is None else value * scale for value in values]


def rows(data):
    yield ["line", data["x"]["label"], data["y"]["label"], "low", "high"]
    for line in data["lines"]:
        count = len(line["x"])
        columns = [line.get(name) or [None] * count for name in ("x", "y", "low", "high")]
        for values in zip(*columns):
            yield [line["label"], *values]
