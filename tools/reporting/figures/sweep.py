"""The loss along a direction with routing free and fixed; below it, whom the gate sends elsewhere.

data: {"alpha": [..], "losses": [{"label", "values", "style"}], "rerouted": [..] or null}.
"""

from reporting.figures.style import GREY, colour, dash, legend_above, new_figure

NAN = float("nan")


def draw(data):
    routed = data.get("rerouted") is not None
    figure = new_figure(3.9 if routed else 3.0)
    both = figure.subplots(2, 1, sharex=True, height_ratios=[2.2, 1]) if routed else None
    above = both[0] if routed else figure.subplots()
    below = both[1] if routed else above
    for place, line in enumerate(data["losses"]):
        style = line.get("style", place)
        above.plot(data["alpha"], _gaps(line["values"]), label=line["label"], color=colour(style),
                   linestyle=dash(style))
    above.set_ylabel("loss (nats)")
    if routed:
        below.fill_between(data["alpha"], [100 * v for v in data["rerouted"]], color=GREY,
                           alpha=0.5, linewidth=0)
        below.set_ylim(0, 100)
        below.set_ylabel("rerouted (%)")
    below.set_xlabel("alpha (length of the step)")
    legend_above(above)
    return figure


def _gaps(values):
    return [NAN if value is None else value for value in values]


def rows(data):
    yield ["alpha", *(line["label"] for line in data["losses"]), "rerouted"]
    rerouted = data.get("rerouted") or [None] * len(data["alpha"])
    for i, alpha in enumerate(data["alpha"]):
        yield [alpha, *(line["values"][i] for line in data["losses"]), rerouted[i]]
