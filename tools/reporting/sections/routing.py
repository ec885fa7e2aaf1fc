"""Margins of the gate, likeness of experts, what each is needed for, agreement between seeds."""

from reporting.blocks import column, figure, missing, panel, percent, section, slug, table
from reporting.sections.specialisation import in_order, name_of, sample

MARGINS = ("mean", "p05", "p25", "p50", "p75", "p95")
LIKENESS = {
    "weights": ("Cosine of weights", {"label": "cosine", "low": -1, "high": 1, "digits": 2}),
    "outputs": ("Correlation of outputs", {"label": "correlation", "low": -1, "high": 1,
                                           "digits": 2}),
    "agreement": ("Same class predicted", {"label": "images", "unit": "%", "scale": 100, "low": 0,
                                           "high": 1}),
}


def build(material):
    routings = in_order(material)
    if not routings:
        return section("routing", "Routing", "", [
            missing("Margins, likeness, ablation and agreement between seeds: no run has a routing "
                    "analysis.")])
    sources = [routing.file for routing in routings]
    blocks = [_margins(routings, sources), _likeness(routings, sources),
              _ablation(routings, sources), _agreement(routings)]
    return section("routing", "Routing", "", blocks)


def _margins(routings, sources):
    rows = [[r.label, r.seed, r.data["split"], *(r.data["gate_margin"][name] for name in MARGINS)]
            for r in routings if r.data.get("gate_margin")]
    if not rows:
        return missing("Gate margins: no analysis has them.")
    return table("gate-margins", "Margin of the gate", [
        column("model"), column("seed"), column("images of"),
        *(column(name, 3) for name in MARGINS)], rows, sources,
        ["By how much the last expert that is chosen is ahead of the first that is not, in routing "
         "logits (SoftMoE: the first ahead of the second); mean and quantiles over images."])


def _first_of_each_model(routings):
    seen = set()
    for routing in routings:
        yield routing, routing.label in seen
        seen.add(routing.label)


def _likeness(routings, sources):
    panels = []
    for routing, more in _first_of_each_model(routings):
        for kind, (title, axis) in LIKENESS.items():
            values = routing.data["similarity"][kind]
            names = [str(e) for e in range(len(values))]
            panels.append(panel(
                f"similarity-{kind}-{slug(name_of(routing))}", "heat_map",
                f"{title}: {name_of(routing)}", sample(routing),
                {"x": {"label": "expert"}, "y": {"label": "expert"}, "value": axis,
                 "columns": names, "rows": names, "values": values}, more))
    return figure("similarity", "Likeness of experts", panels, sources,
                  ["Cosine of the experts' parameters as vectors; correlation of their logits on "
                   "all images; share of images on which two experts, each alone, predict the same "
                   "class."])


def _ablation(routings, sources):
    panels = []
    for routing, more in _first_of_each_model(r for r in routings if r.data["ablation"]):
        data = routing.data
        without, alone = ([entry["accuracy"] for entry in data[kind]]
                          for kind in ("ablation", "alone"))
        used = [entry["rerouted"] for entry in data["ablation"]]
        panels.append(_bars(routing, "ablation", "Accuracy", "accuracy", [
            ("without it", without), ("alone", alone)], more, data["accuracy"]))
        if min(used) < 1:
            panels.append(_bars(routing, "used", "Use", "images that used it", [("used", used)],
                                more))
    if not panels:
        return missing("Ablation: no analysis is of more than one expert.")
    return figure("ablation", "Accuracy without each expert, and of each alone", panels, sources,
                  ["SoftMoE uses every expert for every image."])


def _bars(routing, kind, title, axis, bars, more, level=None):
    names = [str(entry["expert"]) for entry in routing.data["ablation"]]
    return panel(f"{kind}-{slug(name_of(routing))}", "bars", f"{title}: {name_of(routing)}",
                 sample(routing), {
        "x": {"label": "expert"}, "y": {"label": axis, "unit": "%", "scale": 100},
        "categories": names,
        "level": level and {"label": "all experts", "value": level},
        "bars": [{"label": label, "values": values} for label, values in bars]}, more)


def _agreement(routings):
    pairs = [(r, other) for r in routings for other in r.data.get("against") or []]
    if not pairs:
        return missing("Agreement between seeds: no routing analysis compared two runs "
                       "(`switchyard routing RUN --against OTHER`).")
    rows = [[r.label, r.seed, other["run"], r.data["split"], other["samples"],
             other["agreement"], other["chance"], other["unmatched"],
             " ".join(map(str, other["permutation"]))] for r, other in pairs]
    return table("agreement", "Agreement of the first expert between runs", [
        column("model"), column("seed"), column("other run"), column("images of"),
        column("n images"), percent("matched"), percent("by chance"), percent("as numbered"),
        column("permutation")],
        rows, [r.file for r, _ in pairs],
        ["Share of images with the same first expert, after the experts of the other run were "
         "matched to those of this one; what it would be were the choices independent (much, where "
         "few experts take most images); and before matching. Experts 0, 1, ... of this run are "
         "those of the permutation in the other."])
