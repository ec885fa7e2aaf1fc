"""Figures over a plane beside one another: colours, lines of equal value, a cross at the origin.

data: {"x": axis, "y": axis, "xs": [..], "ys": [..], "layers": [{"label", "unit", "scale", "low",
"high", "values": matrix}]}; a matrix has a row for each of `ys`, evenly spaced like `xs`; null is a
point without a value. "low" and "high" are the ends of the colours.
"""

from matplotlib.ticker import MaxNLocator

from reporting.figures.style import MAP, axis_text, new_figure

NAN = float("nan")
LEVELS = MaxNLocator(7)


def draw(data):
    layers = data["layers"]
    figure = new_figure(3.2 if len(layers) > 1 else 4.2)
    places = figure.subplots(1, len(layers), sharey=True, squeeze=False)[0]
    for axes, layer in zip(places, layers):
        image = _layer(axes, data, layer)
        figure.colorbar(image, ax=axes, location="bottom", label=axis_text(layer))
        axes.set_xlabel(axis_text(data["x"]))
    places[0].set_ylabel(axis_text(data["y"]))
    return figure


def _layer(axes, data, layer):
    scale = layer.get("scale", 1)
    values = [[NAN if v is None else v * scale for v in row] for row in layer["values"]]
    low, high = (layer.get(end) for end in ("low", "high"))
    axes.grid(visible=False)
    image = axes.imshow(values, origin="lower", extent=_ends(data["xs"]) + _ends(data["ys"]),
                        cmap=MAP, vmin=low and low * scale, vmax=high and high * scale)
    _contours(axes, image, data, values)
    axes.plot(0, 0, "+", color="white", markersize=8)
    return image


def _ends(places):
    """Of the cells around evenly spaced places."""
    half = (places[-1] - places[0]) / max(1, len(places) - 1) / 2 or 0.5
    return [places[0] - half, places[-1] + half]


def _contours(axes, image, data, values):
    known = [value for row in values for value in row if value == value]
    levels = [level for level in LEVELS.tick_values(min(known), max(known))
              if min(known) < level < max(known)]
    if levels and min(len(data["xs"]), len(data["ys"])) > 1:
        colours = ["white" if image.norm(level) < 0.55 else "black" for level in levels]
        lines = axes.contour(data["xs"], data["ys"], values, levels, colors=colours,
                             linewidths=0.7)
        axes.clabel(lines, fontsize=7, fmt="%g")


def rows(data):
    yield [data["x"]["label"], data["y"]["label"], *(layer["label"] for layer in data["layers"])]
    for j, y in enumerate(data["ys"]):
        for i, x in enumerate(data["xs"]):
            yield [x, y, *(layer["values"][j][i] for layer in data["layers"])]
