"""Measures Switchyard and PyTorch in turn and prints one table; started by ./pytorch.

The programs alternate, and each case is visited in several rounds, so that a machine's noise hits
all alike; medians are over the steps of all rounds. On the CPU every measurement is a process of
its own, for its peak memory; on a GPU, where PyTorch takes long to start and to compile and counts
its memory itself, one PyTorch serves all.
"""

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from processes import run_process

HERE = Path(__file__).resolve().parent
RUN_ON_RANKS = HERE.parents[1] / "launch" / "run"

TORCH_MODES = {
    ("cpu", "inference"): ["contiguous", "channels-last", "frozen"],
    ("cpu", "training"): ["contiguous", "channels-last"],
    ("cuda", "inference"): ["eager", "compiled"],
    ("cuda", "training"): ["eager", "compiled"],
}
DEFAULTS = {  # device -> batches of inference, of training, precisions
    "cpu": ([32], [128], ["f32"]),
    "cuda": ([128, 256, 512, 1024], [128, 256, 512, 1024], ["bf16", "tf32"]),
}


def listed(convert):
    return lambda text: [convert(word) for word in text.split(",")]


def read_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--quick", action="store_true", help="one round of few steps")
    parser.add_argument("--filter", default="", metavar="TEXT",
                        help="only cases with this in their names, such as inference/sparse")
    parser.add_argument("--heads", type=listed(str), default=["dense", "soft", "sparse"])
    parser.add_argument("--batches", type=listed(int), help="in place of the usual ones")
    parser.add_argument("--precisions", type=listed(str), help="f32, tf32, bf16")
    parser.add_argument("--rounds", type=int, default=3, help="visits to each case (default 3)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="in all (default: all)")
    parser.add_argument("--ranks", type=int, default=1, help="of Switchyard, sharing the threads")
    parser.add_argument("--json", type=Path, default=Path("pytorch-comparison.json"),
                        help="file for all times (default: %(default)s)")
    options = parser.parse_args()
    if options.ranks < 1 or options.threads < options.ranks:
        parser.error("--ranks must be between 1 and --threads")
    return options


def all_cases(options):
    """Dictionaries of kind, head, width, batch and precision."""
    inference, training, precisions = DEFAULTS[options.device]
    cases = [dict(kind=kind, head=head, width=64, batch=batch, precision=precision)
             for precision in options.precisions or precisions
             for kind, batches in (("inference", inference), ("training", training))
             for batch, head in itertools.product(options.batches or batches, options.heads)]
    if options.device == "cpu" and not options.batches:
        cases += [dict(kind=kind, head="dense", width=16, batch=128, precision="f32")
                  for kind in ("inference", "training")]
    return [case for case in cases if options.filter in case_name(case)]


def case_name(case):
    return "{kind}/{head}/width:{width}/batch:{batch}/{precision}".format(**case)


def counts(case, options):
    """Repetitions that warm up, that are timed, and steps a repetition."""
    if options.device == "cuda":
        return dict(warm_up=2, repetitions=5 if options.quick else 10, steps=20)
    if case["kind"] == "training":
        return dict(warm_up=1, repetitions=2 if options.quick else 4, steps=1)
    return dict(warm_up=3 if options.quick else 5, repetitions=7 if options.quick else 15, steps=1)


def run_switchyard(case, options):
    number = counts(case, options)
    threads = options.threads // options.ranks
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    ranks = [RUN_ON_RANKS, str(options.ranks)] if options.ranks > 1 else []
    with tempfile.NamedTemporaryFile(suffix=".json") as result:
        _, resident, _ = run_process(
            [*ranks, os.environ["BENCH_MODEL"], "--threads", str(threads),
             "--device", options.device, "--precision", case["precision"],
             "--warm-up", str(number["warm_up"]), "--repetitions", str(number["repetitions"]),
             "--steps", str(number["steps"]), "--heads", case["head"],
             f"--{case['kind']}-batch", str(case["batch"]), "--width", str(case["width"]),
             f"--benchmark_filter=^{case['kind']}/{case['head']}/width:{case['width']}/",
             "--benchmark_out_format=json", f"--benchmark_out={result.name}"], environment)
        runs = json.loads(Path(result.name).read_text())["benchmarks"]
    runs = [run for run in runs if run["run_type"] == "iteration"]
    memory = runs[0]["tensors_MiB"] if options.device == "cuda" else resident
    return {"ms": [run["real_time"] for run in runs], "memory": memory}


class Torch:
    """PyTorch's answers: from one process for each request, or from one that stays."""

    def __init__(self, options):
        self.options = options
        self.command = [sys.executable, HERE / "torch_steps.py"]
        self.environment = dict(os.environ, OMP_NUM_THREADS=str(options.threads))
        self.worker = None
        if options.device == "cuda":
            self.worker = subprocess.Popen(self.command, stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, text=True, env=self.environment)

    def run(self, case, mode):
        request = json.dumps(dict(case, mode=mode, device=self.options.device,
                                  threads=self.options.threads, **counts(case, self.options)))
        if not self.worker:
            output, resident, _ = run_process(self.command, self.environment, request + "\n")
            return dict(json.loads(output.splitlines()[-1]), memory=resident)
        self.worker.stdin.write(request + "\n")
        self.worker.stdin.flush()
        answer = self.worker.stdout.readline()
        if not answer:
            sys.exit(f"PyTorch ended with status {self.worker.wait()} at {request}")
        return json.loads(answer)


def measure(case, torch, options):
    """program -> {"ms": [...], "memory": MiB}, by visits in turn."""
    total = {}
    for visit in range(1 if options.quick else options.rounds):
        programs = ["switchyard", *TORCH_MODES[options.device, case["kind"]]]
        for program in programs[visit % len(programs):] + programs[:visit % len(programs)]:
            found = (run_switchyard(case, options) if program == "switchyard"
                     else torch.run(case, program))
            entry = total.setdefault(program, {"ms": [], "memory": 0})
            entry["ms"] += found["ms"]
            entry["memory"] = max(entry["memory"], found["memory"])
            entry["version"] = found.get("version")
    for entry in total.values():
        entry["median_ms"] = statistics.median(entry["ms"])
    return total


def print_row(case, found, options):
    own = found["switchyard"]
    modes = TORCH_MODES[options.device, case["kind"]]
    best = min(modes, key=lambda mode: found[mode]["median_ms"])
    first = found[modes[0]]
    print(f"{case_name(case):42} {own['median_ms']:10.2f} {first['median_ms']:9.2f} "
          f"{found[best]['median_ms']:9.2f} {best:14} "
          f"{first['median_ms'] / own['median_ms']:6.2f} "
          f"{found[best]['median_ms'] / own['median_ms']:6.2f} "
          f"{own['memory']:8.0f} {min(found[m]['memory'] for m in modes):8.0f}", flush=True)


def print_sparse_over_dense(results, options):
    for name in results:
        if not name.startswith("inference/sparse/"):
            continue
        dense = name.replace("/sparse/", "/dense/")
        if dense not in results:
            continue
        for program in results[name]:
            ratio = results[name][program]["median_ms"] / results[dense][program]["median_ms"]
            print(f"sparse / dense, {name.split('/', 2)[2]}, {program}: {ratio:.3f}")


def main():
    options = read_options()
    first = TORCH_MODES[options.device, "training"][0]
    print(f"{options.device}, {options.threads} threads; Switchyard on {options.ranks} rank(s); "
          "median ms a step; peak MiB of a process or of its device memory (PyTorch: its smallest)")
    print(f"{'':42} {'Switchyard':>10} {'PyTorch':>9} {'PyTorch':>9} {'':14} {'ratio':>6} "
          f"{'ratio':>6}\n{'case':42} {'':10} {first[:9]:>9} {'best':>9} {'':14} {first[:6]:>6} "
          f"{'best':>6} {'MiB':>8} {'MiB':>8}")
    torch, results = Torch(options), {}
    for case in all_cases(options):
        results[case_name(case)] = measure(case, torch, options)
        print_row(case, results[case_name(case)], options)
        options.json.write_text(json.dumps(results, indent=1))
    print("ratio: PyTorch / Switchyard, above 1 where Switchyard is faster")
    print_sparse_over_dense(results, options)
    print(f"all times: {options.json}")


main()
