"""Measures gradients and exact Hessian-vector products of one batch by Switchyard and PyTorch in
turn and prints one table: the full-size model unless --width says otherwise, evaluation mode,
cross-entropy, f32.

  gradient   forward and backward
  Hv         a product from the start
  Hv, kept   a product where what does not change between products is there already: PyTorch's
             graph of the gradient, Switchyard's cached primal values

PyTorch's modes are double backward on contiguous and on channels-last images, and on a GPU also
torch.func's jvp of grad, eager and compiled (--modes says otherwise; these two need PyTorch 2). The
programs alternate and each is visited in several rounds. Memory is that of tensors for Switchyard
and on a GPU, else the peak of a process that does nothing else, all libraries included.
"""

import argparse
import json
import os
import statistics
import sys
from pathlib import Path

from processes import run_process

HERE = Path(__file__).resolve().parent
QUANTITIES = {"gradient": "gradient", "product": "Hv", "retained": "Hv, kept"}
MODES = {"cpu": ["contiguous", "channels-last"],
         "cuda": ["contiguous", "channels-last", "eager", "compiled"]}
FUNCTIONAL = ["eager", "compiled"]
OWN_NAMES = {"gradient": "gradient", "product": "H v, 1 at once",
             "retained": "H v, cached, 1 at once"}


def listed(text):
    return text.split(",")


def read_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--heads", type=listed, default=["dense", "soft", "sparse"])
    parser.add_argument("--modes", type=listed, help="of PyTorch")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3, help="visits to each (default 3)")
    parser.add_argument("--repetitions", type=int, default=3, help="of a visit (default 3)")
    parser.add_argument("--json", type=Path, default=Path("curvature-cost.json"))
    return parser.parse_args()


def run_torch(mode, head, options):
    environment = dict(os.environ, OMP_NUM_THREADS=str(options.threads))
    answers = {}
    for quantity in QUANTITIES:
        if quantity == "retained" and mode in FUNCTIONAL:
            continue
        request = dict(quantity=quantity, mode=mode, head=head, width=options.width,
                       batch=options.batch, threads=options.threads, device=options.device,
                       warm_up=1, repetitions=options.repetitions)
        output, resident, _ = run_process([sys.executable, HERE / "torch_products.py"],
                                          environment, json.dumps(request))
        answers[quantity] = json.loads(output.splitlines()[-1])
        answers[quantity]["memory"] = answers[quantity]["memory"] or resident
    return answers


def run_switchyard(head, options):
    environment = dict(os.environ, OMP_NUM_THREADS=str(options.threads))
    output, _, _ = run_process(
        [os.environ["BENCH_CURVATURE"], "--device", options.device, "--heads", head,
         "--width", str(options.width), "--batch", str(options.batch), "--block", "1",
         "--threads", str(options.threads), "--repetitions", str(options.repetitions)],
        environment)
    answers = {}
    for quantity, name in OWN_NAMES.items():
        line = next(line for line in output.splitlines() if line.startswith(name + " "))
        seconds, _, memory, _ = line.removeprefix(name).split()
        answers[quantity] = dict(ms=[1e3 * float(seconds)], memory=float(memory))
    return answers


def measure(head, options):
    """program -> quantity -> {"ms": [...], "memory": MiB}, by visits in turn."""
    programs = ["Switchyard", *(options.modes or MODES[options.device])]
    total = {}
    for visit in range(options.rounds):
        for program in programs[visit % len(programs):] + programs[:visit % len(programs)]:
            found = (run_switchyard(head, options) if program == "Switchyard"
                     else run_torch(program, head, options))
            for quantity, answer in found.items():
                entry = total.setdefault(program, {}).setdefault(quantity, dict(ms=[], memory=0))
                entry["ms"] += answer["ms"]
                entry["memory"] = max(entry["memory"], answer["memory"])
                entry["version"] = answer.get("version")
    for quantities in total.values():
        for entry in quantities.values():
            entry["median_ms"] = statistics.median(entry["ms"])
    return total


def print_rows(head, total):
    for program, quantities in total.items():
        gradient = quantities["gradient"]
        for quantity, entry in quantities.items():
            print(f"{head:7} {program:14} {QUANTITIES[quantity]:9} {entry['median_ms']:9.1f} "
                  f"{min(entry['ms']):9.1f} {entry['median_ms'] / gradient['median_ms']:7.2f} "
                  f"{entry['memory']:8.0f} {entry['memory'] / gradient['memory']:7.2f}", flush=True)


def main():
    options = read_options()
    print(f"{options.device}, width {options.width}, batch {options.batch}, {options.threads} "
          "threads; ms a step\n"
          f"{'head':7} {'program':14} {'':9} {'median':>9} {'least':>9} {'/ grad.':>7} "
          f"{'MiB':>8} {'/ grad.':>7}")
    results = {}
    for head in options.heads:
        results[head] = measure(head, options)
        print_rows(head, results[head])
        options.json.write_text(json.dumps(results, indent=1))
    print(f"all times: {options.json}")


main()
