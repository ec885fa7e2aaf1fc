"""What TensorBoard sees of run folders, beside their metrics.jsonl and newest checkpoints."""

import argparse
import json
import logging
import pathlib
import struct
import sys

import numpy as np
from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator
from tensorboard.util import tensor_util

# It says at length which events it drops; the comparison shows that it does.
logging.getLogger("tensorboard").setLevel(logging.ERROR)
DTYPES = {"F32": np.float32, "F64": np.float64}


class Accumulator:
    """Values as tensorboard's EventAccumulator has them: {tag: [(step, value)]}."""

    def __init__(self, run):
        everything = {event_accumulator.SCALARS: 0, event_accumulator.HISTOGRAMS: 0}
        self.events = event_accumulator.EventAccumulator(str(run), size_guidance=everything)
        self.events.Reload()

    def scalars(self):
        return {tag: [(event.step, event.value) for event in self.events.Scalars(tag)]
                for tag in self.events.Tags()[event_accumulator.SCALARS]}

    def histograms(self):
        return {tag: [(event.step, event.histogram_value) for event in self.events.Histograms(tag)]
                for tag in self.events.Tags()[event_accumulator.HISTOGRAMS]}


def shown_scalars(run):
    """The same of the reader behind TensorBoard's page, which makes tensors of all values."""
    events = plugin_event_accumulator.EventAccumulator(
        str(run), size_guidance={plugin_event_accumulator.TENSORS: 0})
    events.Reload()
    return {tag: [(event.step, float(tensor_util.make_ndarray(event.tensor_proto)))
                  for event in events.Tensors(tag)]
            for tag in events.Tags()[plugin_event_accumulator.TENSORS]
            if events.SummaryMetadata(tag).plugin_data.plugin_name == "scalars"}


def numbers(value, name=""):
    """(name, number) of all that a line of metrics.jsonl says."""
    if name.endswith("/dead_experts"):
        yield name, len(value)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from numbers(part, f"{name}/{key}" if name else key)
    elif isinstance(value, list):
        for expert, part in enumerate(value):
            yield from numbers(part, f"{name}/expert-{expert}")
    elif isinstance(value, (int, float)):
        yield name, value


def single(number):
    return struct.unpack("f", struct.pack("f", number))[0]


def written_scalars(epochs):
    scalars = {}
    for epoch in epochs:
        for name, number in numbers(epoch):
            if name != "step":
                scalars.setdefault(name, []).append((epoch["step"], single(number)))
    return scalars


def parameters_of(checkpoint):
    """The parameters of a checkpoint by name, as flat arrays of doubles."""
    index = json.loads((checkpoint / "model.safetensors.index.json").read_text())["weight_map"]
    parameters = {}
    for shard in sorted(set(index.values())):
        data = (checkpoint / shard).read_bytes()
        (length,) = struct.unpack_from("<Q", data)
        for name, entry in json.loads(data[8:8 + length]).items():
            if name == "__metadata__" or name.rpartition(".")[2] in (
                    "running_mean", "running_var", "num_batches_tracked"):
                continue
            first, last = entry["data_offsets"]
            values = np.frombuffer(data[8 + length + first:8 + length + last],
                                   DTYPES[entry["dtype"]])
            parameters[name] = values.astype(np.float64)
    return parameters


def differing_scalars(seen, written, reader):
    for tag in sorted(seen.keys() | written.keys()):
        if tag not in seen or tag not in written:
            yield f"{reader}: {tag} is {'not seen' if tag in written else 'not in metrics.jsonl'}"
        elif seen[tag] != written[tag]:
            yield f"{reader}: {tag} is {seen[tag]}, was written as {written[tag]}"


def histogram_matches(histogram, values):
    """Whether it is that of the values: a bucket ends below its limit."""
    limits, counts = np.array(histogram.bucket_limit), np.array(histogram.bucket)
    buckets = np.bincount(np.searchsorted(limits, values, side="right"), minlength=len(limits))
    return (histogram.num == len(values) and np.array_equal(counts, buckets)
            and (histogram.min, histogram.max) == (values.min(), values.max())
            and np.isclose(histogram.sum, values.sum(), rtol=1e-9, atol=1e-9 * abs(values).sum())
            and np.isclose(histogram.sum_squares, (values * values).sum(), rtol=1e-9))


def differing_histograms(histograms, epochs, checkpoint):
    parameters = {f"parameters/{name}": values
                  for name, values in parameters_of(checkpoint).items()}
    if histograms.keys() != parameters.keys():
        yield f"histograms of {sorted(histograms.keys() ^ parameters.keys())}"
    ends = [epoch["step"] for epoch in epochs]
    for tag in sorted(histograms.keys() & parameters.keys()):
        steps = [step for step, _ in histograms[tag]]
        if steps[-1] != ends[-1] or steps != sorted(set(steps) & set(ends)):
            yield f"{tag}: at steps {steps}, epochs end at {ends}"
        if any(histogram.num != len(parameters[tag]) for _, histogram in histograms[tag]):
            yield f"{tag}: not of all {len(parameters[tag])} values"
        if not histogram_matches(histograms[tag][-1][1], parameters[tag]):
            yield f"{tag}: the last is not that of {checkpoint.name}"


def compare(run):
    """Prints what was compared and what differs; how many differences there are."""
    lines = (run / "metrics.jsonl").read_text().splitlines()
    epochs = [json.loads(line) for line in lines]
    checkpoint = max((run / "checkpoints").glob("step-*"))
    accumulator = Accumulator(run)
    written, histograms = written_scalars(epochs), accumulator.histograms()
    differences = [*differing_scalars(accumulator.scalars(), written, "EventAccumulator"),
                   *differing_scalars(shown_scalars(run), written, "page"),
                   *differing_histograms(histograms, epochs, checkpoint)]
    values = sum(map(len, written.values()))
    sets = len({step for seen in histograms.values() for step, _ in seen})
    print(f"{run}: event files: {len(list(run.glob('*tfevents*')))}, epochs: {len(epochs)}, "
          f"scalars: {len(written)} with {values} values, histograms: {len(histograms)} at {sets} "
          f"steps, differences: {len(differences)}")
    for difference in differences:
        print(f"  {difference}")
    return len(differences)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", type=pathlib.Path, metavar="RUN",
                        help="folder of a training with histograms at its end")
    runs = parser.parse_args().runs
    for run in runs:
        if not (run / "metrics.jsonl").is_file() or not any(run.glob("checkpoints/step-*")):
            sys.exit(f"{run} has no metrics.jsonl or no checkpoint; name the folder of a training")
    if sum(map(compare, runs)):
        sys.exit(1)


if __name__ == "__main__":
    main()
