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


def report_of(material, title, notes=()):
    """All that the page shows, as plain data; `notes` are words of whoever asked for it."""
    sections = [module.build(material) for module in IN_ORDER]
    blocks = [block for section in sections for block in section["blocks"]]
    return {
        "format": FORMAT,
        "title": title,
        "notes": [note for note in notes if note.strip()],
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
    images = {}
    for inner, name, drawing, data in _drawn(report):
        image = _draw(DRAWINGS[drawing], data, folder / inner / name)
        if inner == "figures":
            images[name] = image
    text = json.dumps(report, separators=(",", ":"))
    _put(folder / "report.json", f"{text}\n".encode())
    _put(folder / "index.html", page(report, images).encode())
    for file in earlier - _files(report):
        (folder / file).unlink(missing_ok=True)


def _drawn(report):
    """(folder, name, drawing, data) of each chart and table."""
    for section in report["sections"]:
        for block in section["blocks"]:
            if block["kind"] == "table":
                yield "tables", block["id"], "table", block
            for panel in block.get("panels", []):
                yield "figures", panel["id"], panel["drawing"], panel["data"]


def _files(report):
    """Of charts and tables, relative to the report's folder."""
    return {f"{folder}/{name}.{kind}" for folder, name, *_ in _drawn(report)
            for kind in ("svg", "png", "csv")}


def _files_of_earlier(folder):
    """None where there was no report that can be read; and nothing outside of its folders."""
    try:
        files = _files(json.loads((folder / "report.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()
    return {file for file in files if ".." not in file and file.count("/") == 1}


def _draw(drawing, data, file):
    """`file` with three endings; returns the SVG."""
    figure = drawing.draw(data)
    formats = {"svg": {"metadata": {"Date": None}}, "png": {"dpi": 160}}
    images = {}
    for kind, options in formats.items():
        stream = BytesIO()
        figure.savefig(stream, format=kind, **options)
        images[kind] = _rounded(stream.getvalue()) if kind == "svg" else stream.getvalue()
        _put(file.with_name(f"{file.name}.{kind}"), images[kind])
        figure.set_layout_engine("none")  # one layout serves both
    _put(file.with_name(f"{file.name}.csv"), _csv(drawing.rows(data)))
    return images["svg"]


def _rounded(svg):
    """Coordinates of lines to a hundredth of a point, and no indentation: a third fewer bytes."""
    path = re.sub(rb' d="[^"]*"', lambda data: re.sub(rb"(\.\d\d)\d+", rb"\1", data.group()), svg)
    return re.sub(rb"\n\s*", b"\n", path)


def _csv(rows):
    stream = StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode()


def _put(file, content):
    partial = file.with_name(f".{file.name}.part")
    partial.write_bytes(content)
    os.replace(partial, file)
