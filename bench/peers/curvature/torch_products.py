"""Times gradients and exact Hessian-vector products of the mean cross-entropy in PyTorch.

Reads one request as JSON from standard input:
  {"quantity", "mode", "head", "width", "batch", "threads", "device", "warm_up", "repetitions"}
and answers {"ms": [...], "version": ..., "memory": MiB of the device, null on the CPU}.

quantity  gradient    forward and backward
          product     H v from the start
          retained    H v where the gradient's graph is there already
mode      contiguous, channels-last   double backward
          eager, compiled             torch.func: jvp of grad (PyTorch 2), no retained graph
"""

import json
import sys
import time

import torch
from torch.nn import functional as F

from checkpoint import Logits
from torch_model import CLASSES, Classifier


def double_backward(model, images, labels, quantity):
    parameters = [p for p in model.parameters() if p.requires_grad]
    direction = [torch.randn_like(p) for p in parameters]

    def gradient(graph):
        loss = F.cross_entropy(model(images), labels)
        return torch.autograd.grad(loss, parameters, create_graph=graph)

    def product(gradients, keep):
        torch.autograd.grad(gradients, parameters, grad_outputs=direction, retain_graph=keep)

    if quantity == "gradient":
        return lambda: gradient(False)
    if quantity == "product":
        return lambda: product(gradient(True), False)
    kept = gradient(True)
    return lambda: product(kept, True)


def forward_over_reverse(model, images, labels, quantity, compiled):
    from torch.func import functional_call, grad, jvp

    parameters = {name: p.detach() for name, p in model.named_parameters() if p.requires_grad}
    direction = {name: torch.randn_like(p) for name, p in parameters.items()}

    def loss(values):
        return F.cross_entropy(functional_call(model, values, (images,)), labels)

    def product(values, tangents):
        return jvp(grad(loss), (values,), (tangents,))[1]

    gradient = grad(loss)
    if compiled:
        gradient, product = torch.compile(gradient), torch.compile(product)
    if quantity == "gradient":
        return lambda: gradient(parameters)
    return lambda: product(parameters, direction)


def make_step(request):
    torch.manual_seed(0)
    model = Logits(Classifier(request["head"], request["width"])).to(request["device"])
    images = torch.randn(request["batch"], 3, 32, 32, device=request["device"])
    labels = torch.arange(request["batch"], device=request["device"]) % CLASSES
    mode = request["mode"]
    if mode != "contiguous":
        model = model.to(memory_format=torch.channels_last)
        images = images.to(memory_format=torch.channels_last)
    if mode in ("eager", "compiled"):
        return forward_over_reverse(model, images, labels, request["quantity"], mode == "compiled")
    return double_backward(model, images, labels, request["quantity"])


def time_steps(request):
    on_device = request["device"] == "cuda"
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = False
    step = make_step(request)
    times = []
    for i in range(request["warm_up"] + request["repetitions"]):
        if on_device:
            torch.cuda.synchronize()
        start = time.perf_counter()
        step()
        if on_device:
            torch.cuda.synchronize()
        if i >= request["warm_up"]:
            times.append(1e3 * (time.perf_counter() - start))
    memory = torch.cuda.max_memory_allocated() / 2**20 if on_device else None
    return {"ms": times, "version": torch.__version__, "memory": memory}


def main():
    request = json.load(sys.stdin)
    torch.set_num_threads(request["threads"])
    print(json.dumps(time_steps(request)))


main()
