"""The steps of a study, in an order in which each comes behind those that it needs."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shared.launcher import LAUNCH
from studying.settings import SYNTHETIC
from sweep.measure import OWN_KEYS as OF_SCALING
from sweep.results import is_too_little_to_fit

ROOT = LAUNCH.parent
DRAWN = "synthetic-images"
# Of trainings; one of a few steps has no use for them.
SCHEDULE = ("schedule", "milestones", "warmup-epochs")


def shown(path):
    """As from the root of the checkout, where all commands of a study run."""
    path = Path(path)
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


@dataclass(frozen=True)
class Step:
    name: str  # as in train/sparse/seed-1
    kind: str
    folder: str  # relative to the study's, as is the result
    result: str  # the file that is whole when the step is done
    command: Callable  # of the names of steps that are done: its words
    needs: tuple = ()  # names of steps without which it cannot be


def options(values, head=""):
    return [word for key, value in values.items()
            for word in (f"--{key}", value.replace("{head}", head))]


def model_options(values, head):
    return [*options(values, head), "--head", head]


def without(values, keys):
    return {key: value for key, value in values.items() if key not in keys}


class Plan:
    """Of the study with `settings` in `folder`."""

    def __init__(self, settings, folder, launcher, program):
        self.settings = settings
        self.folder = folder
        self.launcher = launcher
        self.program = shown(program)
        self.training = without(settings.group("train"), ("ranks",))
        drawn = settings.values["data"] == SYNTHETIC
        self.data = shown(folder / DRAWN if drawn else ROOT / settings.values["data"])
        kinds = {"train": self._trainings, "curvature": self._curvatures,
                 "routing": self._routings, "inference": self._inference,
                 "profile": self._profile, "scaling": self._scaling, "report": self._report}
        self.steps = [self._images()] if drawn else []
        self.before_training = tuple(step.name for step in self.steps)
        for kind in settings.kinds:
            self.steps += kinds[kind]()

    def _out(self, part):
        return shown(self.folder / part)

    def _on_ranks(self, group, *words):
        ranks = self.launcher.command(self.settings.ranks(group))
        return [*map(shown, ranks), self.program, *words]

    def _runs(self):
        return [(head, seed) for seed in self.settings.seeds for head in self.settings.heads]

    def _images(self):
        words = [self.program, "data", "synth", *options(self.settings.group("synthetic")), "--out",
                 self.data]
        return Step("data", "data", DRAWN, f"{DRAWN}/test_batch.bin", lambda done: words)

    def _trainings(self):
        def step(head, seed):
            folder = f"{head}/seed-{seed}"
            words = self._on_ranks("train", "train", *model_options(self.training, head),
                                   "--data", self.data, "--seed", str(seed), "--out",
                                   self._out(folder))
            return Step(f"train/{folder}", "train", folder, f"{folder}/summary.json",
                        lambda done: words, self.before_training)
        return [step(*run) for run in self._runs()]

    def _curvatures(self):
        values = without(self.settings.group("curvature"), ("split", "ranks"))

        def step(head, seed, split):
            run = f"{head}/seed-{seed}"
            folder = f"{run}/curvature-{split}"
            words = self._on_ranks("curvature", "curvature", self._out(run), "--split", split,
                                   *options(values, head), "--out", self._out(folder))
            return Step(f"curvature/{run}/{split}", "curvature", folder,
                        f"{folder}/curvature.json", lambda done: words, (f"train/{run}",))
        return [step(*run, split) for run in self._runs()
                for split in self.settings.splits("curvature")]

    def _routings(self):
        values = without(self.settings.group("routing"), ("split", "ranks"))

        def step(head, seed, split):
            run = f"{head}/seed-{seed}"
            # It is compared with routing that has been analysed, so each pair of seeds is met once.
            seeds = self.settings.seeds
            others = [f"{head}/seed-{other}" for other in seeds[:seeds.index(seed)]]

            def command(done):
                ready = [self._out(other) for other in others
                         if f"routing/{other}/{split}" in done]
                against = ["--against", ",".join(ready)] if ready else []
                return self._on_ranks("routing", "routing", self._out(run), "--split", split,
                                      *options(values, head), *against)
            return Step(f"routing/{run}/{split}", "routing", run, f"{run}/routing/{split}.json",
                        command, (f"train/{run}",))
        return [step(*run, split) for run in self._runs() if run[0] != "dense"
                for split in self.settings.splits("routing")]

    def _inference(self):
        heads = self.settings.heads
        runs = [f"{head}/seed-{self.settings.seeds[0]}" for head in heads]
        words = self._on_ranks("inference", "bench", "inference", "--heads", ",".join(heads),
                               "--run", ",".join(map(self._out, runs)),
                               *options(without(self.settings.group("inference"), ("ranks",))),
                               "--json", self._out("inference.json"))
        return [Step("inference", "inference", ".", "inference.json", lambda done: words,
                     tuple(f"train/{run}" for run in runs))]

    def _profile(self):
        values = self.settings.group("profile")
        head = values.get("head", self.settings.heads[-1])
        values = without(self.training, SCHEDULE) | without(values, ("head", "ranks"))
        words = self._on_ranks("profile", "train", *model_options(values, head), "--data",
                               self.data, "--out", self._out("profile"), "--overwrite")
        return [Step(f"profile/{head}", "profile", "profile", "profile/profile/train/profile.json",
                     lambda done: words, self.before_training)]

    def _scaling(self):
        values = self.settings.group("scaling")
        head = values.get("head", self.settings.heads[-1])
        training = without(self.training, (*OF_SCALING, *SCHEDULE))
        words = [shown(LAUNCH / "scaling"), "--program", self.program, "--launcher",
                 self.launcher.name, *options(without(values, ("head",))), "--out",
                 self._out("scaling"), "--", *model_options(training, head)]
        measured = Step(f"scaling/{head}", "scaling", "scaling", "scaling/results.json",
                        lambda done: words)
        # Of the step that the sweep measures, which need not be that of the trainings.
        measured_batch = {"batch": values["batch"]} if "batch" in values else {}
        model = self.training | measured_batch | self.settings.group("model")

        def predict(done):
            fitted = [] if is_too_little_to_fit(self.folder / measured.result) else [
                "--measured", self._out("scaling")]
            return [self.program, "scale", *fitted, *model_options(model, head), "--json",
                    self._out("scaling-model.json")]
        return [measured, Step("scaling/model", "scaling", ".", "scaling-model.json", predict,
                               (measured.name,))]

    def _report(self):
        # In one word each: a note may begin with a dash.
        wanted = [f"--{key}={value}" for key, value in self.settings.group("report").items()]
        words = [shown(ROOT / "tools/report"), shown(self.folder), "-o", self._out("report"),
                 *wanted]
        return [Step("report", "report", "report", "report/report.json", lambda done: words)]
