"""Where the time of steps went, from profiles."""

from reporting.blocks import column, figure, missing, panel, percent, section, slug, table

MOST_ZONES = 18
MILLISECONDS = {"unit": "ms", "scale": 1e3}
PARTS = [("waiting, exposed", "exposed_waiting"), ("transferring, exposed",
                                                   "exposed_transferring"),
         ("beside computing", "overlapped")]


def build(material):
    if not material.profiles:
        return section("profiler", "Profiles", "", [
            missing("Profiler panels: no run has a profile (`--profile steps=A:B`).")])
    blocks = [_table(material.profiles)]
    blocks += [_figure(place, profile) for place, profile in enumerate(material.profiles, 1)]
    return section("profiler", "Profiles", "", blocks)


def _name(profile):
    kind = profile.file.parent.name
    return f"{profile.label}, {kind}" if profile.run else f"{profile.label}"


def _sample(profile):
    data = profile.data
    ranks, steps = len(data["ranks"]), data["steps"]
    seed = "seed not known" if profile.seed is None else f"seed {profile.seed}"
    return f"One run, {seed}, {ranks} rank{'s' * (ranks > 1)}, {steps['kind']}s {steps['first']} " \
           f"to {steps['last']} (n = {steps['recorded']} steps)"


def _table(profiles):
    rows = []
    for profile in profiles:
        data = profile.data
        steps = data["step"]["per_rank"]
        overhead = data["overhead"]
        rows.append([_name(profile), len(data["ranks"]), data["ranks"][0]["device"],
                     data["steps"]["kind"], data["steps"]["recorded"],
                     max(step["p50"] for step in steps), max(step["mean"] for step in steps),
                     {"value": overhead["ratio"], "interval": overhead["interval"]},
                     str(profile.file)])
    columns = [column("profile"), column("ranks"), column("device"), column("step"),
               column("n steps"), column("median of the slowest rank", 3, 1e3, "ms"),
               column("mean of the slowest rank", 3, 1e3, "ms"), percent("cost of recording", 1),
               column("file")]
    return table("profiles", "Profiles", columns, rows, [p.file for p in profiles],
                 ["Cost of recording: recorded steps over steps timed as wholes, less 1, with its "
                  "95 % interval where there are enough steps. Seeds are those of the runs."])


def _figure(place, profile):
    data, name = profile.data, f"profile-{place}"
    ranks = [str(rank["rank"]) for rank in data["ranks"]]
    panels = [panel(f"{name}-zones", "heat_map", "Zones and ranks", _sample(profile),
                    _zones(data, ranks)),
              panel(f"{name}-exchanges", "bars", "Exchanges", _sample(profile),
                    _exchanges(data, ranks))]
    if len(ranks) > 1:
        panels.append(panel(f"{name}-traffic", "heat_map", "Rows sent", _sample(profile), {
            "x": {"label": "to rank"}, "y": {"label": "from rank"},
            "value": {"label": "sent in all recorded steps", "unit": "kB", "scale": 1e-3, "low": 0},
            "columns": ranks, "rows": ranks, "values": data["traffic"]["matrix"]}))
    panels += [panel(f"{name}-overload-{layer['layer']}", "lines",
                     f"Overload of ranks, layer {layer['layer']}", _sample(profile),
                     _overload(data, layer))
               for layer in data["experts"] if layer["overload_per_step"]]
    notes = ["Zones: a rank's time is booked on the innermost zone that it is in; mean over "
             "recorded steps. Exchanges: what computing stood still for, waiting for other ranks "
             "and transferring, and what went on beside computing. Overload: rows of the rank with "
             "most over the mean of ranks."]
    if len(ranks) == 1:
        notes.append("One rank sends nothing to others: there is no send matrix.")
    return figure(f"{name}-{slug(_name(profile))}", f"Profile of {_name(profile)}", panels,
                  [profile.file], notes)


def _zones(data, ranks):
    zones = data["zones"][:MOST_ZONES]
    names = [zone["zone"] + (" bwd" if zone["pass"] == "backward" else "") for zone in zones]
    values = [[part and part["mean"] for part in zone["per_rank"]] for zone in zones]
    rest = data["zones"][MOST_ZONES:]
    if rest:
        names.append(f"{len(rest)} others")
        values.append([sum(zone["per_rank"][r]["mean"] for zone in rest if zone["per_rank"][r])
                       for r in range(len(ranks))])
    return {"x": {"label": "rank"}, "y": {"label": "zone"},
            "value": {"label": "time a step", **MILLISECONDS, "low": 0, "digits": 2},
            "columns": ranks, "rows": names, "values": values}


def _exchanges(data, ranks):
    per_rank = data["communication"]["per_rank"]
    return {"x": {"label": "rank"}, "y": {"label": "time a step", **MILLISECONDS},
            "categories": ranks, "stacked": True,
            "bars": [{"label": name, "values": [rank[key] for rank in per_rank]}
                     for name, key in PARTS]}


def _overload(data, layer):
    values = layer["overload_per_step"]
    return {"x": {"label": data["steps"]["kind"], "whole": True},
            "y": {"label": "rows of the busiest rank / mean"},
            "level": {"label": "even", "value": 1},
            "lines": [{"label": "overload", "y": values,
                       "x": list(range(data["steps"]["first"],
                                       data["steps"]["first"] + len(values)))}]}
