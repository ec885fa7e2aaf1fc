"""Do the traces of a profile nest, link, agree between ranks and with profile.json?

usage: check_trace.py PROFILE_FOLDER
"""
import collections
import json
import pathlib
import sys


def timed(trace):
    """Its events with ns in begin and end."""
    for event in trace["traceEvents"]:
        if event["ph"] == "X":
            event["begin"] = round(1000 * event["ts"])
            event["end"] = event["begin"] + round(1000 * event["dur"])
            yield event


def overlaps(trace):
    """Events of a lane that neither follow nor lie within what is open."""
    lanes = collections.defaultdict(list)
    for event in timed(trace):
        lanes[event["pid"], event["tid"]].append(event)
    for events in lanes.values():
        open_until = []
        for event in sorted(events, key=lambda event: event["begin"]):
            while open_until and open_until[-1] <= event["begin"]:
                open_until.pop()
            if open_until and event["end"] > open_until[-1] or event["end"] < event["begin"]:
                yield event
            open_until.append(event["end"])


def unlinked(trace):
    """Kernels that do not lead to one event of the host."""
    events = list(timed(trace))
    host = collections.Counter(event["args"].get("correlation") for event in events
                               if "stream" not in event["args"])
    return [event for event in events
            if "stream" in event["args"] and host[event["args"]["correlation"]] != 1]


def collectives(traces):
    """Lists of the members' events, by group and number."""
    calls = collections.defaultdict(list)
    for trace in traces:
        for event in timed(trace):
            if event["name"].startswith("ncclKernel"):
                arguments = event["args"]
                calls[arguments["Process Group Name"], arguments["Process Group Ranks"],
                      arguments["Seq"]].append(event)
    return calls


def disagreements(calls, profile):
    uncertainty = 1e9 * 2 * max(rank["clock_uncertainty"] for rank in profile["ranks"])
    whole = {call: events for call, events in calls.items()
             if len(events) == events[0]["args"]["Group size"]}
    if len(calls) - len(whole) != profile["communication"]["incomplete"]:
        yield f"{len(calls) - len(whole)} collectives are not on all ranks of their group"
    for call, events in whole.items():
        arguments = [event["args"] for event in events]
        names = {event["Collective name"] for event in arguments}
        if len(names) != 1:
            yield f"{call} is {names}"
        # Nobody has the sum before the last has brought its part.
        last_entry = max(event["begin"] for event in events)
        first_exit = min(event["end"] for event in events)
        if names == {"allreduce"} and first_exit < last_entry - uncertainty:
            yield f"{call}: a rank left {last_entry - first_exit} ns before the last entered"
        if names == {"all_to_allv"}:
            sent = [json.loads(event["In split size"]) for event in arguments]
            received = [json.loads(event["Out split size"]) for event in arguments]
            if [list(column) for column in zip(*sent)] != received:
                yield f"{call}: {sent} was sent, {received} received"


def bytes_sent(trace):
    """By collectives on rows, as the send matrix has them."""
    total = 0
    for event in timed(trace):
        arguments = event["args"]
        if event["name"].startswith("ncclKernel") and arguments["Collective name"] in (
                "all_to_allv", "_reduce_scatter_base"):
            total += arguments["In msg nelems"]
        elif event["name"].startswith("ncclKernel_AllGather"):
            total += arguments["In msg nelems"] * arguments["Group size"]
    return total


def main(folder):
    profile = json.loads((folder / "profile.json").read_text())
    ranks = range(len(profile["ranks"]))
    traces = [json.loads((folder / "trace" / f"rank-{rank}.json").read_text()) for rank in ranks]
    whole = json.loads((folder / "trace.json").read_text())
    problems = []
    for trace in [whole, *traces]:
        problems += [f"overlap: {event}" for event in overlaps(trace)]
    for trace in traces:
        problems += [f"no event of the host for {event}" for event in unlinked(trace)]
    calls = collectives(traces)
    if (len(ranks) > 1) != bool(calls):
        problems.append(f"{len(calls)} collectives on {len(ranks)} ranks")
    problems += disagreements(calls, profile)
    sent = [bytes_sent(trace) for trace in traces]
    if sent != profile["traffic"]["sent"]:
        problems.append(f"{sent} bytes sent, {profile['traffic']['sent']} in profile.json")
    steps = {event["name"] for event in timed(whole) if event["name"].startswith("ProfilerStep")}
    if steps != {"ProfilerStep#2", "ProfilerStep#3", "ProfilerStep#4"}:
        problems.append(f"steps {steps}")
    for problem in problems[:20]:
        print(problem)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
