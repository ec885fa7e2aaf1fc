"""Exact products with a Hessian by double backward (Pearlmutter 1994, reverse over reverse)."""

import torch
from torch.nn import functional as F


class Hessian:
    """Of the mean cross-entropy of `model` over all samples of `batches`; vectors are flat."""

    def __init__(self, model, batches):
        self.model = model
        self.batches = batches
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        self.dimension = sum(p.numel() for p in self.parameters)
        self.products = 0

    def parts(self, vector):
        pieces = vector.split([p.numel() for p in self.parameters])
        return [piece.view_as(p) for piece, p in zip(pieces, self.parameters)]

    def mean_over_batches(self, result):
        """The mean, weighted by samples, of result(loss) over the batches."""
        samples = sum(len(labels) for _, labels in self.batches)
        return sum(len(labels) / samples * result(F.cross_entropy(self.model(images), labels))
                   for images, labels in self.batches)

    def loss(self):
        with torch.no_grad():
            return self.mean_over_batches(lambda loss: loss).item()

    def gradient(self):
        return self.mean_over_batches(
            lambda loss: flat(torch.autograd.grad(loss, self.parameters)))

    def apply(self, vector):
        """H v."""
        self.products += 1
        parts = self.parts(vector)

        def product(loss):
            gradient = torch.autograd.grad(loss, self.parameters, create_graph=True)
            return flat(torch.autograd.grad(gradient, self.parameters, grad_outputs=parts))

        return self.mean_over_batches(product)


def flat(tensors):
    return torch.cat([tensor.reshape(-1) for tensor in tensors])
