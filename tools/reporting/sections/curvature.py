"""Table III, Fig. 6 and spectral densities."""

from statistics import fmean

from reporting import paper
from reporting.blocks import column, figure, missing, panel, sample_of, section, slug, table
from reporting.estimates import summary

SPLITS = ("train", "val", "test")
NAMES = {"train": "training images", "val": "validation images", "test": "test images"}
DOUBT = "\u2020"
Z = 1.959963984540054
ERRORS = ("Of several seeds: mean and its 95 % interval by Student's t. Of one seed the error of "
          "the measurement alone: of an eigenvalue the residual that bounds it, of a trace 1.96 "
          "standard errors of its estimate. It says nothing of other seeds.")


def build(material):
    if not material.curvatures:
        return section("curvature", "Curvature", "", [
            missing("Table III, Fig. 6 and spectral densities: no curvature analysis was given or "
                    "could be read (`switchyard curvature RUN`).")])
    groups = grouped(material)
    blocks = [_table(groups), _bars(groups), _densities(groups)]
    blocks += [missing(f"Curvature of {label} on {NAMES[split]}: no analysis.")
               for label in material.labels for split in ("train", "test")
               if not any(g[0] == label and g[1] == split for g in groups)]
    return section("curvature", "Curvature", ERRORS, blocks)


def grouped(material):
    """(label, split, analyses by seed) of every model and split that there is."""
    groups = []
    for label in material.labels:
        for split in SPLITS:
            found = [c for c in material.curvatures
                     if c.label == label and c.data["samples"]["split"] == split]
            if found:
                groups.append((label, split, sorted(found, key=lambda c: c.seed or 0)))
    return groups


def largest(analysis):
    """The largest eigenvalue and its error, or None where none was asked for."""
    return _outermost(analysis, "largest")


def _outermost(analysis, end):
    spectrum = analysis.data.get("spectrum") or {}
    if not spectrum.get(end):
        return None
    eigenvalue = spectrum[end][0]
    return eigenvalue["value"], _residual(eigenvalue, analysis.data)


def _residual(eigenvalue, data):
    """The true one where it was computed; else Lanczos's, which does not see rounding, and rounding
    as docs/curvature.md states it."""
    if eigenvalue.get("true_residual") is not None:
        return eigenvalue["true_residual"]
    relative = 1e-14 if data["settings"].get("precision") == "f64" else 5e-7
    greatest = max(abs(value["value"]) for end in ("largest", "smallest")
                   for value in data["spectrum"][end])
    return max(eigenvalue["residual"], relative * greatest)


def trace(analysis):
    found = analysis.data.get("trace")
    return found and (found["trace"], Z * (found["standard_error"] or 0))


def estimate(analyses, figure_of):
    """A cell: the mean over seeds, or one seed's value with its error."""
    values = [value for value in map(figure_of, analyses) if value]
    if not values:
        return {"value": None}
    if len(values) == 1:
        return {"value": values[0][0], "plus_minus": values[0][1]}
    found = summary([value for value, _ in values])
    return {"value": found["mean"], "interval": found["interval"]}


def _table(groups):
    rows = []
    for label, split, analyses in groups:
        published = paper.of_head(_head(analyses))
        published = published and published["curvature"].get(split)
        rows.append([label, split, len(analyses), _seeds(analyses),
                     _all_alike([a.data["samples"]["count"] for a in analyses]),
                     fmean(a.data["loss"] for a in analyses),
                     {**estimate(analyses, largest), "mark": _doubt(analyses)},
                     estimate(analyses, _smallest), estimate(analyses, trace), _probes(analyses),
                     published and published["largest"], published and published["trace"]])
    columns = [column("model"), column("images of"), column("n"), column("seeds"),
               column("images"), column("loss", 4, 1, "nats"), column("largest eigenvalue", "4g"),
               column("smallest eigenvalue", "3g"), column("trace", "4g"),
               column("probes"), column("largest, paper", 2), column("trace, paper", 2)]
    doubts = any(map(_doubt, (analyses for _, _, analyses in groups)))
    notes = [f"{DOUBT} Had not converged to the tolerance asked for."] if doubts else []
    return table("table-3", "Table III. Curvature", columns, rows, _sources(groups),
                 [*notes, *paper.notes("curvature")])


def _smallest(analysis):
    return _outermost(analysis, "smallest")


def _head(analyses):
    return analyses[0].data["settings"]["head"]


def _seeds(analyses):
    return ", ".join("?" if a.seed is None else str(a.seed) for a in analyses)


def _all_alike(values):
    return values[0] if len(set(values)) == 1 else ", ".join(map(str, values))


def _doubt(analyses):
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
            chosen = [group for group in groups if group[1] == split
                      and any(map(figure_of, group[2]))]
            if chosen:
                panels.append(_bar_panel(name, title, split, chosen, figure_of))
    if not panels:
        return missing("Fig. 6: no analysis has eigenvalues or a trace.")
    return figure("fig-6", "Fig. 6. Curvature", panels, _sources(groups), [
        ERRORS, "Dots: single seeds. Of two seeds an interval may run out of the chart; Table III "
                "has its ends."])


def _bar_panel(name, title, split, groups, figure_of):
    cells = [estimate(analyses, figure_of) for _, _, analyses in groups]
    bars = [{"label": "here", "values": [cell["value"] for cell in cells],
             "low": [_end(cell, 0) for cell in cells], "high": [_end(cell, 1) for cell in cells],
             "points": [_singles(analyses, figure_of) for _, _, analyses in groups]}]
    published = [(paper.of_head(_head(analyses)) or {}).get("curvature", {}).get(split, {})
                 .get(name) for _, _, analyses in groups]
    if any(value is not None for value in published):
        bars.append({"label": "paper", "values": published})
    samples = [sample_of(label, [a.seed for a in analyses]) for label, _, analyses in groups]
    unit = {"label": f"{title.lower()} of the Hessian"}
    return panel(f"fig-6-{name}-{split}", "bars", f"{title}, {NAMES[split]}", "; ".join(samples), {
        "x": {"label": ""}, "y": unit, "categories": [label for label, _, _ in groups],
        "bars": bars})


def _singles(analyses, figure_of):
    """The values of single seeds, where there are several."""
    values = [found[0] for found in map(figure_of, analyses) if found]
    return values if len(values) > 1 else []


def _end(cell, which):
    if cell.get("interval"):
        return cell["interval"][which]
    if cell.get("plus_minus") is not None:
        return cell["value"] + (2 * which - 1) * cell["plus_minus"]
    return None


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
    return figure("densities", "Spectral density of the Hessian", panels, _sources(groups),
                  ["By stochastic Lanczos quadrature, smoothed by Gaussians of the width sigma "
                   "that curvature.json states; band: one standard error over random vectors."])


def _range(lines):
    """Of the axis: Gaussians fall to 1e-300 between eigenvalues."""
    highest = max(value for line in lines for value in line["y"])
    return {"bottom": 1e-8 * highest, "top": 10 * highest}


def _density(analysis, place):
    data = analysis.data["density"]
    line = {"label": "seed not known" if analysis.seed is None else f"seed {analysis.seed}",
            "style": place, "x": data["grid"], "y": data["density"]}
    errors = data.get("standard_error")
    if errors:
        line["low"] = [max(value - (e or 0), 0) for value, e in zip(line["y"], errors)]
        line["high"] = [value + (e or 0) for value, e in zip(line["y"], errors)]
    return line


def _sources(groups):
    return [analysis.file for _, _, analyses in groups for analysis in analyses]
