"""The report's files: the page, its data, and every chart and table in three forms."""

import csv
import json
import os
from contextlib import suppress
from io import BytesIO, StringIO

from reporting.figures import DRAWINGS
from reporting.page import page
from reporting.svg import compact

# No date, so that the same figures are the same bytes, and nothing that a page need not carry.
SAVED = {"svg": {"metadata": {"Creator": None, "Date": None, "Format": None, "Type": None}},
         "png": {"dpi": 160}}


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
    """No files where there was no report that can be read; and nothing outside of its folders."""
    try:
        files = _files(json.loads((folder / "report.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()
    return {file for file in files if ".." not in file and file.count("/") == 1}


def _draw(drawing, data, file):
    """`file` with three endings; returns the SVG."""
    figure = drawing.draw(data)
    images = {}
    for kind, options in SAVED.items():
        stream = BytesIO()
        figure.savefig(stream, format=kind, **options)
        images[kind] = compact(stream.getvalue()) if kind == "svg" else stream.getvalue()
        _put(file.with_name(f"{file.name}.{kind}"), images[kind])
        figure.set_layout_engine("none")  # one layout serves both
    _put(file.with_name(f"{file.name}.csv"), _csv(drawing.rows(data)))
    return images["svg"]


def _csv(rows):
    stream = StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode()


def _put(file, content):
    """`file` with this content, or as it was: throws OSError, which names it."""
    partial = file.with_name(f".{file.name}.part")
    try:
        partial.write_bytes(content)
        os.replace(partial, file)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise OSError(error.errno, error.strerror, str(file)) from None
