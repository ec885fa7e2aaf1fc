"""The report as data, and its files."""

import csv
import json
import os
import re
from io import BytesIO, StringIO

from reporting.figures import DRAWINGS
from reporting.page import page
from reporting.paper import PAPER
from reporting.sections import IN_ORDER

FORMAT = 1


def report_of(material, title):
    """All that the page shows, as plain data."""
    sections = [module.build(material) for module in IN_ORDER]
    blocks = [block for section in sections for block in section["blocks"]]
    return {
        "format": FORMAT,
        "title": title,
        "about": _about(material),
        "paper": PAPER["source"],
        "refused": [{"path": str(path), "why": why} for path, why in material.refused],
        "unfinished": [{"path": str(path), "why": why}
                       for path, why in (*material.unfinished, *_steps_left(material))],
        "missing": [block["text"] for block in blocks if block["kind"] == "missing"],
        "sections": sections,
        "sources": sorted({source for block in blocks for source in block.get("sources", [])}),
    }


def _about(material):
    models = {run.label for run in material.runs}
    return (f"Training runs: {len(material.runs)}, of {len(models)} models. Analyses of curvature: "
            f"{len(material.curvatures)}, of routing: {len(material.routings)}. Profiles: "
            f"{len(material.profiles)}. Values of the paper stand beside those measured here; "
            "where settings differ, a table says in what.")


def _steps_left(material):
    for study in material.studies:
        for step in study.data["steps"]:
            if step["status"] != "done" and step["kind"] != "report":
                yield study.file, f"step {step['name']}: {step['status']}"


def write(report, folder):
    """index.html, report.json, figures/ and tables/ in `folder`, each file whole or not at all.
    Charts and tables that an earlier report there had and this one has not are removed."""
    for inner in ("figures", "tables"):
        (folder / inner).mkdir(parents=True, exist_ok=True)
    earlier = _files_of_earlier(folder)
    drawings = {}
    for section in report["sections"]:
        for block in section["blocks"]:
            if block["kind"] == "table":
                _put(folder / "tables" / f"{block['id']}.csv", _csv(_table_rows(block)))
            for panel in block.get("panels", []):
                drawings[panel["id"]] = _draw(panel, folder / "figures")
    text = json.dumps(report, separators=(",", ":"))
    _put(folder / "report.json", f"{text}\n".encode())
    _put(folder / "index.html", page(report, drawings).encode())
    for file in earlier - _files(report):
        (folder / file).unlink(missing_ok=True)


def _files(report):
    """Of charts and tables, relative to the report's folder."""
    files = set()
    for section in report["sections"]:
        for block in section["blocks"]:
            if block["kind"] == "table":
                files.add(f"tables/{block['id']}.csv")
            files |= {f"figures/{panel['id']}.{kind}" for panel in block.get("panels", [])
                      for kind in ("svg", "png", "csv")}
    return files


def _files_of_earlier(folder):
    """None where there was no report that can be read; and nothing outside of its folders."""
    try:
        files = _files(json.loads((folder / "report.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()
    return {file for file in files if ".." not in file and file.count("/") == 1}


def _draw(panel, folder):
    drawing = DRAWINGS[panel["drawing"]]
    figure = drawing.draw(panel["data"])
    formats = {"svg": {"metadata": {"Date": None}}, "png": {"dpi": 160}}
    images = {}
    for kind, options in formats.items():
        stream = BytesIO()
        figure.savefig(stream, format=kind, **options)
        images[kind] = _rounded(stream.getvalue()) if kind == "svg" else stream.getvalue()
        _put(folder / f"{panel['id']}.{kind}", images[kind])
    _put(folder / f"{panel['id']}.csv", _csv(drawing.rows(panel["data"])))
    return images["svg"]


def _rounded(svg):
    """Coordinates of lines to a hundredth of a point, and no indentation: a third fewer bytes."""
    path = re.sub(rb' d="[^"]*"', lambda data: re.sub(rb"(\.\d\d)\d+", rb"\1", data.group()), svg)
    return re.sub(rb"\n\s*", b"\n", path)


def _table_rows(block):
    """A column of the table, and as many beside it as its cells have intervals or errors."""
    parts = [_parts_of([row[i] for row in block["rows"]]) for i in range(len(block["columns"]))]
    yield [column["name"] + (f" {part}" if part != "value" else "")
           for column, names in zip(block["columns"], parts) for part in names]
    for row in block["rows"]:
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


def _csv(rows):
    stream = StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode()


def _put(file, content):
    partial = file.with_name(f".{file.name}.part")
    partial.write_bytes(content)
    os.replace(partial, file)
