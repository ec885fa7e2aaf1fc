"""Drawings: each module draws a panel's data or a table, and has the rows of its CSV."""

from reporting.figures import bars, heat_map, lines, marks, plane, sweep, table

DRAWINGS = {"lines": lines, "bars": bars, "heat_map": heat_map, "marks": marks, "plane": plane,
            "sweep": sweep, "table": table}
