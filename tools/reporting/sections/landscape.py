"""Fig. 7 and planes: the loss along directions, with routing free and fixed."""

from reporting import paper
from reporting.blocks import column, figure, missing, panel, percent, section, slug, table
from reporting.sections.planes import planes
from reporting.sections.sweeps import folded, sources, sweeps_of

LINES = [("routing free", "loss"), ("sets fixed", "loss_fixed_sets"),
         ("sets and weights fixed", "loss_fixed_weights")]


def build(material):
    sweeps = sweeps_of(material)
    along, across = ([sweep for sweep in sweeps if sweep.dimensions == n] for n in (1, 2))
    blocks = [_lines(along), along and _published(along), planes(across),
              sweeps and _table(sweeps)]
    return section("landscape", "Loss along directions", "",
                   [block for block in blocks if block])


def _lines(sweeps):
    panels = [_panel(sweep, more) for sweep, more in folded(sweeps)]
    if not panels:
        return missing("Fig. 7: no curvature analysis has a sweep along a line.")
    return figure("fig-7", "Fig. 7. Loss along directions", panels, sources(sweeps),
                  ["alpha is the step along a direction of length 1 in all weights. Fixed: every "
                   "sample keeps its set of experts, or its set and its weights, as they are at "
                   "alpha = 0. Rerouted: samples with another set (SoftMoE: another first expert) "
                   "than at alpha = 0. The top eigenvector is that of the largest eigenvalue of "
                   "the loss on that split's images."])


def _panel(sweep, more):
    losses = [{"label": text, "values": sweep.values(key), "style": style}
              for style, (text, key) in enumerate(LINES)]
    losses = [line for line in losses if any(v is not None for v in line["values"])]
    return panel(f"fig-7-{sweep.slug}", "sweep", sweep.title, sweep.sample,
                 {"alpha": [point["coordinates"][0] for point in sweep.data["points"]],
                  "losses": losses, "rerouted": sweep.rerouted()}, more)


def _published(sweeps):
    heads = {sweep.analysis.data["settings"]["head"]: None for sweep in sweeps}
    published = [paper.of_head(head) for head in heads if paper.of_head(head)]
    if not published:
        return None
    panels = [panel(f"fig-7-paper-{slug(one['name'])}", "sweep",
                    f"{one['name']}, train, paper: top eigenvector",
                    "The paper's run: seed 42 (n = 1), 1000 training images",
                    {"alpha": one["sweep"]["alphas"], "rerouted": None,
                     "losses": [{"label": LINES[0][0], "values": one["sweep"]["losses"]}]})
              for one in published]
    return figure("fig-7-paper", "Fig. 7 as published", panels, ["tools/reporting/paper.json"],
                  paper.notes("sweeps"))


def _table(sweeps):
    rows = []
    for sweep in sweeps:
        losses = [value for value in sweep.values("loss") if value is not None]
        rerouted, origin = sweep.rerouted(), sweep.analysis.data["loss"]
        share = sweep.growth_share()
        rows.append([sweep.label, sweep.analysis.seed, sweep.split, sweep.along, origin,
                     max(losses, default=None), rerouted and max(rerouted), share.get("growth"),
                     share.get("sets"), share.get("weights")])
    return table("landscape", "What routing has to do with the growth of the loss", [
        column("model"), column("seed"), column("images of"), column("along"),
        column("loss at the weights", 4, 1, "nats"), column("highest loss", 3, 1, "nats"),
        percent("most rerouted", 1), column("growth, summed", 3, 1, "nats"),
        column("share by sets", 2), column("share by sets and weights", 2)], rows, sources(sweeps),
        ["Share: (L - L_fixed) over (L - L(0)), each summed over the points where the loss L has "
         "grown. 0: it grows as much with routing fixed; 1: it does not grow then; negative: "
         "routing holds the growth back. Of growth below 1 % of the loss a point a share means "
         "nothing, and is not shown."])
