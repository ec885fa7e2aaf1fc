"""Colours that the colour-blind can tell apart (Okabe and Ito 2008), line styles that need no
colour, and the size of a panel: text stays readable where a telephone shows it 350 px wide."""

import matplotlib

matplotlib.use("Agg")
from matplotlib.figure import Figure  # noqa: E402

COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#B8A800"]
DASHES = ["-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (6, 1.5, 1.5, 1.5))]
MARKERS = "osD^vPX*"
MAP = "cividis"
GREY = "#666666"

matplotlib.rcParams.update({
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.4,
    "svg.hashsalt": "switchyard",
    # Pages that can be sent: text as text, and no corner of a line that nobody can see.
    "font.sans-serif": ["DejaVu Sans", "Verdana"],
    "svg.fonttype": "none",
    "path.simplify_threshold": 0.5,
})


def new_figure(height=3.0, legend=(), width=4.2):
    """In inches, with room for a legend of these names above the axes."""
    lines = -(-len(legend) // _columns(legend)) if legend else 0
    return Figure(figsize=(width, height + 0.16 * max(0, lines - 2)), layout="constrained")


def _columns(names):
    longest = max(len(name) for name in names)
    return 1 if longest > 28 else 2 if longest > 12 else 4


def colour(index):
    return COLOURS[index % len(COLOURS)]


def dash(index):
    """Changes with every line, and again where colours repeat."""
    return DASHES[(index + index // len(COLOURS)) % len(DASHES)]


def axis_text(axis):
    """"time (ms)" of {"label": "time", "unit": "ms"}."""
    return f"{axis['label']} ({axis['unit']})" if axis.get("unit") else axis["label"]


def name_ticks(axes, names, angle=0):
    """Names at the places 0, 1, ...; turned about their ends, which stay below the ticks whatever
    font a reader has."""
    turned = {"rotation": angle, "ha": "right", "rotation_mode": "anchor"} if angle else {}
    axes.set_xticks(range(len(names)), names, **turned)


def legend_above(axes, most=4):
    """Outside the axes, where it hides nothing; at most `most` names beside one another."""
    handles, names = axes.get_legend_handles_labels()
    if handles:
        axes.legend(handles, names, loc="lower center", bbox_to_anchor=(0.5, 1.0),
                    ncols=min(most, _columns(names)), columnspacing=1.2)
