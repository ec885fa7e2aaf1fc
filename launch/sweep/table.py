"""A sweep's results for the terminal."""

GROWING_ZONES = 2


def text_of(results):
    points = {point["name"]: point for point in results["points"]}
    lines, reasons = [], {}
    for mode, entries in results["series"].items():
        if entries:
            members = [points[entry["point"]] for entry in entries]
            rows = [_row(mode, *pair) for pair in zip(entries, members)]
            lines += _aligned([_header(mode)] + rows) + [""]
            reasons |= {reason: None for point in members for reason in point["oversubscription"]}
    if reasons:
        lines += [f"* {', or '.join(reasons)}: shows that it works, not how fast", ""]
    return "\n".join(lines)


def _header(mode):
    return [f"{mode}: ranks", "grid", "batch", "step ms", "interval of the median", "efficiency",
            *(["Karp-Flatt"] if mode == "strong" else []), "beyond ideal, ms"]


def _row(mode, entry, point):
    step = point["step"]
    low, high = (f"{1e3 * end:.2f}" for end in step["interval"])
    growing = [f"{zone} {1e3 * time:+.2f}" for zone, time in entry["beyond_ideal"].items()
               if time > 0][:GROWING_ZONES]
    serial = entry.get("karp_flatt")
    return [f"{point['ranks']}{'*' if point['oversubscribed'] else ''}", point["grid"],
            str(point["batch"]), f"{1e3 * step['median']:.2f}",
            f"{low} to {high} ({100 * step['coverage']:.0f} %)", f"{entry['efficiency']:.3f}",
            *(["-" if serial is None else f"{serial:.3f}"] if mode == "strong" else []),
            ", ".join(growing) or "-"]


def _aligned(rows):
    widths = [max(map(len, column)) for column in zip(*rows)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
            for row in rows]
