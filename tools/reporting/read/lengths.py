"""Lists of one file that must be as long as one another: one entry for each rank, expert, class."""


def disagreement(kind, data):
    """What is wrong with the lengths of lists in a file of this kind, or None."""
    expected = {"curvature": _curvature, "routing": _routing, "profile": _profile}.get(kind)
    for name, found, wanted in expected(data) if expected else ():
        if found != wanted:
            return f"`{name}` has {found} entries where {wanted} belong"
    return None


def routing_lengths(figures, experts):
    """The first of a run's lists that has not an entry for each expert, as (name, its length)."""
    return next(((name, len(figures[name])) for name in ("utilisation", "load")
                 if len(figures[name]) != experts), None)


def _square(name, matrix, rows, columns):
    yield name, len(matrix), rows
    for i, row in enumerate(matrix):
        yield f"{name}[{i}]", len(row), columns


def _curvature(data):
    density = data.get("density")
    if density:
        for name in ("density", "standard_error"):
            if density.get(name) is not None:
                yield f"density.{name}", len(density[name]), len(density["grid"])
    for sweep in (data.get("landscape") or {}).get("sweeps", []):
        for point in sweep["points"]:
            yield (f"coordinates of {sweep['name']}", len(point["coordinates"]),
                   len(sweep["directions"]))


def _routing(data):
    experts, classes = data["experts"], data["classes"]
    for name in ("utilisation", "load", "alone"):
        yield name, len(data[name]), experts
    for name, matrix in data["class_experts"].items():
        yield from _square(f"class_experts.{name}", matrix, classes, experts)
    for name, matrix in data["similarity"].items():
        yield from _square(f"similarity.{name}", matrix, experts, experts)
    if data["ablation"]:
        yield "ablation", len(data["ablation"]), experts
    for other in data.get("against") or []:
        yield "against.permutation", len(other["permutation"]), experts


def _profile(data):
    ranks = len(data["ranks"])
    for name in ("step", "communication"):
        yield f"{name}.per_rank", len(data[name]["per_rank"]), ranks
    for zone in data["zones"]:
        yield f"zones.per_rank of {zone['zone']}", len(zone["per_rank"]), ranks
    yield from _square("traffic.matrix", data["traffic"]["matrix"], ranks, ranks)
