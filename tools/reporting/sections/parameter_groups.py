"""Curvature by groups of parameters: stem, layers, gate and each expert."""

from functools import partial

from reporting.blocks import figure, missing, panel, slug, with_seed
from reporting.sections.curvature_estimates import (NAMES, bar, eigenvalues_of_groups,
                                                    sample_of_one, sources, traces_of_groups)

MEASURES = [("trace", "Trace", traces_of_groups),
            ("largest", "Largest eigenvalue", eigenvalues_of_groups)]


def by_groups(groups):
    """The figures of (label, split, analyses) that there are, and that there are no traces."""
    traces, eigenvalues = (_figure(*measure, groups) for measure in MEASURES)
    missed = missing("Traces by groups of parameters: no analysis has them (`--groups`).")
    return [traces or missed, *([eigenvalues] if eigenvalues else [])]


def _figure(name, title, figures_of, groups):
    found = [(label, split, [a for a in analyses if figures_of(a)])
             for label, split, analyses in groups]
    panels = [_panel(name, title, (label, split, analysis), figures_of(analysis), place > 0)
              for label, split, analyses in found for place, analysis in enumerate(analyses)]
    return panels and figure(
        f"groups-{name}", f"{title} by groups of parameters", panels, sources(found),
        ["Of the diagonal block of the Hessian that belongs to the group, with the error of the "
         "measurement. Experts of different seeds are not the same, so every seed has its own "
         "chart."])


def _panel(name, title, of, figures, later):
    label, split, analysis = of
    run = with_seed(label, analysis.seed)
    estimated = [([analysis], partial(_of_group, figures, group)) for group in figures]
    return panel(f"groups-{name}-{slug(f'{run}, {split}')}", "bars", f"{run}, {NAMES[split]}",
                 sample_of_one(label, split, analysis),
                 {"x": {"label": "group of parameters"}, "categories": list(figures),
                  "y": {"label": f"{title.lower()} of the block"},
                  "bars": [bar("here", estimated)]}, later or split == "val")


def _of_group(figures, group, _):
    return figures[group]
