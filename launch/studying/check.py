"""What can be told of a study before hours of it have gone by."""

import difflib
import re
import subprocess

from shared.errors import BadUsage
from shared.launcher import LAUNCH
from studying.plan import ROOT, shown
from studying.settings import SYNTHETIC

# Of each group of keys: the step that they are of, the command as words of switchyard or a program
# of the checkout, and what the study takes itself.
COMMANDS = {
    "synthetic": (None, ("data", "synth"), ()),
    "train": ("train", ("train",), ("ranks",)),
    "curvature": ("curvature", ("curvature",), ("ranks", "split")),
    "routing": ("routing", ("routing",), ("ranks", "split")),
    "inference": ("inference", ("bench", "inference"), ("ranks",)),
    "profile": ("profile", ("train",), ("ranks", "head")),
    "scaling": ("scaling", LAUNCH / "scaling", ("head",)),
    "model": ("scaling", ("scale",), ()),
    "report": ("report", ROOT / "tools/report", ()),
}


def check_commands(settings, program):
    """The keys of steps that are to be done are options of their commands."""
    for group, (kind, words, own) in COMMANDS.items():
        if kind and kind not in settings.kinds:
            continue
        of_switchyard = isinstance(words, tuple)
        known = {*options_of([program, *words] if of_switchyard else [str(words)], kind), *own}
        name = " ".join(words) if of_switchyard else shown(words)
        for key in settings.group(group):
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                raise BadUsage(f"'{group}.{key}': {name} has no --{key}" + (
                    f"; did you mean '{group}.{near[0]}'?" if near else "; its --help has all"))


def options_of(command, kind):
    """As its --help lists them, without the dashes."""
    try:
        run = subprocess.run([*command, "--help"], capture_output=True, text=True, check=False)
        status, said = run.returncode, (run.stderr.strip().splitlines() or [""])[-1]
    except OSError as error:
        status, said = 1, str(error)
    if status != 0:
        raise BadUsage(f"{' '.join(command)} does not run here ({said}); build or install it, or "
                       f"leave {kind} out with --set steps=...")
    return re.findall(r"^\s+--([a-z0-9-]+)\b", run.stdout, re.MULTILINE)


def check_data(settings):
    data = settings.values["data"]
    if data != SYNTHETIC and not (ROOT / data).is_dir():
        raise BadUsage(f"there is no folder {data} of images; launch/fetch-data cifar10 downloads "
                       "CIFAR-10, --data names another folder, and --set data=synthetic draws one")


def check_folder(folder):
    if "," in shown(folder):
        raise BadUsage(f"the folder {shown(folder)} has a comma in its name, and its runs are told "
                       "to commands in lists with commas; choose another with --out")
