"""Drawings: each module draws a panel's data, and has the rows of its CSV."""

from reporting.figures import bars, heat_map, lines, sweep

DRAWINGS = {"lines": lines, "bars": bars, "heat_map": heat_map, "sweep": sweep}
