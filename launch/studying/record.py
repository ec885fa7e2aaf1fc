"""study.json: the steps of a study, their commands, and what has become of them."""

import json

from shared.errors import BadUsage
from shared.files import hold, write_json
from studying.same_work import work_of

FORMAT = 1
FIELDS = {"name", "kind", "folder", "command", "status", "seconds"}  # of a step
# Between two starts; they say how much is done or how it is shown, not what is done.
MAY_CHANGE = ("heads", "seeds", "steps")
SHOWN = "report."


def read(folder):
    """What the file in `folder` says, or None."""
    file = folder / "study.json"
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        whole = (content["format"] == FORMAT and isinstance(content["scale"], str)
                 and isinstance(content["config"], dict)
                 and all(map(_is_step, content["steps"])))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadUsage(f"{folder} cannot be the folder of a study ({error.strerror}); choose another "
                       "with --out") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise BadUsage(f"{file} is cut off, or no study; remove it, or choose another folder with "
                       "--out")
    return content


def _is_step(entry):
    words, seconds = entry["command"], entry["seconds"]
    return (FIELDS <= entry.keys() and isinstance(words, list) and words
            and all(isinstance(word, str) for word in words)
            and (seconds is None or isinstance(seconds, (int, float))))


class Record:
    """Of the study in `folder`, with what an earlier start has left."""

    def __init__(self, folder, scale, values):
        self.folder = folder
        self.scale = scale
        self.values = values
        earlier = read(folder)
        if earlier:
            self._compare(earlier)
        self.steps = {step["name"]: step for step in earlier["steps"]} if earlier else {}
        self.planned = {}
        self.lock = None

    def _compare(self, earlier):
        if not {step["kind"] for step in earlier["steps"] if step["status"] == "done"} - {"data"}:
            return
        before = {"scale": earlier["scale"], **earlier["config"]}
        now = {"scale": self.scale, **self.values}
        for key in {**before, **now}:
            if key in MAY_CHANGE or key.startswith(SHOWN):
                continue
            if before.get(key) != now.get(key):
                raise BadUsage(f"{self.folder / 'study.json'} was begun with {key} = "
                               f"{before.get(key, 'nothing')}, now it is "
                               f"{now.get(key, 'nothing')}; choose another folder with --out, or "
                               "go on as it was begun")

    def begin(self, steps):
        """From here on the folder is held, and the file has these steps."""
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        self.lock = hold(self.folder, "study, or a step that one has left behind,")
        self.planned = {step.name: step for step in steps}
        planned = {step.name: self.entry(step) for step in steps}
        kept = {name: entry for name, entry in self.steps.items() if entry["status"] == "done"}
        self.steps = {**planned, **{name: kept[name] for name in kept if name not in planned}}
        self.write()

    def entry(self, step):
        """As in the file."""
        return self.steps.get(step.name) or {
            "name": step.name, "kind": step.kind, "folder": step.folder,
            "command": step.command(self.done()), "status": "waiting", "seconds": None}

    def done(self):
        """Names of steps that have been done."""
        return {name for name, entry in self.steps.items() if entry["status"] == "done"}

    def is_done(self, step):
        """By a command that does the same, and its result is whole."""
        entry = self.entry(step)
        return (entry["status"] == "done"
                and work_of(entry["command"]) == work_of(step.command(self.done()))
                and is_whole(self.folder / step.result))

    def note(self, step, status, seconds, error=None):
        entry = {**self.entry(step), "command": step.command(self.done()), "status": status,
                 "seconds": seconds}
        entry.pop("error", None)
        self.steps[step.name] = entry | ({"error": error} if error else {})
        for name in self._made_of(step.name) if status == "done" else []:
            self.steps[name] |= {"status": "waiting", "seconds": None}
        if step.kind != "report" and "report" in self.steps:
            # It was made of what was there before.
            self.steps["report"] |= {"status": "waiting", "seconds": None}
        self.write()

    def made_before(self, step):
        """Steps that were made of an earlier result of this one."""
        return [self.planned[name] for name in self._made_of(step.name)
                if self.steps[name]["status"] == "done"]

    def _made_of(self, name):
        direct = [other.name for other in self.planned.values() if name in other.needs]
        return [*direct, *(far for near in direct for far in self._made_of(near))]

    def write(self):
        write_json(self.folder / "study.json",
                   {"format": FORMAT, "config": self.values, "scale": self.scale,
                    "steps": list(self.steps.values())})


def is_whole(file):
    """Whether a step has written it to the end."""
    try:
        if file.suffix == ".json":
            json.loads(file.read_text(encoding="utf-8"))
        return file.stat().st_size > 0
    except (OSError, ValueError):
        return False
