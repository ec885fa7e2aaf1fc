"""Figures over a plane beside one another: colours, lines of equal value, a cross at the origin.

data: {"x": axis, "y": axis, "xs": [..], "ys": [..], "layers": [{"label", "unit", "scale", "low",
"high", "log", "values": matrix}]}; a matrix has a row for each of `ys`, evenly spaced like `xs`;
null is a point without a value. "low" and "high" are the ends of the colours, which are logarithmic
where "log" allows it and values differ by a power of ten. The scale of colours names the lines.
"""

from matplotlib.colors import LogNorm, Normalize
from matplotlib.ticker import LogLocator, MaxNLocator

from reporting.figures.style import MAP, axis_text, new_figure

NAN = float("nan")


def draw(data):
    layers = data["layers"]
    figure = new_figure(2.8)
    places = figure.subplots(1, len(layers), sharey=True, squeeze=False)[0]
    for axes, layer in zip(places, layers):
        image, levels = _layer(axes, data, layer)
        bar = figure.colorbar(image, ax=axes, location="bottom" if len(layers) > 1 else "right",
                              label=axis_text(layer), ticks=levels or None, format="%g")
        bar.minorticks_off()
        axes.set_xlabel(axis_text(data["x"]))
    places[0].set_ylabel(axis_text(data["y"]))
    return figure


def _layer(axes, data, layer):
    scale = layer.get("scale", 1)
    values = [[NAN if v is None else v * scale for v in row] for row in layer["values"]]
    norm, levels = _colours(layer, scale, [v for row in values for v in row if v == v])
    axes.grid(visible=False)
    image = axes.imshow(values, origin="lower", extent=_ends(data["xs"]) + _ends(data["ys"]),
                        cmap=MAP, norm=norm)
    if levels and min(len(data["xs"]), len(data["ys"])) > 1:
        axes.contour(data["xs"], data["ys"], values, levels, linewidths=0.7,
                     colors=["white" if norm(level) < 0.55 else "black" for level in levels])
    axes.plot(0, 0, "+", color="white", markersize=8)
    return image, levels


def _colours(layer, scale, known):
    """The norm of the colours, and the levels of lines."""
    least, most = min(known), max(known)
    low, high = (end if layer.get(name) is None else layer[name] * scale
                 for name, end in (("low", least), ("high", most)))
    wide = layer.get("log") and 0 < 10 * least < most
    locator = LogLocator(10, (1, 2, 5)) if wide else MaxNLocator(5)
    levels = [level for level in locator.tick_values(least, most) if least < level < most]
    return (LogNorm if wide else Normalize)(low, high), levels


def _ends(places):
    """Of the cells around evenly spaced places."""
    half = (places[-1] - places[0]) / max(1, len(places) - 1) / 2 or 0.5
    return [places[0] - half, places[-1] + half]


def rows(data):
    yield [data["x"]["label"], data["y"]["label"], *(layer["label"] for layer in data["layers"])]
    for j, y in enumerate(data["ys"]):
        for i, x in enumerate(data["xs"]):
            yield [x, y, *(layer["values"][j][i] for layer in data["layers"])]
