"""Checks `switchyard curvature` against PyTorch in double, on trained models.

For each run: loss, gradient norm, the largest and the lowest eigenvalues by ARPACK on double
backward, the residuals of Switchyard's eigenvectors under PyTorch's Hessian, and the trace:
ARPACK's eigenvalues plus Hutchinson's estimate of what they leave. Ends with status 1 where
something is off by more than --error (relative), or a trace by more than four standard errors.
"""

import argparse
import os
import statistics
import sys

import numpy
import torch
from scipy.sparse.linalg import LinearOperator, eigsh

import switchyard
from checkpoint import load_model, read_settings
from double_backward import Hessian
from samples import fixed_batches, generator

STANDARD_ERRORS = 4
BASIS = 40  # vectors; with ARPACK's default of 20 the lower end takes many restarts


def read_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", metavar="run", help="of trainings on CIFAR-10")
    parser.add_argument("--checkpoint", choices=["best", "last"], default="best")
    parser.add_argument("--split", choices=["train", "val", "test"], default="train")
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--top", type=int, default=5)
    parser.add_argument("--bottom", type=int, default=2)
    parser.add_argument("--tolerance", type=float, default=1e-6, help="relative residual")
    parser.add_argument("--error", type=float, default=1e-8)
    parser.add_argument("--probes", type=int, default=30,
                        help="of the trace, on both sides; with few its errors are guesses")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--ranks", type=int, default=1, help="of Switchyard, sharing the threads")
    return parser.parse_args()


def load_operator(run, options):
    settings = read_settings(run)
    batches = fixed_batches(settings["data"], options.split, options.samples, options.batch,
                            int(settings["split-seed"]), 42, torch.float64)
    return Hessian(load_model(run, options.checkpoint, torch.float64), batches)


def eigenpairs(operator, which, count, tolerance):
    """Values, the outermost first, and the vectors as columns."""
    n = operator.dimension
    linear = LinearOperator((n, n), dtype=numpy.float64,
                            matvec=lambda x: operator.apply(torch.from_numpy(x.copy())).numpy())
    start = torch.randn(n, generator=generator(1), dtype=torch.float64).numpy()
    values, vectors = eigsh(linear, k=count, which=which, tol=tolerance, v0=start, ncv=BASIS)
    order = numpy.argsort(-values if which == "LA" else values)
    return values[order].tolist(), torch.from_numpy(vectors[:, order].copy())


def deflated_trace(operator, values, vectors, probes):
    """The trace and its standard error; `vectors` are eigenvectors, orthonormal columns."""
    samples = []
    for probe in range(probes):
        signs = torch.randint(2, (operator.dimension,), generator=generator(100 + probe))
        rest = 2.0 * signs.double() - 1
        rest -= vectors @ (vectors.T @ rest)
        samples.append(torch.dot(rest, operator.apply(rest)).item())
    return (sum(values) + statistics.mean(samples),
            statistics.stdev(samples) / len(samples) ** 0.5)


def residual(operator, value, parts):
    """|H v - value v| / |value v| of a vector given as name -> tensor."""
    names = [name.removeprefix("classifier.")
             for name, p in operator.model.named_parameters() if p.requires_grad]
    v = torch.cat([parts[name].double().reshape(-1) for name in names])
    return ((operator.apply(v) - value * v).norm() / (abs(value) * v.norm())).item()


class Report:
    def __init__(self):
        self.fine = True

    def row(self, what, theirs, ours, off, limit):
        verdict = "" if off <= limit else "  <-- off"
        self.fine = self.fine and off <= limit
        print(f"  {what:16} {theirs:20.13g} {ours:20.13g} {off:9.1e}{verdict}", flush=True)

    def relative(self, what, theirs, ours, limit):
        self.row(what, theirs, ours, abs(theirs - ours) / abs(theirs), limit)


def check(run, options, report):
    operator = load_operator(run, options)
    keys = dict(checkpoint=options.checkpoint, split=options.split, samples=options.samples,
                batch=options.batch, precision="f64", top=options.top, bottom=options.bottom,
                tolerance=options.tolerance, trace="hutchpp", probes=options.probes, rel_error=0)
    found = switchyard.curvature(run, options.ranks, options.threads, keys, vectors=True)
    print(f"{run}\n  {'':16} {'PyTorch':>20} {'Switchyard':>20} {'off by':>9}")
    report.relative("loss", operator.loss(), found["loss"], options.error)
    report.relative("gradient norm", operator.gradient().norm().item(), found["gradient_norm"],
                    options.error)
    own = found["eigenvalues"]
    for i, (value, parts) in enumerate(zip(own["values"], own["vectors"])):
        theirs = residual(operator, value, parts)
        report.row(f"residual {i + 1}", theirs, own["residuals"][i], theirs, 2 * options.tolerance)
    top, vectors = eigenpairs(operator, "LA", options.top, options.tolerance)
    low, _ = eigenpairs(operator, "SA", options.bottom, options.tolerance)
    for i, (theirs, ours) in enumerate(zip(top + low, own["values"])):
        report.relative(f"eigenvalue {i + 1}", theirs, ours, options.error)
    trace, error = deflated_trace(operator, top, vectors, options.probes)
    both = (error**2 + found["trace"]["standard_error"] ** 2) ** 0.5
    print(f"  (trace: standard errors {error:.3g} and {found['trace']['standard_error']:.3g})")
    report.row("trace", trace, found["trace"]["value"],
               abs(trace - found["trace"]["value"]) / both, STANDARD_ERRORS)


def main():
    options = read_options()
    torch.set_num_threads(options.threads)
    report = Report()
    for run in options.runs:
        check(run, options, report)
    sys.exit(0 if report.fine else 1)


main()
