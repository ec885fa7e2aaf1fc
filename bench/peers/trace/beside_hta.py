"""Holistic Trace Analysis of a profile's traces beside the figures of its profile.json."""

import argparse
import json
import logging
import pathlib
import sys
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

from hta.trace_analysis import TraceAnalysis  # noqa: E402
from hta.utils.validate_trace import validate_trace_format  # noqa: E402

# Zones of the host: no kernels in the trace.
IDLE = ("other", "data", "checkpoint")
KERNELS = {"all_reduce": "AllReduce", "all_to_all_counts": "AllToAll",
           "all_to_all_rows": "AllToAllv", "all_gather": "AllGather",
           "reduce_scatter": "ReduceScatter", "broadcast": "Broadcast", "barrier": "Barrier"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("profiles", nargs="+", type=pathlib.Path, metavar="PROFILE",
                        help="folder with profile.json and trace/")
    parser.add_argument("--tolerance", type=float, default=0.01,
                        help="difference that is an error, as a share of the recorded steps' time "
                             "(default %(default)s)")
    return parser.parse_args()


def own_figures(profile, rank):
    """Milliseconds of all recorded steps by name, and the per cent of exchanges that overlap."""
    steps = 1e3 * profile["steps"]["recorded"]
    communication = profile["communication"]["per_rank"][rank]
    booked = [entry for entry in profile["collectives"] if entry["per_rank"][rank]]
    idle_waits = sum(entry["per_rank"][rank]["exposed"] for entry in booked
                     if entry["zone"] in IDLE and not entry["started"])
    computing = sum(zone["per_rank"][rank]["mean"] for zone in profile["zones"]
                    if zone["zone"] not in IDLE)
    figures = {"computing": steps * (computing - communication["exposed"] + idle_waits),
               "exposed exchanges": steps * communication["exposed"]}
    for entry in booked:
        name = f"ncclKernel_{KERNELS[entry['operation']]}({entry['zone']})"
        mine = entry["per_rank"][rank]
        figures[name] = figures.get(name, 0) + steps * (mine["waiting"] + mine["transferring"])
    total = communication["total"]
    overlap = 100 * communication["overlapped"] / total if total else None
    return figures, overlap


class HolisticTraceAnalysis:
    """Its figures, in the terms of own_figures()."""

    def __init__(self, folder):
        self.analysis = TraceAnalysis(trace_dir=str(folder), include_last_profiler_step=True)
        self.times = self.analysis.get_temporal_breakdown(visualize=False).set_index("rank")
        _, self.kernels = self.analysis.get_gpu_kernel_breakdown(
            visualize=False, num_kernels=10**6, duration_ratio=1.0)
        self.exchanges = (self.kernels["kernel_type"] == "COMMUNICATION").any()
        if self.exchanges:
            overlap = self.analysis.get_comm_comp_overlap(visualize=False)
            self.overlap = overlap.set_index("rank")["comp_comm_overlap_pctg"]

    def figures(self, rank):
        times = self.times.loc[rank]
        figures = {"computing": times["compute_time(us)"] / 1e3,
                   "exposed exchanges": times["non_compute_time(us)"] / 1e3}
        mine = self.kernels[(self.kernels["rank"] == rank)
                            & (self.kernels["kernel_type"] == "COMMUNICATION")]
        figures.update(zip(mine["name"], mine["sum (us)"] / 1e3))
        return figures, self.overlap[rank] if self.exchanges else None


def compare(folder, tolerance):
    """Prints both sides; the number of differences."""
    profile = json.loads((folder / "profile.json").read_text())
    problems = 0
    for file in sorted((folder / "trace").glob("*.json")):
        valid, errors = validate_trace_format(str(file), level="complete")
        problems += not valid
        if not valid:
            print(f"{file}: {errors}")
    theirs = HolisticTraceAnalysis(folder / "trace")
    ranks = list(range(len(profile["ranks"])))
    steps = list(range(profile["steps"]["first"], profile["steps"]["last"] + 1))
    if theirs.analysis.t.get_ranks() != ranks or theirs.analysis.get_profiler_steps() != steps:
        print(f"{folder}: ranks {theirs.analysis.t.get_ranks()}, "
              f"steps {theirs.analysis.get_profiler_steps()} were read")
        problems += 1
    print(f"{folder}: {len(ranks)} ranks, {len(steps)} steps, ms in all of them")
    print(f"{'rank':>4}  {'':44} {'HTA':>12} {'Switchyard':>12} {'difference':>12}")
    for rank in ranks:
        whole = 1e3 * len(steps) * profile["step"]["per_rank"][rank]["mean"]
        (hta, hta_overlap), (own, own_overlap) = theirs.figures(rank), own_figures(profile, rank)
        for name in own:
            share = (hta.get(name, 0) - own[name]) / whole
            wrong = abs(share) > tolerance
            problems += wrong
            print(f"{rank:>4}  {name:44} {hta.get(name, 0):12.3f} {own[name]:12.3f} "
                  f"{share:11.3%} {'WRONG' if wrong else ''}")
        if own_overlap is not None:
            wrong = abs(hta_overlap - own_overlap) > 100 * tolerance
            problems += wrong
            print(f"{rank:>4}  {'exchanges overlapped with computing, %':44} {hta_overlap:12.2f} "
                  f"{own_overlap:12.2f} {hta_overlap - own_overlap:11.2f}  "
                  f"{'WRONG' if wrong else ''}")
        problems += len(hta.keys() - own.keys())
        for name in sorted(hta.keys() - own.keys()):
            print(f"{rank:>4}  {name:44} {hta[name]:12.3f} {'none':>12}              WRONG")
    return problems


def main():
    options = arguments()
    problems = sum(compare(folder, options.tolerance) for folder in options.profiles)
    if problems:
        sys.exit(f"{problems} figures differ")


if __name__ == "__main__":
    main()
