"""Measures the whole job of curvature on one checkpoint and the same samples, program by program:
the largest eigenvalues and the trace of the Hessian of the mean cross-entropy in evaluation mode.

  arpack              ARPACK's Lanczos and Hutchinson's trace on PyTorch's double backward
  switchyard          `switchyard curvature`, Lanczos and the trace estimator of --trace
  pyhessian           PyHessian with its defaults (100 iterations, tolerance 1e-3)
  pyhessian-accurate  PyHessian with tolerances tightened until its eigenvalues agree with ARPACK's
                      to --eigenvalue-error, and as many probes as --trace-error takes

Only the accurate run's last tolerance counts in its time. "agree" lines at the end compare what
must be the same on all sides: loss, gradient norm, eigenvalues, traces within their errors.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import switchyard
from processes import run_process

HERE = Path(__file__).resolve().parent
PROGRAMS = ["arpack", "switchyard", "pyhessian", "pyhessian-accurate"]
ACCURATE_ITERATIONS = 10000
ACCURATE_PROBES = 100000


def read_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="run folder of a training on CIFAR-10")
    parser.add_argument("--checkpoint", choices=["best", "last"], default="best")
    parser.add_argument("--split", choices=["train", "val", "test"], default="train")
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--top", type=int, default=5)
    parser.add_argument("--precision", choices=["f32", "f64"], default="f32")
    parser.add_argument("--tolerance", type=float, default=1e-3,
                        help="relative residual of the eigenpairs of ARPACK and Switchyard")
    parser.add_argument("--eigenvalue-error", type=float, default=1e-3,
                        help="relative, of PyHessian's against ARPACK's")
    parser.add_argument("--trace-error", type=float, default=0.05, help="relative standard error")
    parser.add_argument("--trace", default="xtrace", help="Switchyard's estimator")
    parser.add_argument("--trace-probes", type=int, default=400, help="at most, of Switchyard's")
    parser.add_argument("--tolerances", type=lambda text: [float(x) for x in text.split(",")],
                        default=[1e-4, 1e-5, 1e-6], help="that pyhessian-accurate tries in turn")
    parser.add_argument("--programs", type=lambda text: text.split(","), default=PROGRAMS)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--ranks", type=int, default=1, help="of Switchyard, sharing the threads")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, default=Path("curvature-job.json"))
    options = parser.parse_args()
    if "arpack" not in options.programs:
        parser.error("--programs must include arpack, the yardstick of eigenvalues")
    return options


def ask(options, **request):
    """The answer of job_peers.py, with memory and seconds of the whole process."""
    request = dict(dict(run=options.run, checkpoint=options.checkpoint, split=options.split,
                        samples=options.samples, batch=options.batch, subset_seed=42,
                        precision=options.precision, threads=options.threads, seed=options.seed,
                        top=options.top), **request)
    environment = dict(os.environ, OMP_NUM_THREADS=str(options.threads))
    output, memory, _ = run_process([sys.executable, HERE / "job_peers.py"], environment,
                                    json.dumps(request))
    return dict(json.loads(output.splitlines()[-1]), memory=memory)


def arpack(options, _):
    return ask(options, program="arpack", tolerance=options.tolerance,
               max_iterations=ACCURATE_ITERATIONS, trace_probes=ACCURATE_PROBES,
               trace_error=options.trace_error)


def own(options, _):
    keys = dict(checkpoint=options.checkpoint, split=options.split, samples=options.samples,
                batch=options.batch, precision=options.precision, top=options.top, bottom=0,
                tolerance=options.tolerance, trace=options.trace, probes=options.trace_probes,
                rel_error=options.trace_error)
    return switchyard.curvature(options.run, options.ranks, options.threads, keys)


def pyhessian(options, _):
    return ask(options, program="pyhessian", tolerance=1e-3, max_iterations=100, trace_probes=100,
               trace_tolerance=1e-3)


def pyhessian_accurate(options, yardstick):
    for tolerance in options.tolerances:
        found = ask(options, program="pyhessian", tolerance=tolerance, trace_probes=0,
                    max_iterations=ACCURATE_ITERATIONS)
        error = eigenvalue_error(found, yardstick)
        print(f"  PyHessian's tolerance {tolerance:g}: eigenvalues off by {error:.1e}, "
              f"{found['eigenvalues']['products']} products", flush=True)
        if error <= options.eigenvalue_error:
            break
    trace = ask(options, program="pyhessian", top=0, trace_probes=ACCURATE_PROBES,
                trace_error=options.trace_error)
    return dict(found, trace=trace["trace"], memory=max(found["memory"], trace["memory"]))


SOLVERS = {"arpack": arpack, "switchyard": own, "pyhessian": pyhessian,
           "pyhessian-accurate": pyhessian_accurate}


def eigenvalue_error(found, yardstick):
    """The largest relative difference; PyHessian finds values in an order of its own."""
    values = sorted(found["eigenvalues"]["values"], reverse=True)
    return max(abs(a - b) / abs(b) for a, b in zip(values, yardstick["eigenvalues"]["values"]))


def seconds(found):
    return found["eigenvalues"]["seconds"] + found["trace"]["seconds"]


def print_row(name, found, yardstick):
    eigen, trace = found["eigenvalues"], found["trace"]
    print(f"{name:18} {eigen['products']:6} {eigen['seconds']:8.1f} "
          f"{eigenvalue_error(found, yardstick):9.1e} {max(eigen['residuals']):9.1e} "
          f"{trace['value']:10.2f} {trace['standard_error']:8.2f} {trace['products']:6} "
          f"{trace['seconds']:8.1f} {seconds(found):8.1f} {found['memory']:6.0f}", flush=True)


def print_agreement(results):
    def row(what, numbers):
        print(f"agree: {what:15}" + "".join(f" {x:18.10g}" for x in numbers))

    print(f"{'':22}" + "".join(f" {name:>18}" for name in results))
    found = results.values()
    row("loss", (x["loss"] for x in found))
    row("gradient norm", (x["gradient_norm"] for x in found))
    for i in range(len(results["arpack"]["eigenvalues"]["values"])):
        row(f"eigenvalue {i + 1}",
            (sorted(x["eigenvalues"]["values"], reverse=True)[i] for x in found))


def main():
    options = read_options()
    print(f"{options.run}, {options.split}, {options.samples} samples in batches of "
          f"{options.batch}, {options.precision}, {options.threads} threads; "
          f"Switchyard on {options.ranks} rank(s), memory of one")
    results = {}
    for name in options.programs:
        results[name] = SOLVERS[name](options, results.get("arpack"))
        options.json.write_text(json.dumps(results, indent=1))
    print(f"{'':18} {'eigenvalues':>15} {'largest relative':>19} {'trace':>10} {'standard':>8} "
          f"{'':15} {'total':>8}\n{'':18} {'Hv':>6} {'s':>8} {'error':>9} {'residual':>9} {'':10} "
          f"{'error':>8} {'Hv':>6} {'s':>8} {'s':>8} {'MiB':>6}")
    for name, found in results.items():
        print_row(name, found, results["arpack"])
    print_agreement(results)
    for name in results:
        if name != "switchyard" and "switchyard" in results:
            ratio = seconds(results[name]) / seconds(results["switchyard"])
            print(f"{name} / switchyard: {ratio:.2f}")


main()
