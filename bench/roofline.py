#!/usr/bin/env python3
"""bench/roofline.py: the least time that a step of ResNet-18 on 32x32 images can take.

Counts floating-point operations and bytes of device memory of every kernel of a training step or an
inference, as Switchyard runs them (each kernel reads its inputs and writes its output once), and
gives three floors: all operations at the peak rate, all bytes at the peak bandwidth, and the sum
over kernels of the larger of the two. With --measured, a file of bench_model
(--benchmark_out_format=json), each step's measured median stands beside its floor.

The peaks are the machine's measured ceilings: a large matrix product in the precision, a large copy
counted read plus written. For example, for an H200 in bf16: --tflops 780 --bandwidth 4.3
"""

import argparse
import json
import statistics
from dataclasses import dataclass
from pathlib import Path

BYTES = {"f32": 4, "tf32": 4, "bf16": 2, "f64": 8}
MOMENTUM_SGD_BYTES = 4 * 5  # read parameter, gradient, momentum; write parameter, momentum


@dataclass
class Kernel:
    name: str
    flops: float
    bytes: float


@dataclass
class Conv:
    inputs: int
    outputs: int
    kernel: int
    side: int  # of the output image
    stride: int
    residual: bool

    @property
    def weights(self):
        return self.outputs * self.inputs * self.kernel**2


def resnet18(width):
    convs = [Conv(3, width, 3, 32, 1, False)]
    inputs, side = width, 32
    for stage in range(4):
        outputs = width << stage
        for block in range(2):
            stride = 2 if stage > 0 and block == 0 else 1
            side //= stride
            convs.append(Conv(inputs, outputs, 3, side, stride, False))
            if inputs != outputs:
                convs.append(Conv(inputs, outputs, 1, side, stride, False))
            convs.append(Conv(outputs, outputs, 3, side, 1, True))
            inputs = outputs
    return convs


def sizes(conv, batch, element):
    """Bytes of the input, output and weights of a convolution."""
    x = batch * (conv.side * conv.stride) ** 2 * conv.inputs * element
    y = batch * conv.side**2 * conv.outputs * element
    return x, y, conv.weights * element


def conv_flops(conv, batch):
    return 2 * batch * conv.side**2 * conv.weights


def inference_kernels(conv, batch, element):
    x, y, w = sizes(conv, batch, element)
    residual = y if conv.residual else 0
    return [Kernel("conv + bias + residual + relu", conv_flops(conv, batch), x + w + y + residual)]


def training_kernels(conv, batch, element, first):
    x, y, w = sizes(conv, batch, element)
    residual = y if conv.residual else 0
    flops = conv_flops(conv, batch)
    kernels = [
        Kernel("conv", flops, x + w + y),
        Kernel("norm sums", 0, y),
        Kernel("norm + residual + relu", 0, 2 * y + residual),
        Kernel("norm gradient sums", 0, 3 * y),
        Kernel("norm gradient", 0, 4 * y + residual),
        Kernel("conv gradient by weight", flops, x + y + w),
        Kernel("sgd", 0, conv.weights * MOMENTUM_SGD_BYTES),
    ]
    if not first:
        kernels.append(Kernel("conv gradient by input", flops, y + w + x))
    return kernels


def step_kernels(kind, width, batch, precision):
    element = BYTES[precision]
    kernels = []
    for index, conv in enumerate(resnet18(width)):
        kernels += (inference_kernels(conv, batch, element) if kind == "inference"
                    else training_kernels(conv, batch, element, index == 0))
    return kernels


def floors(kernels, options):
    """Milliseconds: operations alone, bytes alone, kernel by kernel."""
    rate, bandwidth = options.tflops * 1e9, options.bandwidth * 1e9
    return (sum(k.flops for k in kernels) / rate, sum(k.bytes for k in kernels) / bandwidth,
            sum(max(k.flops / rate, k.bytes / bandwidth) for k in kernels))


def measured_medians(path):
    """"training/sparse/width:64/batch:256" -> ms."""
    times = {}
    for run in json.loads(path.read_text())["benchmarks"]:
        if run["run_type"] == "iteration":
            name = "/".join(run["name"].split("/")[:4])
            times.setdefault(name, []).append(run["real_time"])
    return {name: statistics.median(ms) for name, ms in times.items()}


def print_kernels(kernels, options):
    totals = {}
    for kernel in kernels:
        total = totals.setdefault(kernel.name, Kernel(kernel.name, 0, 0))
        total.flops += kernel.flops
        total.bytes += kernel.bytes
    for total in totals.values():
        operations, moved, _ = floors([total], options)
        print(f"    {total.name:30} {total.flops / 1e9:9.1f} {total.bytes / 1e6:9.1f} "
              f"{operations:8.3f} {moved:8.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tflops", type=float, required=True, help="peak 10^12 operations a second")
    parser.add_argument("--bandwidth", type=float, required=True, help="peak 10^12 bytes a second")
    parser.add_argument("--precision", choices=BYTES, default="bf16")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--batches", type=int, nargs="+", default=[128, 256, 512, 1024])
    parser.add_argument("--kernels", action="store_true", help="also by kind of kernel")
    parser.add_argument("--measured", type=Path, metavar="JSON", help="results of bench_model")
    options = parser.parse_args()
    measured = measured_medians(options.measured) if options.measured else {}
    print(f"{'step':34} {'GFLOP':>9} {'MB':>9} {'FLOP ms':>8} {'byte ms':>8} {'floor ms':>8}"
          f"{'':2}measured ms (times the floor)")
    for kind in ("inference", "training"):
        for batch in options.batches:
            kernels = step_kernels(kind, options.width, batch, options.precision)
            operations, moved, floor = floors(kernels, options)
            name = f"width:{options.width}/batch:{batch}"
            found = [f"{key.split('/')[1]} {ms:.2f} ({ms / floor:.2f})"
                     for key, ms in measured.items()
                     if key.startswith(kind) and key.endswith(name)]
            print(f"{kind + '/' + name:34} {sum(k.flops for k in kernels) / 1e9:9.1f} "
                  f"{sum(k.bytes for k in kernels) / 1e6:9.1f} {operations:8.3f} {moved:8.3f} "
                  f"{floor:8.3f}  {', '.join(found)}")
            if options.kernels:
                print_kernels(kernels, options)


main()
