"""`switchyard curvature` as the scripts here ask it, with answers in the form of job_peers.py's."""

import json
import os
import tempfile
from pathlib import Path

from safetensors.torch import load_file

from processes import run_process

LAUNCH = Path(__file__).resolve().parents[3] / "launch" / "run"
KEYS = {"batch": "curvature-batch", "probes": "trace-probes", "rel_error": "rel-error"}


def read_vector(folder, stem):
    """name -> tensor, of a vector over the parameters."""
    index = json.loads((folder / f"{stem}.safetensors.index.json").read_text())
    tensors = {}
    for shard in sorted(set(index["weight_map"].values())):
        tensors.update(load_file(folder / shard))
    return tensors


def pairs_of(spectrum):
    """The largest, then the smallest eigenvalues, the outermost first."""
    return spectrum["largest"] + spectrum["smallest"]


def curvature(run, ranks, threads, keys, vectors=False):
    """Eigenvalues (with their vectors, if asked) and trace of a run; `keys` are the command's."""
    threads //= ranks
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    options = [f"--{KEYS.get(key, key)}={value}" for key, value in keys.items()]
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary) / "results"
        _, memory, _ = run_process(
            [LAUNCH, str(ranks), os.environ["SWITCHYARD"], "curvature", run, *options,
             "--groups=off", "--sweep-points=0", f"--threads={threads}", f"--out={out}"],
            environment)
        report = json.loads((out / "curvature.json").read_text())
        pairs = pairs_of(report["spectrum"])
        found = [read_vector(out / "eigenvectors", pair["vector"]) for pair in pairs if vectors]
    spectrum, trace = report["spectrum"], report["trace"]
    return {
        "loss": report["loss"], "gradient_norm": report["gradient_norm"], "memory": memory,
        "eigenvalues": {"values": [pair["value"] for pair in pairs], "vectors": found,
                        "residuals": [abs(pair["residual"] / pair["value"]) for pair in pairs],
                        "products": spectrum["products"], "seconds": spectrum["seconds"]},
        "trace": {"value": trace["trace"], "standard_error": trace["standard_error"],
                  "products": trace["products"], "seconds": trace["seconds"]}}
