"""What the report reads of each kind of file; docs/ has the meaning of every field."""

from reporting.read.lengths import disagreement
from reporting.read.settings import HEADS
from reporting.read.shape import (Each, Maybe, amount, anything, complaint, count, interval, matrix,
                                  number, share, text, truth)


def head(value):
    known = isinstance(value, str) and value in HEADS
    return None if known else f"is no head that is known ({', '.join(HEADS)})"


ROUTING_FIGURES = {
    "utilisation": Each(amount, 1),
    "load": Each(amount, 1),
    "utilisation_cv": number,
    "load_cv": number,
    "gate_entropy": Maybe(number),
    "dead_experts": Each(count),
}
FIGURES = {"loss": number, "accuracy": share, "routing": Maybe(ROUTING_FIGURES)}
EPOCH = {
    "epoch": count,
    "train": FIGURES,
    "validation": FIGURES,
    "time": Maybe({"images_per_second": Maybe(amount), "device": Maybe(text)}),
}
BEST = {"accuracy": share, "epochs_to_threshold": count}
SUMMARY = {
    "head": text,
    "epochs": count,
    "parameters": count,
    "max_train": BEST,
    "max_validation": BEST,
    "test": FIGURES,
}

EIGENVALUE = {"value": number, "residual": amount, "true_residual": Maybe(amount),
              "converged": truth}
SWEEP_POINT = {
    "coordinates": Each(number, 1),
    "loss": Maybe(number),
    "accuracy": Maybe(share),
    "routing": Maybe({
        "rerouted": Maybe(share),
        "loss_fixed_sets": Maybe(number),
        "loss_fixed_weights": Maybe(number),
    }),
}
TRACE = {"trace": number, "standard_error": Maybe(amount)}
TRACES = Maybe(Each({"group": text, **TRACE}))
CURVATURE = {
    "run": Maybe(text),
    "samples": {"split": text, "count": count},
    "matrix": text,
    "parameters": count,
    "loss": number,
    "settings": {"head": head, "data": Maybe(text)},
    "spectrum": Maybe({"largest": Each(EIGENVALUE), "smallest": Each(EIGENVALUE)}),
    "trace": Maybe({"method": text, **TRACE, "probes": count, "groups": TRACES}),
    "group_traces": Maybe({"groups": TRACES}),
    "group_spectra": Maybe({"groups": Maybe(Each({"group": text, "value": number,
                                                  "residual": number}))}),
    "density": Maybe({"grid": Each(number, 1), "density": Each(number, 1),
                      "standard_error": Maybe(Each(Maybe(number))), "sigma": Maybe(number),
                      "rules": Maybe(Each(anything))}),
    "landscape": Maybe({"sweeps": Each({
        "name": text,
        "directions": Each(text, 1),
        "routing_share": Maybe({"sets": Maybe(number), "weights": Maybe(number),
                                "growth": Maybe(number), "points": Maybe(count)}),
        "points": Each(SWEEP_POINT, 1),
    })}),
}

ALONE = {"expert": count, "accuracy": share, "loss": number}
ROUTING = {
    "checkpoint": Maybe(text),
    "split": text,
    "samples": count,
    "head": head,
    "experts": count,
    "classes": count,
    "accuracy": share,
    "loss": number,
    **ROUTING_FIGURES,
    "gate_margin": Maybe({name: number for name in ("mean", "p05", "p25", "p50", "p75", "p95")}),
    "class_experts": {"weights": matrix(amount), "top1": matrix(amount)},
    "specialisation": {"mutual_information": number, "class_entropy": number,
                       "expert_entropy": number, "normalised": Maybe(number)},
    "similarity": {name: matrix(Maybe(number)) for name in ("weights", "outputs", "agreement")},
    "ablation": Each({**ALONE, "rerouted": share}),
    "alone": Each(ALONE),
    "against": Maybe(Each({"run": text, "samples": count, "agreement": share,
                           "chance": Maybe(share), "unmatched": share,
                           "permutation": Each(count)})),
}

PER_RANK = Each(Maybe({"mean": number}), 1)
PROFILE = {
    "steps": {"kind": text, "first": count, "last": count, "recorded": count, "timed": count},
    "ranks": Each({"rank": count, "host": text, "device": text}, 1),
    "step": {"per_rank": Each({"p50": number, "mean": number}, 1)},
    "zones": Each({"zone": text, "pass": text, "per_rank": PER_RANK}, 1),
    "communication": {"per_rank": Each({"exposed_waiting": number, "exposed_transferring": number,
                                        "overlapped": number}, 1)},
    "traffic": {"matrix": matrix(amount)},
    "experts": Each({"layer": count, "overload": Maybe(number),
                     "overload_per_step": Each(Maybe(number))}),
    "overhead": {"ratio": Maybe(number), "interval": Maybe(interval)},
}

TIME = {"median_ms": amount, "p95_ms": amount, "interval_ms": interval,
        "confidence": share, "times_ms": Each(amount)}
INFERENCE = {
    "benchmark": text,
    "device": text,
    "ranks": count,
    "settings": {"batch": anything},
    "heads": Each({"head": text, "weights": Maybe(text), "run": Maybe(text), "parameters": count,
                   "peak_bytes": Maybe(amount), "images_per_second": Maybe(amount), "host": TIME,
                   "relative_to_dense": Maybe({"median": amount, "interval": interval})},
                  1),
}

SCALING = {
    "settings": {"arguments": Each(text)},
    "points": Each({"name": text, "ranks": count, "grid": text, "batch": count,
                    "oversubscribed": truth, "oversubscription": Maybe(Each(text)),
                    "repeats": Each(anything),
                    "step": Maybe({"median": amount, "interval": interval,
                                   "coverage": number})}),
    "series": {mode: Each({"point": text, "efficiency": Maybe(number),
                           "karp_flatt": Maybe(number)})
               for mode in ("strong", "weak")},
}
PREDICTION = {
    "mode": text,
    "machine": text,
    "assumptions": Maybe(Each(text)),
    "points": Each({"name": Maybe(text), "measured": amount, "fitted": Maybe(number),
                    "left_out": Maybe(number)}),
    "predictions": Each({"ranks": count, "dp": count, "ep": count, "batch": count, "step": amount,
                         "efficiency": Maybe(number), "measured": Maybe(number)}, 1),
}
STUDY = {"scale": text, "steps": Each({"name": text, "kind": text, "folder": Maybe(text),
                                        "status": text})}

# A file of each kind has these fields and no other kind has them all.
MARKS = {
    "study": (STUDY, ("steps", "scale")),
    "curvature": (CURVATURE, ("matrix", "gradient_norm")),
    "routing": (ROUTING, ("class_experts", "specialisation")),
    "profile": (PROFILE, ("zones", "collectives")),
    "inference": (INFERENCE, ("benchmark", "heads")),
    "scaling": (SCALING, ("series", "points")),
    "prediction": (PREDICTION, ("predictions", "machine")),
}


def kind_of(value):
    """The name of the kind that `value` is marked as, or None."""
    if not isinstance(value, dict):
        return None
    return next((kind for kind, (_, marks) in MARKS.items()
                 if all(mark in value for mark in marks)), None)


def complaint_of(kind, value):
    return complaint(value, MARKS[kind][0]) or disagreement(kind, value)
