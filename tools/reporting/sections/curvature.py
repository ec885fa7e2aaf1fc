"""Table III, Fig. 6 and spectral densities."""

from statistics import fmean

from reporting import paper
from reporting.blocks import (column, figure, missing, panel, sample_of, samples_of, section, slug,
                              table)
from reporting.sections.curvature_estimates import (ERRORS, NAMES, SPLITS, bar, estimate, grouped,
                                                    largest, smallest, sources, trace)
from reporting.sections.parameter_groups import by_groups

DOUBT = "\u2020"


def build(material):
    if not material.curvatures:
        return section("curvature", "Curvature", "", [
            missing("Table III, Fig. 6 and spectral densities: no curvature analysis was given or "
                    "could be read (`switchyard curvature RUN`).")])
    groups = grouped(material)
    blocks = [_table(groups), _bars(groups), *by_groups(groups), _densities(groups)]
    blocks += [missing(f"Curvature of {label} on {NAMES[split]}: no analysis.")
               for label in material.labels for split in ("train", "test")
               if not any(g[0] == label and g[1] == split for g in groups)]
    return section("curvature", "Curvature", ERRORS, blocks)


def _table(groups):
    rows = []
    for label, split, analyses in groups:
        published = paper.of_head(_head(analyses))
        published = published and published["curvature"].get(split)
        rows.append([label, split, len(analyses), _seeds(analyses),
                     _all_alike([a.data["samples"]["count"] for a in analyses]),
                     fmean(a.data["loss"] for a in analyses),
                     {**estimate(analyses, largest), "mark": doubt(analyses)},
                     estimate(analyses, smallest), estimate(analyses, trace), _probes(analyses),
                     published and published["largest"], published and published["trace"]])
    columns = [column("model"), column("images of"), column("n"), column("seeds"),
               column("images"), column("loss", 4, 1, "nats"), column("largest eigenvalue", "4g"),
               column("smallest eigenvalue", "3g"), column("trace", "4g"),
               column("probes"), column("largest, paper", 2), column("trace, paper", 2)]
    doubts = any(map(doubt, (analyses for _, _, analyses in groups)))
    notes = [f"{DOUBT} Had not converged to the tolerance asked for."] if doubts else []
    return table("table-3", "Table III. Curvature", columns, rows, sources(groups),
                 [*notes, *paper.notes("curvature")])


def _head(analyses):
    return analyses[0].data["settings"]["head"]


def _seeds(analyses):
    return ", ".join("?" if a.seed is None else str(a.seed) for a in analyses)


def _all_alike(values):
    return values[0] if len(set(values)) == 1 else ", ".join(map(str, values))


def doubt(analyses):
    found = [a.data["spectrum"]["largest"][0] for a in analyses if largest(a)]
    return None if all(value["converged"] for value in found) else DOUBT


def _probes(analyses):
    return _all_alike([a.data["trace"]["probes"] for a in analyses if a.data.get("trace")]
                      or [None])


def _bars(groups):
    panels = []
    for name, title, figure_of in (("largest", "Largest eigenvalue", largest),
                                   ("trace", "Trace", trace)):
        for split in SPLITS:
            chosen = [(label, split, [a for a in analyses if figure_of(a)])
                      for label, of, analyses in groups if of == split]
            chosen = [group for group in chosen if group[2]]
            if chosen:
                panels.append(_bar_panel(name, title, split, chosen, figure_of))
    if not panels:
        return missing("Fig. 6: no analysis has eigenvalues or a trace.")
    return figure("fig-6", "Fig. 6. Curvature", panels, sources(groups), [
        "Dots: single seeds. Of two seeds an interval may run out of the chart; Table III has its "
        "ends."])


def _bar_panel(name, title, split, groups, figure_of):
    bars = [bar("here", [(analyses, figure_of) for _, _, analyses in groups])]
    published = [(paper.of_head(_head(analyses)) or {}).get("curvature", {}).get(split, {})
                 .get(name) for _, _, analyses in groups]
    if any(value is not None for value in published):
        bars.append({"label": "paper", "values": published})
    samples = samples_of((label, [a.seed for a in analyses]) for label, _, analyses in groups)
    unit = {"label": f"{title.lower()} of the Hessian"}
    return panel(f"fig-6-{name}-{split}", "bars", f"{title}, {NAMES[split]}", samples, {
        "x": {"label": ""}, "y": unit, "categories": [label for label, _, _ in groups],
        "bars": bars})


def _densities(groups):
    panels = []
    for label, split, analyses in groups:
        lines = [_density(analysis, place) for place, analysis in enumerate(analyses)
                 if analysis.data.get("density")]
        if lines:
            seeds = [a.seed for a in analyses if a.data.get("density")]
            panels.append(panel(
                f"density-{slug(label)}-{split}", "lines", f"{label}, {NAMES[split]}",
                sample_of(label, seeds),
                {"x": {"label": "eigenvalue"}, "lines": lines,
                 "y": {"label": "density", "log": 10, **_range(lines)}}))
    if not panels:
        return missing("Spectral densities: no analysis has one (`--density-probes`).")
    return figure("densities", "Spectral density of the Hessian", panels, sources(groups),
                  ["By stochastic Lanczos quadrature, smoothed by Gaussians of the width sigma "
                   "that curvature.json states; band: one standard error over random vectors."])


def _range(lines):
    """Of the axis: Gaussians fall to 1e-300 between eigenvalues."""
    highest = max(value for line in lines for value in line["y"])
    return {"bottom": 1e-8 * highest, "top": 10.0 * highest}


def _density(analysis, place):
    data = analysis.data["density"]
    line = {"label": "seed not known" if analysis.seed is None else f"seed {analysis.seed}",
            "style": place, "x": data["grid"], "y": data["density"]}
    errors = data.get("standard_error")
    if errors:
        line["low"] = [max(value - (e or 0), 0) for value, e in zip(line["y"], errors)]
        line["high"] = [value + (e or 0) for value, e in zip(line["y"], errors)]
    return line
