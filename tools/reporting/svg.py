"""Smaller SVG of what matplotlib writes."""

import re

# Wherever a font is named: with what stands in for it on a telephone, exponents of ticks included.
FONTS = b"text{font-family:'DejaVu Sans',Verdana,sans-serif}"


def compact(svg):
    """Coordinates to a hundredth of a point, the fonts said once, no names of groups and no
    indentation: what is seen stays, in two thirds of the bytes."""
    svg = re.sub(rb'(?: (?:d|x|y|width|height)="[^"]*"|(?:translate|rotate)\([^)]*\))',
                 lambda numbers: re.sub(rb"(\.\d\d)\d+", rb"\1", numbers.group()), svg)
    svg = re.sub(rb"font: (?:(\d+) )?([\d.]+px) 'DejaVu Sans'[^;\"]*", _font, svg)
    svg = svg.replace(b"</style>", FONTS + b"</style>", 1)
    svg = re.sub(rb'<g id="[^"]*">', b"<g>", svg)
    return re.sub(rb"\n\s*", b"\n", svg)


def _font(found):
    weight, size = found.groups()
    return b"font-size: " + size + (b"; font-weight: " + weight if weight else b"")
