"""Scaling: measured by launch/scaling, modelled by `switchyard scale`."""

from reporting.blocks import column, figure, missing, panel, percent, section, table

MODES = ("strong", "weak")
RANKS = {"label": "ranks", "log": 2}
STEP = {"label": "time of a step", "unit": "ms", "scale": 1e3, "log": 10}
EFFICIENCY = {"label": "efficiency", "unit": "%", "scale": 100, "bottom": 0}
CROWDED = ("points with more threads than cores or more ranks than GPUs, which show that it works, "
           "not how fast.")


def build(material):
    if not material.scalings and not material.predictions:
        return section("scaling", "Scaling", "", [
            missing("Scaling curves: no results of `launch/scaling` and no file of `switchyard "
                    "scale --json` were given or could be read.")])
    blocks = [_figure(material)]
    if material.scalings:
        blocks.append(_measured(material.scalings))
    else:
        blocks.append(missing("Measured scaling: no results of `launch/scaling`."))
    if material.predictions:
        fitted = [p for p in material.predictions if p.data["points"]]
        blocks += [_fitted(p, f"-{place}" if len(fitted) > 1 else "")
                   for place, p in enumerate(fitted, 1)]
        blocks.append(_modelled(material.predictions))
    else:
        blocks.append(missing("Modelled scaling: no file of `switchyard scale --json`."))
    return section("scaling", "Scaling", "", [block for block in blocks if block])


def _points(result, mode):
    """(point, entry of the series) of all that have been measured, by ranks."""
    named = {point["name"]: point for point in result.data["points"] if point["step"]}
    found = [(named[entry["point"]], entry) for entry in result.data["series"][mode]
             if entry["point"] in named]
    return sorted(found, key=lambda pair: pair[0]["ranks"])


def _lines(material, mode, value, interval):
    lines = []
    for place, result in enumerate(material.scalings):
        for hollow in (False, True):
            measured = _points(result, mode)
            points = [pair for pair in measured
                      if pair[0]["oversubscribed"] == hollow and value(*pair) is not None]
            if points:
                name = f"batch {measured[0][0]['batch']}{' up' if mode == 'weak' else ''}"
                lines.append(_line(points, name, place, hollow, value, interval))
    return lines


def _line(points, name, place, hollow, value, interval):
    line = {"label": name + (" (hollow)" if hollow else ""), "style": place, "points": True,
            "hollow": hollow, "x": [point["ranks"] for point, _ in points],
            "y": [value(*pair) for pair in points]}
    if interval:
        line["low"], line["high"] = ([point["step"]["interval"][end] for point, _ in points]
                                     for end in (0, 1))
    return line


def _model_lines(material, mode, key):
    lines = []
    for place, result in enumerate(material.predictions):
        if result.data["mode"] == mode:
            series = sorted(result.data["predictions"], key=lambda p: p["ranks"])
            batches = sorted({p["batch"] for p in series})
            batch = batches[0] if mode == "strong" else f"{batches[0]} up"
            lines.append({"label": f"model, batch {batch}", "style": len(material.scalings) + place,
                          "x": [p["ranks"] for p in series], "y": [p[key] for p in series]})
    return lines


def _figure(material):
    panels = []
    for mode in MODES:
        for name, axis, value, key, interval in (
                ("step", STEP, lambda point, _: point["step"]["median"], "step", True),
                ("efficiency", EFFICIENCY, lambda _, entry: entry["efficiency"], "efficiency",
                 False)):
            lines = (_lines(material, mode, value, interval) +
                     _model_lines(material, mode, key))
            if lines:
                ticks = sorted({x for line in lines for x in line["x"]})
                panels.append(panel(f"scaling-{mode}-{name}", "lines",
                                    f"{mode} scaling: {axis['label']}".capitalize(),
                                    _sample(material, mode),
                                    {"x": {**RANKS, "ticks": ticks if len(ticks) < 10 else None},
                                     "y": axis, "lines": lines}))
    if not panels:
        return missing("Scaling curves: no point has been measured or modelled.")
    return figure("scaling", "Scaling", panels, _sources(material),
                  [f"{_measurements(material)}Lines: the model of `switchyard scale`. Hollow: "
                   + CROWDED])


def _measurements(material):
    covered = [point["step"]["coverage"] for result in material.scalings for mode in MODES
               for point, _ in _points(result, mode)]
    return covered and ("Measured: medians over repeated trainings, with their intervals by order "
                        f"statistics, which cover at least {100 * min(covered):.3g} %. ") or ""


def _sample(material, mode):
    repeats = [len(point["repeats"]) for result in material.scalings
               for point, _ in _points(result, mode)]
    seeds = {_seed(result) for result in material.scalings}
    if not repeats:
        return "Modelled only (n = 0 measured points)"
    count = str(repeats[0]) if len(set(repeats)) == 1 else f"{min(repeats)} to {max(repeats)}"
    return f"n = {count} trainings a point, all of {', '.join(sorted(seeds))}"


def _seed(result):
    arguments = result.data["settings"]["arguments"]
    if "--seed" in arguments[:-1]:
        return f"seed {arguments[arguments.index('--seed') + 1]}"
    return "one seed, which is not known"


def _measured(scalings):
    rows = []
    for result in scalings:
        for mode in MODES:
            for point, entry in _points(result, mode):
                rows.append([mode, point["ranks"], point["grid"], point["batch"],
                             len(point["repeats"]),
                             {"value": point["step"]["median"],
                              "interval": point["step"]["interval"]}, point["step"]["coverage"],
                             entry["efficiency"], entry.get("karp_flatt"),
                             _oversubscription(point),
                             " ".join(result.data["settings"]["arguments"])])
    columns = [column("series"), column("ranks"), column("grid"), column("batch"),
               column("n"), column("step", 2, 1e3, "ms"), percent("interval covers", 1),
               percent("efficiency", 1), column("Karp-Flatt", 3),
               column("oversubscribed"), column("training")]
    return table("scaling-measured", "Scaling, measured", columns, rows,
                 [result.file for result in scalings], ["Oversubscribed: " + CROWDED])


def _oversubscription(point):
    if not point["oversubscribed"]:
        return "no"
    # Earlier sweeps knew one reason, and did not say it.
    return ", ".join(point.get("oversubscription") or ["more threads than cores"])


def _fitted(result, number):
    rows = [[point.get("name"), point["measured"], point["fitted"], point["left_out"],
             point["left_out"] and point["left_out"] / point["measured"] - 1]
            for point in result.data["points"]]
    columns = [column("point"), column("measured", 2, 1e3, "ms"), column("fitted", 2, 1e3, "ms"),
               column("predicted from the others", 2, 1e3, "ms"), percent("error of that", 1)]
    return table(f"scaling-fit{number}", "The model beside what was measured", columns, rows,
                 [result.file], [f"Machine: {result.data['machine']}. " + " ".join(
                     result.data.get("assumptions") or [])])


def _modelled(predictions):
    rows = [[result.data["mode"], p["ranks"], f"{p['dp']} x {p['ep']}", p["batch"], p["step"],
             p["measured"], p["efficiency"]]
            for result in predictions for p in result.data["predictions"]]
    columns = [column("series"), column("ranks"), column("dp x ep"), column("batch"),
               column("modelled", 2, 1e3, "ms"), column("measured", 2, 1e3, "ms"),
               percent("efficiency, modelled", 1)]
    return table("scaling-modelled", "Scaling, modelled", columns, rows,
                 [result.file for result in predictions])


def _sources(material):
    return [result.file for result in (*material.scalings, *material.predictions)]
