"""What is known of the images that a run was trained on, where their folder is still there."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# A label and 3 x 32 x 32 bytes: CIFAR-10's binary form.
IMAGE_BYTES = 3073


def test_images(settings):
    """How many the data's test set has, or None."""
    folder = _folder(settings)
    file = folder and folder / "test_batch.bin"
    return file.stat().st_size // IMAGE_BYTES if file and file.exists() else None


def description(settings):
    """The folder's name as configured, and whether its images were made up."""
    folder = _folder(settings)
    if folder is None:
        return f"{settings.get('data')} (not there any more)"
    return f"{settings['data']} (synthetic images)" if is_made_up(settings) else settings["data"]


def is_made_up(settings):
    """Whether `switchyard data synth` made the images."""
    folder = _folder(settings)
    return folder is not None and (folder / "synthetic.json").exists()


def _folder(settings):
    """As from where the report is made, or from the checkout."""
    named = settings.get("data")
    places = [Path(named), ROOT / named] if named else []
    return next((place for place in places if _can_be_read(place)), None)


def _can_be_read(folder):
    try:
        return folder.is_dir() and os.access(folder, os.R_OK | os.X_OK)
    except OSError:  # a folder above it may not be searched
        return False
