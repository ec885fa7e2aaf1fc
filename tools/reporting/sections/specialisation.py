"""Fig. 5: which experts see which classes."""

from reporting import paper
from reporting.blocks import (column, figure, missing, panel, percent, sample_of, section, slug,
                              table, with_seed)

WEIGHT = {"label": "mean routing weight", "unit": "%", "scale": 100, "low": 0}


def build(material):
    if not material.routings:
        return section("specialisation", "Classes and experts", "", [
            missing("Fig. 5 and the table of specialisation: no run has a routing analysis "
                    "(`switchyard routing RUN`).")])
    routings = in_order(material)
    first = set()
    panels = []
    for routing in routings:
        key = (routing.label, routing.data["split"])
        panels.append(_panel(routing, more=key in first))
        first.add(key)
    sources = [routing.file for routing in routings]
    blocks = [figure("fig-5", "Fig. 5. Experts of each class", panels, sources,
                     ["Mean routing weight over the images of a class. Experts are ordered by the "
                      "class that gives them most."]),
              _published(routings), _table(routings, sources)]
    return section("specialisation", "Classes and experts", "",
                   [block for block in blocks if block])


def in_order(material):
    """The routing analyses by model, split and seed."""
    return sorted(material.routings, key=lambda r: (material.labels.index(r.label),
                                                    r.data["split"], r.seed or 0))


def name_of(routing):
    return f"{with_seed(routing.label, routing.seed)}, {routing.data['split']}"


def sample(routing):
    return f"{sample_of(routing.label, [routing.seed])}, {routing.data['samples']} " \
           f"{routing.data['split']} images"


def by_main_class(weights):
    """Experts in the order of the class that has the largest weight in each."""
    return sorted(range(len(weights[0])),
                  key=lambda e: (max(range(len(weights)), key=lambda c: weights[c][e]), e))


def _heat_map(weights, classes):
    order = by_main_class(weights)
    return {"x": {"label": "expert"}, "y": {"label": "class"}, "value": WEIGHT,
            "columns": [str(e) for e in order], "rows": classes,
            "values": [[row[e] for e in order] for row in weights]}


def _panel(routing, more):
    weights = routing.data["class_experts"]["weights"]
    classes = paper.class_names(len(weights), routing.run and routing.run.settings)
    return panel(f"fig-5-{slug(name_of(routing))}", "heat_map", name_of(routing), sample(routing),
                 _heat_map(weights, classes), more)


def _published(routings):
    panels = []
    for head in {routing.data["head"]: None for routing in routings}:
        published = paper.of_head(head)
        if published and "class_experts" in published:
            panels.append(panel(f"fig-5-paper-{head}", "heat_map", f"{published['name']}, paper",
                                "The paper's run: seed 42 (n = 1), 10000 test images",
                                _heat_map(published["class_experts"], paper.PAPER["classes"])))
    return panels and figure("fig-5-paper", "Fig. 5 as published", panels,
                             ["tools/reporting/paper.json"])


def _table(routings, sources):
    rows = []
    for routing in routings:
        data, about = routing.data, routing.data["specialisation"]
        rows.append([routing.label, routing.seed, data["split"], data["samples"],
                     about["mutual_information"], about["class_entropy"], about["expert_entropy"],
                     about["normalised"], data["accuracy"], data["gate_entropy"],
                     data["utilisation_cv"], data["load_cv"], len(data["dead_experts"])])
    columns = [column("model"), column("seed"), column("images of"), column("n images"),
               column("I", 3, 1, "nats"), column("H(class)", 3, 1, "nats"),
               column("H(expert)", 3, 1, "nats"), column("normalised", 3), percent("accuracy"),
               column("entropy of the gate", 3, 1, "nats"), column("CV of utilisation", 3),
               column("CV of load", 3), column("dead experts")]
    return table("specialisation", "Specialisation", columns, rows, sources,
                 ["I: mutual information between an image's class and the expert that its routing "
                  "weights would draw, H: entropies of the two; normalised: 2 I / (H(class) + "
                  "H(expert)), 0 where they have nothing to do with one another and 1 where each "
                  "determines the other. CV: deviation over mean of the experts."])
