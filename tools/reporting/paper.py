"""The published values and the published settings, to stand beside ours."""

import json
from pathlib import Path

from reporting.read import data_set
from reporting.read.settings import read_settings, same

HERE = Path(__file__).resolve().parent
PUBLISHED_SETTINGS = HERE.parents[1] / "configs" / "paper"
NOT_COMPARED = {"out", "seed", "data"}

PAPER = json.loads((HERE / "paper.json").read_text(encoding="utf-8"))


def of_head(head):
    """What the paper has of a head, or None (HardMoE)."""
    return PAPER["heads"].get(head)


def time_over_dense(known, device):
    """Of a batch; `known` is what `of_head` gives, `device` "cpu" or "gpu"."""
    return known["inference"][device]["ms"] / of_head("dense")["inference"][device]["ms"]


def notes(subject):
    return PAPER["notes"][subject]


def differences(settings):
    """Settings in which a run differs from the published one of its head: (key, the paper's, the
    run's); and its images, where they are others or not all."""
    published = read_settings(PUBLISHED_SETTINGS / f"{settings['head']}.cfg")
    found = [(key, value, settings.get(key, "unset")) for key, value in sorted(published.items())
             if key not in NOT_COMPARED and not same(value, settings.get(key))]
    if data_set.is_made_up(settings):
        found.append(("data", "CIFAR-10", "synthetic images"))
    for key, published_images in (("train-samples", "45000"), ("validation-samples", "5000")):
        if settings.get(key, "0") not in ("0", published_images):
            found.append((key, published_images, settings[key]))
    return found


def class_names(count, settings):
    """CIFAR-10's where a run's data are that, numbers where they may be others."""
    known = settings and (settings.get("dataset") == "cifar10" or
                          "cifar10" in Path(settings.get("data", "")).name)
    if known and count == len(PAPER["classes"]):
        return PAPER["classes"]
    return [f"class {i}" for i in range(count)]
