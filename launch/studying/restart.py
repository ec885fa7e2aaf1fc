"""How a step goes on that was begun before."""

import shutil


def words_of_a_restart(step, folder):
    """What is added to its command; `folder` is the step's."""
    if step.kind == "train" and folder.exists():
        return ["--resume"] if any(folder.glob("checkpoints/step-*")) else ["--overwrite"]
    if step.kind == "curvature" and folder.exists():
        return ["--resume"] if (folder / "state" / "identity.json").exists() else ["--overwrite"]
    return []


def clear(step, folder):
    """Removes what is in the way of a step that can only begin anew."""
    if step.kind == "data":
        shutil.rmtree(folder, ignore_errors=True)


def forget(step, folder):
    """Removes what was made of a result that is another now, where the step could go on from it."""
    if step.kind == "curvature":
        shutil.rmtree(folder, ignore_errors=True)
