"""The page, drawn from report.json's content alone."""

from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reporting.blocks import shown

TEMPLATES = Path(__file__).resolve().parent / "templates"
# In an address of data; shorter than in base64.
KEPT = " !$&'*+,-./:;=?@[]^_`{|}~"


def page(report, drawings):
    """HTML of `report`; `drawings` has the SVG of each panel, by its id."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True,
                              undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(shown=shown, exact=_exact, numeric=_numeric)
    style = Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))
    images = {name: "data:image/svg+xml," + quote(svg.replace(b"\n", b" "), safe=KEPT)
              for name, svg in drawings.items()}
    return environment.get_template("page.html").render(report=report, images=images, style=style)


def _exact(cell):
    """The number behind a cell, as report.json has it."""
    value = cell["value"] if isinstance(cell, dict) else cell
    return None if value is None or isinstance(value, str) else repr(value)


def _numeric(table):
    """Of each column, whether it has numbers, or would have."""
    return [column["digits"] is not None or any(_exact(row[i]) for row in table["rows"])
            for i, column in enumerate(table["columns"])]
