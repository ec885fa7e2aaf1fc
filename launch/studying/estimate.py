"""How long what is left of a study will take, by the steps that have been done."""

from statistics import fmean


def text_of(seconds):
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def what_is_left(left, entries):
    """How many steps, and how long they will take."""
    return f"{len(left)} left" + (f", ETA {eta(left, entries)}" if left else "")


def eta(left, entries):
    """In words; `left` are steps, `entries` those of study.json. A step is expected to take as long
    as others of its kind, of the same head where there are such; kinds of which none has been done
    are named."""
    done = [entry for entry in entries if entry["status"] == "done" and entry["seconds"]]
    known, unknown = [], []
    for step in left:
        guess = _guess(step, done)
        if guess is None:
            unknown += [step.kind] if step.kind not in unknown else []
        else:
            known.append(guess)
    if not known:
        return "not known yet"
    return text_of(sum(known)) + (f" without {', '.join(unknown)}" if unknown else "")


def _guess(step, done):
    alike = [entry["seconds"] for entry in done if entry["kind"] == step.kind]
    same_head = [entry["seconds"] for entry in done
                 if entry["name"].split("/")[:2] == step.name.split("/")[:2]]
    return fmean(same_head or alike) if alike else None
