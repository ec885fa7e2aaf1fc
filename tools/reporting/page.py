"""The page, drawn from report.json's content alone."""

from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reporting.blocks import exact, numeric, shown

TEMPLATES = Path(__file__).resolve().parent / "templates"
# In an address of data; shorter than in base64.
KEPT = " !$&'*+,-./:;=?@[]^_`{|}~"


def page(report, drawings):
    """HTML of `report`; `drawings` has the SVG of each panel, by its id."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True,
                              undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(shown=shown, exact=exact, numeric=numeric, columns=_columns)
    environment.filters.update(spanned=_spanned)
    style = Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))
    images = {name: "data:image/svg+xml," + quote(svg.replace(b"\n", b" "), safe=KEPT)
              for name, svg in drawings.items()}
    return environment.get_template("page.html").render(report=report, images=images, style=style)


def _spanned(text):
    """A cell with its interval as a piece of its own, which may stand below the value."""
    value, bracket, interval = text.partition(" [")
    return Markup('{} <span class="interval">[{}</span>').format(value, interval) if bracket \
        else text


def _columns(panels):
    """Three or two beside one another, where there is room: what leaves fewer places empty."""
    return min((3, 2), key=lambda columns: -len(panels) % columns)
