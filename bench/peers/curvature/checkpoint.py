"""A run folder's model in PyTorch."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn

from torch_model import Classifier


def read_settings(run):
    """config.cfg as a dictionary of texts."""
    lines = (line.split("#")[0] for line in (Path(run) / "config.cfg").read_text().splitlines())
    return {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)
            if value}


def read_tensors(run, checkpoint):
    """name -> tensor, in PyTorch's layouts; `checkpoint` is best or last."""
    folders = Path(run) / "checkpoints"
    folder = folders / "best" if checkpoint == "best" else max(folders.glob("step-*"))
    index = json.loads((folder / "model.safetensors.index.json").read_text())
    tensors = {}
    for shard in sorted(set(index["weight_map"].values())):
        tensors.update(load_file(folder / shard))
    return tensors


def head_settings(settings):
    """What Classifier takes, from a run's settings; stops where PyTorch's model has no such."""
    head = settings["head"]
    if settings["gate-weights"] != "auto" or float(settings["temperature"]) != 1 or \
            settings["gate-standardize"] != "on" or settings["eval-gate-noise"] != "off":
        raise SystemExit("the PyTorch model has the default gate only; choose another run")
    if head == "dense":
        return dict(hidden=int(settings["dense-hidden"]))
    found = dict(hidden=int(settings["expert-hidden"]), experts=int(settings["experts"]))
    return dict(found, k=int(settings["k"])) if head == "sparse" else found


class Logits(nn.Module):
    """The classifier in evaluation mode, without its balance loss.

    Parameters that the loss does not depend on there (the gate's noise) are constants: their rows
    of the Hessian are zero.
    """

    def __init__(self, classifier):
        super().__init__()
        self.classifier = classifier.eval()
        for name, parameter in self.named_parameters():
            parameter.requires_grad_("w_noise" not in name)

    def forward(self, images):
        return self.classifier(images)[0]


def load_model(run, checkpoint, dtype):
    settings = read_settings(run)
    model = Classifier(settings["head"], int(settings["width"]), **head_settings(settings))
    model.load_state_dict(read_tensors(run, checkpoint))
    return Logits(model.to(dtype))


def dtype_of(precision):
    return {"f32": torch.float32, "f64": torch.float64}[precision]
