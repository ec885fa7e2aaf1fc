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


class Figure:
    """A figure of profile.json. HTA's may be higher by `more`: it counts as exposed what is under way
    while the rank is idle, and profile.json only that for which computing stood still."""

    def __init__(self, value, more=0.0):
        self.value = value
        self.more = more

    def excess(self, theirs):
        """How far HTA's is from where it may be."""
        return theirs - max(self.value, min(theirs, self.value + self.more))


def own_figures(profile, rank):
    """Milliseconds of all recorded steps by name, and the share of exchanges that is exposed."""
    steps = 1e3 * profile["steps"]["recorded"]
    communication = profile["communication"]["per_rank"][rank]
    booked = [entry for entry in profile["collectives"] if entry["per_rank"][rank]]
    idle_waits = sum(entry["per_rank"][rank]["exposed"] for entry in booked
                     if entry["zone"] in IDLE and not entry["started"])
    zones = {idle: sum(zone["per_rank"][rank]["mean"] for zone in profile["zones"]
                       if (zone["zone"] in IDLE) == idle) for idle in (True, False)}
    computing = zones[False] - communication["exposed"] + idle_waits
    figures = {"computing": Figure(steps * computing),
               "exposed exchanges": Figure(steps * communication["exposed"], steps * zones[True])}
    for entry in booked:
        name = f"ncclKernel_{KERNELS[entry['operation']]}({entry['zone']})"
        mine = entry["per_rank"][rank]
        figure = figures.setdefault(name, Figure(0.0))
        figure.value += steps * (mine["waiting"] + mine["transferring"])
    total = communication["total"]
    if not total:
        return figures, None
    return figures, Figure(communication["exposed"] / total, zones[True] / total)


class HolisticTraceAnalysis:
    """Its figures, by the names of own_figures()."""

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
        return figures, 1 - self.overlap[rank] / 100 if self.exchanges else None


def compare(folder, tolerance):
    """Prints both sides; the number of differences."""
    if not (folder / "profile.json").is_file():
        sys.exit(f"{folder} has no profile.json; name the folder that a command with --profile wrote")
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
    print(f"{'rank':>4}  {'':44} {'HTA':>12} {'Switchyard':>12} {'up to':>12}")
    for rank in ranks:
        whole = 1e3 * len(steps) * profile["step"]["per_rank"][rank]["mean"]
        (theirs_by_name, their_share), (own_by_name, own_share) = (
            theirs.figures(rank), own_figures(profile, rank))
        rows = [(name, theirs_by_name.get(name, 0.0), own_by_name.get(name, Figure(0.0)), whole)
                for name in dict.fromkeys([*own_by_name, *theirs_by_name])]
        if own_share:
            rows.append(("exposed share of exchanges", their_share, own_share, 1.0))
        for name, hta, own, unit in rows:
            wrong = abs(own.excess(hta)) > tolerance * unit
            problems += wrong
            up_to = f"{own.value + own.more:12.3f}" if own.more else f"{'':12}"
            print(f"{rank:>4}  {name:44} {hta:12.3f} {own.value:12.3f} {up_to}"
                  f"{'  WRONG' if wrong else ''}".rstrip())
    return problems


def main():
    options = arguments()
    problems = sum(compare(folder, options.tolerance) for folder in options.profiles)
    if problems:
        sys.exit(f"{problems} figures differ")


if __name__ == "__main__":
    main()
