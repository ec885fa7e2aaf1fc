"""Loss and rerouting on planes through the weights."""

from reporting.blocks import figure, panel
from reporting.sections.sweeps import folded, in_words, sources

LAYERS = [("loss", {"label": "loss", "unit": "nats", "log": True}),
          ("rerouted", {"label": "rerouted", "unit": "%", "scale": 100, "low": 0, "high": 1})]


def planes(sweeps):
    """Their figure, or None where there are none."""
    panels = [panel(f"plane-{sweep.slug}", "plane", sweep.title, sweep.sample, _data(sweep), more)
              for sweep, more in folded(sweeps)]
    return panels and figure("planes", "Loss on planes", panels, sources(sweeps), [
        "Axes: steps along directions of length 1 in all weights; the cross is where the weights "
        "are. Rerouted as in Fig. 7."])


def _data(sweep):
    points = [point["coordinates"] for point in sweep.data["points"]]
    xs, ys = (sorted(set(ends)) for ends in zip(*points))
    layers = []
    for key, axis in LAYERS:
        at = dict(zip(map(tuple, points), sweep.values(key)))
        if any(value is not None for value in at.values()):
            layers.append({**axis, "values": [[at.get((x, y)) for x in xs] for y in ys]})
    x, y = ({"label": in_words(direction)} for direction in sweep.data["directions"])
    return {"x": x, "y": y, "xs": xs, "ys": ys, "layers": layers}
