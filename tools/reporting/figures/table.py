"""A table as it stands in a paper: title, header and rows between rules, notes.

data: a table of reporting.blocks. Cells are as the page shows them; long ones are wrapped, and the
canvas is as wide as the columns need. Lengths are in points.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import text_to_path

from reporting.blocks import numeric, shown

TITLE, CELL, NOTE = ({"size": 10.5, "weight": "bold"}, {"size": 9, "weight": "normal"},
                     {"size": 7.5, "weight": "normal"})
HEADER = {**CELL, "weight": "bold"}
LINE = 1.3  # of the size of letters
GAP, MARGIN, AROUND_RULE = 14, 10, 3
MOST_OF_HEADER, MOST_OF_CELL, LEAST = 80, 190, 330


@dataclass
class _Column:
    header: list
    cells: list  # of lists of lines
    right: bool
    width: float


def draw(data):
    columns = _columns(data)
    sheet = _Sheet(max(LEAST, sum(column.width + GAP for column in columns) - GAP))
    sheet.paragraph(data["title"], TITLE)
    sheet.rule(1.2)
    sheet.row(columns, [column.header for column in columns], HEADER)
    sheet.rule(0.6)
    for i in range(len(data["rows"])):
        sheet.row(columns, [column.cells[i] for column in columns], CELL)
    sheet.rule(1.2)
    for note in data["notes"]:
        sheet.paragraph(note, NOTE)
    return sheet.figure()


def _columns(data):
    columns = []
    for place, (column, right) in enumerate(zip(data["columns"], numeric(data))):
        cells = [_wrapped(shown(row[place], column), MOST_OF_CELL, CELL) for row in data["rows"]]
        widest = _widest([line for cell in cells for line in cell], CELL)
        heading = column["name"] + (f" ({column['unit']})" if column["unit"] else "")
        header = _wrapped(heading, max(MOST_OF_HEADER, widest), HEADER)
        columns.append(_Column(header, cells, right, max(widest, _widest(header, HEADER))))
    return columns


def _wrapped(text, width, style):
    """Lines, cut after spaces and slashes alone."""
    lines = [""]
    for piece in re.split(r"(?<=[ /])", " ".join(text.split())):
        if lines[-1] and _width((lines[-1] + piece).rstrip(), **style) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def _widest(lines, style):
    return max((_width(line, **style) for line in lines), default=0)


@lru_cache(maxsize=None)
def _width(text, size, weight):
    font = FontProperties(size=size, weight=weight)
    return text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]


class _Sheet:
    """Fills up from above; its height is known in the end."""

    def __init__(self, width):
        self._width = width
        self._height = 0
        self._texts, self._rules = [], []

    def paragraph(self, text, style):
        for line in _wrapped(text, self._width, style):
            self._text(line, 0, self._height, False, style)
            self._height += LINE * style["size"]

    def rule(self, thickness):
        self._rules.append((self._height + AROUND_RULE, thickness))
        self._height += 2 * AROUND_RULE

    def row(self, columns, cells, style):
        """Headers stand on their last line, other cells hang from their first."""
        lines = max(map(len, cells))
        step = LINE * style["size"]
        left = 0
        for column, cell in zip(columns, cells):
            first = self._height + (lines - len(cell) if style is HEADER else 0) * step
            for place, line in enumerate(cell):
                x = left + column.width if column.right else left
                self._text(line, x, first + place * step, column.right, style)
            left += column.width + GAP
        self._height += lines * step

    def _text(self, text, x, top, right, style):
        self._texts.append((text, x, top + style["size"], right, style))

    def figure(self):
        width, height = self._width + 2 * MARGIN, self._height + 2 * MARGIN
        figure = Figure(figsize=(width / 72, height / 72))
        for text, x, y, right, style in self._texts:
            figure.text((x + MARGIN) / width, 1 - (y + MARGIN) / height, text, parse_math=False,
                        ha="right" if right else "left", va="baseline", **style)
        for y, thickness in self._rules:
            up = 1 - (y + MARGIN) / height
            figure.add_artist(Line2D([MARGIN / width, 1 - MARGIN / width], [up, up],
                                     color="black", linewidth=thickness))
        return figure


def rows(data):
    """A column of the table, and as many beside it as its cells have intervals or errors."""
    parts = [_parts_of([row[i] for row in data["rows"]]) for i in range(len(data["columns"]))]
    yield [column["name"] + (f" {part}" if part != "value" else "")
           for column, names in zip(data["columns"], parts) for part in names]
    for row in data["rows"]:
        yield [_part(cell, part) for cell, names in zip(row, parts) for part in names]


def _parts_of(cells):
    parts = ["value"]
    for name, keys in (("interval", ["low", "high"]), ("plus_minus", ["plus_minus"])):
        if any(isinstance(cell, dict) and cell.get(name) is not None for cell in cells):
            parts += keys
    return parts


def _part(cell, part):
    if not isinstance(cell, dict):
        return cell if part == "value" else None
    if part in ("low", "high"):
        return cell["interval"][part == "high"] if cell.get("interval") else None
    return cell.get(part)
