"""Times steps of models in PyTorch.

Reads requests as JSON lines on standard input, each
  {"kind", "mode", "head", "width", "batch", "threads", "device", "precision",
   "warm_up", "repetitions", "steps"}
and answers each with {"ms": [...], "version": ..., "memory": MiB of the device, null on the CPU}: a
number for each repetition, the mean over its `steps` steps.
"""

import contextlib
import json
import sys
import time

import torch
from torch.nn import functional as F

from torch_model import CLASSES, Classifier


def arithmetic(request):
    """The context that computes in the precision asked for."""
    tf32 = request["precision"] == "tf32"
    torch.backends.cuda.matmul.allow_tf32 = tf32
    torch.backends.cudnn.allow_tf32 = tf32
    torch.backends.cudnn.benchmark = True
    if request["precision"] == "bf16":
        return lambda: torch.autocast(request["device"], torch.bfloat16)
    return contextlib.nullcontext


def inference_step(model, images, context):
    def step():
        with torch.no_grad(), context():
            model(images)

    return step


def training_step(model, images, context):
    labels = torch.arange(images.size(0), device=images.device) % CLASSES
    sgd = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, weight_decay=5e-4)

    def step():
        sgd.zero_grad(set_to_none=True)
        with context():
            logits, balance = model(images)
            loss = F.cross_entropy(logits, labels) + balance
        loss.backward()
        sgd.step()
        if images.device.type == "cpu":
            loss.item()

    return step


def make_step(request):
    torch.manual_seed(0)
    model = Classifier(request["head"], request["width"]).to(request["device"])
    images = torch.randn(request["batch"], 3, 32, 32, device=request["device"])
    mode = request["mode"]
    if mode != "frozen" and not mode.endswith("contiguous"):
        model = model.to(memory_format=torch.channels_last)
        images = images.to(memory_format=torch.channels_last)
    training = request["kind"] == "training"
    model.train(training)
    if mode == "frozen":
        model = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.script(model)))
    if mode == "compiled":
        torch._dynamo.reset()
        model = torch.compile(model, mode="reduce-overhead")  # with CUDA graphs
    make = training_step if training else inference_step
    return make(model, images, arithmetic(request))


def synchronize(request):
    if request["device"] == "cuda":
        torch.cuda.synchronize()


def peak_memory(request):
    if request["device"] == "cuda":
        return torch.cuda.max_memory_allocated() / 2**20
    return None


def time_steps(request):
    if request["device"] == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    step = make_step(request)
    times = []
    for i in range(request["warm_up"] + request["repetitions"]):
        synchronize(request)
        start = time.perf_counter()
        for _ in range(request["steps"]):
            step()
        synchronize(request)
        if i >= request["warm_up"]:
            times.append(1e3 * (time.perf_counter() - start) / request["steps"])
    return {"ms": times, "version": torch.__version__, "memory": peak_memory(request)}


def main():
    for line in sys.stdin:
        request = json.loads(line)
        torch.set_num_threads(request["threads"])
        print(json.dumps(time_steps(request)), flush=True)


main()
