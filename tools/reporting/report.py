"""The report as data."""

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
    models = len({run.label for run in material.runs})
    return (f"Training runs: {len(material.runs)}, of {models} model{'s' * (models != 1)}. "
            f"Analyses of curvature: {len(material.curvatures)}, of routing: "
            f"{len(material.routings)}. Profiles: {len(material.profiles)}. Values of the paper "
            "stand beside those measured here; where settings differ, a table says in what.")


def _steps_left(material):
    for study in material.studies:
        for step in study.data["steps"]:
            if step["status"] != "done" and step["kind"] != "report":
                yield study.file, f"step {step['name']}: {step['status']}"
