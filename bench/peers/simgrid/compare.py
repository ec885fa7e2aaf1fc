"""The exchanges of a training step by the scaling model, and by SimGrid's simulation of the same
messages on the same machine description.

Both do one event after the other: what a real step overlaps is summed up here, and computing is the
model's. So what is compared is what messages cost: the model's formulas against a simulation of
every message, with its contention.
"""

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

import platform_xml

ROOT = Path(__file__).resolve().parents[3]
# A message takes its latency and its bytes over the bandwidth, as the formulas have it; no factors
# that were fitted to some cluster, no acknowledgements that cost bandwidth.
CONFIG = ["network/model:CM02", "network/crosstraffic:0", "smpi/simulate-computation:no",
          "smpi/async-small-thresh:1000000000", "smpi/send-is-detached-thresh:1000000000",
          "smpi/shared-malloc:global", "smpi/shared-malloc-blocksize:67108864",
          "smpi/privatization:dlopen", "contexts/stack-size:128",
          "surf/precision:1e-9"]


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--switchyard", type=Path, required=True)
    parser.add_argument("--replay", type=Path, required=True)
    parser.add_argument("--machine", default="dgx-a100", help="(default: %(default)s)")
    parser.add_argument("--ranks", default="1,2,4,8,16,32,64,128,256,512,1024",
                        help="(default: %(default)s)")
    parser.add_argument("--json", type=Path, help="file for all figures")
    parser.add_argument("options", nargs="*", help="of switchyard scale, behind --")
    return parser.parse_args()


def predictions(arguments, folder):
    out = folder / "scale.json"
    command = [arguments.switchyard, "scale", "--machine", arguments.machine, "--machines",
               ROOT / "configs" / "machines", "--ranks", arguments.ranks, "--messages", "--json", out,
               *arguments.options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return json.loads(out.read_text(encoding="utf-8"))["predictions"]


def action(event):
    if "operation" not in event:
        return f"compute {event['seconds']:.12g}"
    return (f"{event['operation']} {event['group']} {event['bytes']:.12g} "
            f"{event.get('algorithm', '-')}")


def kind(event):
    name = event["operation"]
    return f"{event['group']} {event['algorithm'] if name == 'all_reduce' else name}"


def modelled(schedule):
    """Seconds of the step and of each kind of message, one after the other."""
    parts = {"step": sum(event["seconds"] for event in schedule)}
    for event in schedule:
        if "operation" in event:
            parts[kind(event)] = parts.get(kind(event), 0) + event["seconds"]
    return parts


def simulated(arguments, machine, prediction, folder):
    ranks = prediction["ranks"]
    (folder / "platform.xml").write_text("\n".join(platform_xml.platform(machine, ranks)),
                                         encoding="utf-8")
    (folder / "hosts").write_text("".join(f"rank-{rank}\n" for rank in range(ranks)),
                                  encoding="utf-8")
    (folder / "actions").write_text("".join(f"{action(e)}\n" for e in prediction["schedule"]),
                                    encoding="utf-8")
    command = ["smpirun", "-np", str(ranks), "-platform", folder / "platform.xml", "-hostfile",
               folder / "hosts", *[f"--cfg={entry}" for entry in CONFIG], arguments.replay,
               folder / "actions", machine["ranks-per-node"], str(prediction["ep"]),
               str(float(machine["call-overhead"]) * 1e-6)]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    if run.returncode != 0:
        raise SystemExit(f"the simulation of {ranks} ranks failed:\n{run.stderr[-2000:]}")
    return {name: float(seconds) for name, seconds in
            (line.rsplit(" ", 1) for line in run.stdout.splitlines())}


def main():
    arguments = read_arguments()
    machine = platform_xml.read_machine(ROOT / "configs" / "machines" / f"{arguments.machine}.cfg")
    rows = []
    print(__doc__.split("\n\n")[1])
    print(f"\n{'ranks':>6}{'dp x ep':>10}  {'ms in one step':<34}{'modelled':>11}{'simulated':>11}"
          f"{'model / simulation':>20}")
    with tempfile.TemporaryDirectory() as scratch:
        for prediction in predictions(arguments, Path(scratch)):
            model = modelled(prediction["schedule"])
            began = time.perf_counter()
            simulation = simulated(arguments, machine, prediction, Path(scratch))
            seconds = time.perf_counter() - began
            rows.append({key: prediction[key] for key in ("ranks", "dp", "ep", "batch")} |
                        {"modelled": model, "simulated": simulation, "simulation_took": seconds})
            for name, value in model.items():
                grid = f"{prediction['dp']} x {prediction['ep']}"
                head = f"{prediction['ranks']:>6}{grid:>10}" if name == "step" else " " * 16
                print(f"{head}  {name:<34}{value * 1e3:>11.4f}{simulation[name] * 1e3:>11.4f}"
                      f"{value / simulation[name]:>20.3f}", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps({"machine": arguments.machine, "rows": rows}, indent=1),
                                  encoding="utf-8")


if __name__ == "__main__":
    main()
