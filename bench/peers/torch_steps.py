"""Times steps of one model in PyTorch; prints {"ms": [...], "version": ...} as JSON.

usage: torch_steps.py MODE HEAD WIDTH BATCH THREADS WARM_UP REPETITIONS
"""

import json
import sys
import time

import torch
from torch.nn import functional as F

from torch_model import CLASSES, Classifier


def inference_step(model, images):
    def step():
        with torch.no_grad():
            model(images)

    return step


def training_step(model, images):
    labels = torch.arange(images.size(0)) % CLASSES
    sgd = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, weight_decay=5e-4)

    def step():
        sgd.zero_grad(set_to_none=True)
        logits, balance = model(images)
        loss = F.cross_entropy(logits, labels) + balance
        loss.backward()
        sgd.step()
        loss.item()

    return step


def frozen(model, images):
    model = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.script(model)))
    return inference_step(model, images)


def make_step(mode, model, images):
    if mode in ("channels-last", "eager-channels-last"):
        model = model.to(memory_format=torch.channels_last)
        images = images.to(memory_format=torch.channels_last)
    if mode in ("contiguous", "channels-last"):
        return training_step(model.train(), images)
    make = frozen if mode == "frozen" else inference_step
    return make(model.eval(), images)


def main():
    mode, head = sys.argv[1:3]
    width, batch, threads, warm_up, repetitions = map(int, sys.argv[3:])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    step = make_step(mode, Classifier(head, width), torch.randn(batch, 3, 32, 32))
    times = []
    for i in range(warm_up + repetitions):
        start = time.perf_counter()
        step()
        if i >= warm_up:
            times.append(1e3 * (time.perf_counter() - start))
    print(json.dumps({"ms": times, "version": torch.__version__}))


main()
