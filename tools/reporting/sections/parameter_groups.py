"""Curvature by groups of parameters: stem, layers, gate and each expert."""

from functools import partial

from reporting.blocks import figure, missing, panel, sample_of, slug
from reporting.sections.curvature_estimates import (NAMES, bar, eigenvalues_of_groups, sources,
                                                    traces_of_groups)

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
    found = [group for group in found if group[2]]
    if not found:
        return None
    return figure(f"groups-{name}", f"{title} by groups of parameters",
                  [_panel(name, title, figures_of, group) for group in found], sources(found),
                  ["Of the diagonal block of the Hessian that belongs to the group."])


def _panel(name, title, figures_of, group):
    label, split, analyses = group
    names = list(dict.fromkeys(name for analysis in analyses for name in figures_of(analysis)))
    estimated = [(analyses, partial(_of_group, figures_of, name)) for name in names]
    return panel(f"groups-{name}-{slug(label)}-{split}", "bars", f"{label}, {NAMES[split]}",
                 sample_of(label, [a.seed for a in analyses]),
                 {"x": {"label": "group of parameters"}, "categories": names,
                  "y": {"label": f"{title.lower()} of the block"},
                  "bars": [bar("here", estimated)]}, more=split == "val")


def _of_group(figures_of, name, analysis):
    return figures_of(analysis).get(name)
