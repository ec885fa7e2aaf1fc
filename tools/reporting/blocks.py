"""What sections are made of, as plain data: it is written to report.json, and the page is drawn
from that alone.

A cell of a table is text, a number, null, or {"value": number} with "interval": [low, high] or
"plus_minus": number beside it, and a "mark" that notes speak of. Numbers are as in the files that
they come from; a column's `scale` and `digits` say how they are shown.
"""

from zlib import crc32

MISSING = "\u2013"
MOST_OF_SLUG = 120  # bytes; of a file's name there may be 255


def column(name, digits=None, scale=1, unit=""):
    """`digits` after the point; "3g": three significant ones; None: whole numbers and text."""
    return {"name": name, "digits": digits, "scale": scale, "unit": unit}


def percent(name, digits=2):
    return column(name, digits, 100, "%")


def table(name, title, columns, rows, sources, notes=()):
    """`rows`: lists of cells, one for each column; `sources`: the files that they come from."""
    return {"kind": "table", "id": name, "title": title, "columns": columns,
            "rows": [list(row) for row in rows], "sources": sorted({str(s) for s in sources}),
            "notes": list(notes)}


def figure(name, title, panels, sources, notes=()):
    return {"kind": "figure", "id": name, "title": title, "panels": panels,
            "sources": sorted({str(s) for s in sources}), "notes": list(notes)}


def panel(name, drawing, title, sample, data, more=False):
    """One drawing. `sample` says of how many seeds and which; `more`: folded away on the page."""
    return {"id": name, "drawing": drawing, "title": title, "sample": sample, "data": data,
            "more": more}


def findings(name, title, found, sources, notes=()):
    """`found`: pairs of what a sentence is about, and the sentence."""
    return {"kind": "findings", "id": name, "title": title,
            "found": [{"about": about, "text": text} for about, text in found],
            "sources": sorted({str(s) for s in sources}), "notes": list(notes)}


def mean_cell(found):
    """Of what `estimates` found of several seeds: a mean and its interval."""
    return {"value": found["mean"], "interval": found["interval"]}


def with_errors(cells, singles):
    """What charts draw of `cells`: values, ends of their errors, and a dot for each of the single
    values of a cell, where they are several."""
    return {"values": [cell["value"] for cell in cells],
            "low": [_end_of(cell, 0) for cell in cells],
            "high": [_end_of(cell, 1) for cell in cells],
            "points": [values if len(values) > 1 else [] for values in singles]}


def _end_of(cell, which):
    """The lower (0) or upper (1) end of a cell's interval or error; None where it has neither."""
    if cell.get("interval"):
        return cell["interval"][which]
    if cell.get("plus_minus") is not None:
        return cell["value"] + (2 * which - 1) * cell["plus_minus"]
    return None


def missing(what):
    return {"kind": "missing", "text": what}


def section(name, title, text, blocks):
    return {"id": name, "title": title, "text": text, "blocks": blocks}


def slug(text):
    """A name for files and anchors; of long ones, such as hold a path, the beginning and a sum."""
    words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    name = "-".join(words).encode()
    if len(name) > MOST_OF_SLUG:
        name = name[:MOST_OF_SLUG].decode(errors="ignore").encode() + b"-%08x" % crc32(name)
    return name.decode()


def shown(cell, column):
    """A cell as the page shows it."""
    if cell is None:
        return MISSING
    if isinstance(cell, str):
        return cell
    if not isinstance(cell, dict):
        return _number(cell, column)
    if cell["value"] is None:
        return MISSING
    text = _number(cell["value"], column)
    if cell.get("interval"):
        low, high = (_number(end, column) for end in cell["interval"])
        text += f" [{low}, {high}]"
    if cell.get("plus_minus") is not None:
        error = column if not isinstance(column["digits"], str) else {**column, "digits": "2g"}
        text += f" \u00b1 {_number(cell['plus_minus'], error)}"
    return text + (f" {cell['mark']}" if cell.get("mark") else "")


def exact(cell):
    """The number behind a cell, as report.json has it."""
    value = cell["value"] if isinstance(cell, dict) else cell
    return None if value is None or isinstance(value, str) else repr(value)


def numeric(table):
    """Of each column, whether it has numbers, or would have."""
    return [column["digits"] is not None or any(exact(row[i]) for row in table["rows"])
            for i, column in enumerate(table["columns"])]


def _number(value, column):
    value *= column["scale"]
    digits = column["digits"]
    if digits is None:
        return f"{value:,}" if isinstance(value, int) else f"{value:g}"
    if isinstance(digits, str):
        return _significant(value, digits)
    return f"{value:z.{digits}f}"


def _significant(value, digits):
    """Without an exponent where that is for large numbers alone: 180, not 1.8e+02."""
    text = f"{value:.{digits}}"
    return f"{float(text):.0f}" if "e+" in text and abs(value) < 1e7 else text


def with_seed(label, seed):
    """"Dense, seed 1"; the label alone where the seed is not known."""
    return label if seed is None else f"{label}, seed {seed}"


def sample_of(label, seeds):
    """"SparseMoE: seeds 1, 2 (n = 2)"; of a seed that is not known, so."""
    if None in seeds:
        return f"{label}: seed not known (n = {len(seeds)})"
    return f"{label}: {_seeds(seeds)} (n = {len(seeds)})"


def samples_of(models):
    """Of the (label, seeds) of all models of a chart; said once where all have the same seeds."""
    models = list(models)
    first = models[0][1]
    if len(models) == 1 or None in first or any(seeds != first for _, seeds in models):
        return "; ".join(sample_of(label, seeds) for label, seeds in models)
    return f"all models: {_seeds(first)} (n = {len(first)} each)"


def _seeds(seeds):
    return f"seed{'s' * (len(seeds) > 1)} {', '.join(map(str, seeds))}"
