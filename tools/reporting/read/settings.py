"""Settings of runs: .cfg files, and which runs are the same model with other seeds."""

from pathlib import Path

from reporting.read.shape import Unreadable, text_of

HEADS = {"dense": "Dense", "soft": "SoftMoE", "sparse": "SparseMoE", "hard": "HardMoE"}

# Of these no result depends, or it should not: where and how a run was computed, and its seed.
NOT_THE_MODEL = {
    "out", "seed", "resume", "overwrite", "checkpoint-every", "keep-checkpoints", "eval-batch",
    "device", "graphs", "fast-nondeterministic", "ep", "communicator", "two-level",
    "overlap-degree", "threads", "deadline", "profile", "tensorboard", "histograms-every",
}

# Of settings that tell models apart equally well, one of these names them.
PREFERRED = {"width", "experts", "k", "augment", "epochs"}


def read_settings(file):
    """`key = value` lines of a .cfg file; throws Unreadable."""
    settings = {}
    for number, line in enumerate(text_of(file).splitlines(), 1):
        line = line.split("#")[0].strip()
        if line and "=" not in line:
            raise Unreadable(f"is cut off, or no configuration (line {number} has no `=`)")
        if line:
            key, value = line.split("=", 1)
            settings[key.strip()] = value.strip()
    return settings


def canonical(value):
    """Of all values of a setting that mean the same, one: 0.0005 of 5e-4; None stays None."""
    try:
        return f"{float(value):.15g}"
    except (TypeError, ValueError):
        return value


def same(a, b):
    """Whether two values of a setting mean the same."""
    return canonical(a) == canonical(b)


def of_model(settings):
    """The settings that make a model what it is; of its data the folder's name."""
    kept = {key: canonical(value) for key, value in settings.items() if key not in NOT_THE_MODEL}
    if kept.get("data"):
        kept["data"] = Path(kept["data"]).name
    return kept


def differing(groups):
    """Names of the settings in which `groups`, a list of settings, are not all alike."""
    keys = sorted({key for group in groups for key in group})
    return [key for key in keys
            if not all(same(group.get(key), groups[0].get(key)) for group in groups)]


def labels_of(models):
    """A name for each of `models` (settings without repetition): the head's, with the fewest
    settings that tell it from others of that head."""
    names = []
    for model in models:
        rivals = [other for other in models if other["head"] == model["head"]]
        told = [f"{key} {model.get(key, 'unset')}" for key in _telling(rivals)]
        names.append(HEADS[model["head"]] + (f" ({', '.join(told)})" if told else ""))
    return names


def _telling(models):
    """Keys by whose values all of `models` differ; first those that tell most of them apart."""
    chosen = []
    keys = differing(models)
    while _kinds(models, chosen) < len(models):
        chosen.append(max(keys, key=lambda key: (_kinds(models, [*chosen, key]),
                                                 key in PREFERRED)))
    return chosen


def _kinds(models, keys):
    return len({tuple(model.get(key) for key in keys) for model in models})
