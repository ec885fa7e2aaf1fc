"""A matrix in cividis, with its numbers where there is room for them.

data: {"x": axis, "y": axis, "value": axis, "columns": [name], "rows": [name], "values": matrix};
null is an empty cell. `value` may have "low" and "high", the ends of the colours.
"""

from reporting.figures.style import MAP, axis_text, new_figure

NAN = float("nan")
MOST_NUMBERED = 120


def draw(data):
    rows_of, columns = data["rows"], data["columns"]
    figure = new_figure(max(2.4, min(5.6, 1.1 + 0.235 * len(rows_of))))
    axes = figure.subplots()
    axes.grid(visible=False)
    scale = data["value"].get("scale", 1)
    values = [[NAN if v is None else v * scale for v in row] for row in data["values"]]
    low, high = (data["value"].get(end) for end in ("low", "high"))
    image = axes.imshow(values, cmap=MAP, aspect="auto", vmin=low and low * scale,
                        vmax=high and high * scale)
    figure.colorbar(image, ax=axes, label=axis_text(data["value"]))
    _ticks(axes, rows_of, columns)
    axes.set_xlabel(axis_text(data["x"]))
    axes.set_ylabel(axis_text(data["y"]))
    if len(columns) <= 10 and len(rows_of) * len(columns) <= MOST_NUMBERED:
        _numbers(axes, image, values, data["value"].get("digits", 0))
    return figure


def _ticks(axes, rows_of, columns):
    every = max(1, len(columns) // 16)
    axes.set_xticks(range(0, len(columns), every), columns[::every])
    if max(len(name) for name in columns) > 3:
        axes.tick_params(axis="x", rotation=45)
    every = max(1, len(rows_of) // 24)
    axes.set_yticks(range(0, len(rows_of), every), rows_of[::every])


def _numbers(axes, image, values, digits):
    for i, row in enumerate(values):
        for j, value in enumerate(row):
            if value == value:
                dark = image.norm(value) < 0.55
                axes.text(j, i, f"{value:z.{digits}f}", ha="center", va="center", fontsize=7,
                          color="white" if dark else "black")


def rows(data):
    yield [data["y"]["label"], data["x"]["label"], data["value"]["label"]]
    for name, row in zip(data["rows"], data["values"]):
        for column, value in zip(data["columns"], row):
            yield [name, column, value]
