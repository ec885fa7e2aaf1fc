"""Measures Switchyard and PyTorch in turn and prints one table; started by ./pytorch.

Every measurement is a process of its own, for its peak memory. The programs alternate, and each
case is visited in several rounds, so that a machine's noise hits all alike; medians are over the
steps of all rounds.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUN_ON_RANKS = HERE.parents[1] / "launch" / "run"

TORCH_MODES = {
    "inference": ["eager", "eager-channels-last", "frozen"],
    "training": ["contiguous", "channels-last"],
}
# kind, head, width, batch
CASES = [(kind, head, 64, batch) for kind, batch in (("inference", 32), ("training", 128))
         for head in ("dense", "soft", "sparse")]
CASES += [("inference", "dense", 16, 128), ("training", "dense", 16, 128)]


def read_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of few steps")
    parser.add_argument("--filter", default="", metavar="TEXT",
                        help="only cases with this in their names, such as inference/sparse")
    parser.add_argument("--rounds", type=int, default=3, help="visits to each case (default 3)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="in all (default: all)")
    parser.add_argument("--ranks", type=int, default=1, help="of Switchyard, sharing the threads")
    parser.add_argument("--json", type=Path, default=Path("pytorch-comparison.json"),
                        help="file for all times (default: %(default)s)")
    options = parser.parse_args()
    if options.ranks < 1 or options.threads < options.ranks:
        parser.error("--ranks must be between 1 and --threads")
    return options


def steps(kind, quick):
    """(warm-up, timed) steps a visit."""
    if kind == "training":
        return (1, 2) if quick else (1, 4)
    return (3, 7) if quick else (5, 15)


def run_process(command, environment=None):
    """Standard output and peak resident MiB (the largest among the process and its children)."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        out.seek(0)
        err.seek(0)
        if status != 0:
            sys.exit(f"failed: {' '.join(map(str, command))}\n{err.read()[-2000:]}")
        return out.read(), usage.ru_maxrss / 1024


def run_switchyard(case, options):
    kind, head, width, batch = case
    warm_up, timed = steps(kind, options.quick)
    threads = options.threads // options.ranks
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    ranks = [RUN_ON_RANKS, str(options.ranks)] if options.ranks > 1 else []
    with tempfile.NamedTemporaryFile(suffix=".json") as result:
        _, rss = run_process(
            [*ranks, os.environ["BENCH_MODEL"], "--threads", str(threads), "--warm-up",
             str(warm_up), "--repetitions", str(timed),
             f"--benchmark_filter=^{kind}/{head}/width:{width}/batch:{batch}/",
             "--benchmark_out_format=json", f"--benchmark_out={result.name}"], environment)
        runs = json.loads(Path(result.name).read_text())["benchmarks"]
    times = [run["real_time"] for run in runs if run["run_type"] == "iteration"]
    return {"ms": times, "rss": rss}


def run_torch(case, mode, options):
    kind, head, width, batch = case
    counts = (width, batch, options.threads, *steps(kind, options.quick))
    output, rss = run_process(
        [sys.executable, HERE / "torch_steps.py", mode, head, *map(str, counts)],
        dict(os.environ, OMP_NUM_THREADS=str(options.threads)))
    result = json.loads(output.splitlines()[-1])
    return {"ms": result["ms"], "rss": rss, "version": result["version"]}


def measure(case, options):
    """program -> {"ms": [...], "rss": MiB}, by visits in turn."""
    total = {}
    for visit in range(1 if options.quick else options.rounds):
        programs = ["switchyard", *TORCH_MODES[case[0]]]
        for program in programs[visit % len(programs):] + programs[:visit % len(programs)]:
            found = (run_switchyard(case, options) if program == "switchyard"
                     else run_torch(case, program, options))
            entry = total.setdefault(program, {"ms": [], "rss": 0})
            entry["ms"] += found["ms"]
            entry["rss"] = max(entry["rss"], found["rss"])
            entry["version"] = found.get("version")
    for entry in total.values():
        entry["median_ms"] = statistics.median(entry["ms"])
    return total


def case_name(case):
    return "{}/{}/width:{}/batch:{}".format(*case)


def print_row(case, found):
    own = found["switchyard"]
    best = min(TORCH_MODES[case[0]], key=lambda mode: found[mode]["median_ms"])
    first = found[TORCH_MODES[case[0]][0]]
    print(f"{case_name(case):34} {own['median_ms']:10.1f} {first['median_ms']:9.1f} "
          f"{found[best]['median_ms']:9.1f} {best:20} "
          f"{found[best]['median_ms'] / own['median_ms']:6.2f} "
          f"{own['rss']:8.0f} {min(found[m]['rss'] for m in TORCH_MODES[case[0]]):8.0f}", flush=True)


def print_sparse_over_dense(results):
    names = [case_name(("inference", head, 64, 32)) for head in ("sparse", "dense")]
    if not all(name in results for name in names):
        return
    for program in ["switchyard", *TORCH_MODES["inference"]]:
        sparse, dense = (results[name][program]["median_ms"] for name in names)
        print(f"inference sparse / dense, {program}: {sparse / dense:.3f}")


def main():
    options = read_options()
    print(f"{options.threads} threads; Switchyard on {options.ranks} rank(s); median ms a step; "
          "peak resident MiB of a process (PyTorch: its smallest)")
    print(f"{'':34} {'Switchyard':>10} {'PyTorch':>9} {'PyTorch':>9}\n"
          f"{'case':34} {'':10} {'eager':>9} {'best':>9} {'':20} {'ratio':>6} "
          f"{'MiB':>8} {'MiB':>8}")
    results = {}
    for case in (case for case in CASES if options.filter in case_name(case)):
        results[case_name(case)] = measure(case, options)
        print_row(case, results[case_name(case)])
        options.json.write_text(json.dumps(results, indent=1))
    print("ratio: PyTorch's best / Switchyard, above 1 where Switchyard is faster")
    print_sparse_over_dense(results)
    print(f"all times: {options.json}")


main()
