"""Largest eigenvalues and trace of a run's Hessian by one of the programs of PyTorch's world.

Reads one request as JSON from standard input:
  {"program": pyhessian | arpack | curvlinops, "run", "checkpoint", "split", "samples", "batch",
   "subset_seed", "precision", "threads", "seed", "top", "tolerance", "max_iterations",
   "trace_probes": at most, "trace_tolerance": PyHessian's own rule, or "trace_error": relative
   standard error to reach}
and answers {"loss", "gradient_norm", "eigenvalues": {values, residuals (relative), products,
seconds}, "trace": {value, standard_error, products, seconds}}. Residuals are taken afterwards, in
nobody's time.
"""

import json
import statistics
import sys
import time

import numpy
import torch
from pyhessian import hessian
from scipy.sparse.linalg import LinearOperator, eigsh
from torch.nn import functional as F

from checkpoint import dtype_of, load_model, read_settings
from double_backward import Hessian, flat
from samples import fixed_batches, generator

PROBES_AT_ONCE = 5
FEWEST_PROBES = 10


class PyHessian:
    def __init__(self, operator):
        self.products = 0
        self.hessian = hessian(operator.model, F.cross_entropy, dataloader=operator.batches,
                               cuda=False)
        product = self.hessian.dataloader_hv_product

        def counted(vector):
            self.products += 1
            return product(vector)

        self.hessian.dataloader_hv_product = counted

    def eigenpairs(self, request):
        values, vectors = self.hessian.eigenvalues(
            maxIter=request["max_iterations"], tol=request["tolerance"], top_n=request["top"])
        return values, [flat(vector) for vector in vectors]

    def trace_samples(self, probes, tolerance):
        return self.hessian.trace(maxIter=probes, tol=tolerance)


class Arpack:
    """ARPACK's implicitly restarted Lanczos and Hutchinson's estimator, on double backward."""

    def __init__(self, operator):
        self.operator = operator
        self.dtype = operator.parameters[0].dtype

    @property
    def products(self):
        return self.operator.products

    def eigenpairs(self, request):
        n = self.operator.dimension
        linear = LinearOperator(
            (n, n), dtype=torch.empty(0, dtype=self.dtype).numpy().dtype,
            matvec=lambda x: self.operator.apply(torch.from_numpy(x.copy())).numpy())
        start = torch.randn(n, generator=generator(request["seed"])).to(self.dtype).numpy()
        values, vectors = eigsh(linear, k=request["top"], which="LA", v0=start,
                                tol=request["tolerance"], maxiter=request["max_iterations"])
        order = numpy.argsort(-values)
        return values[order].tolist(), list(torch.from_numpy(vectors.T[order].copy()))

    def trace_samples(self, probes, _):
        signs = [2.0 * torch.randint(2, (self.operator.dimension,)).to(self.dtype) - 1
                 for _ in range(probes)]
        return [torch.dot(sign, self.operator.apply(sign)).item() for sign in signs]


class Curvlinops(Arpack):
    """The same with the products of curvlinops (PyTorch 2): torch.func's jvp of jacrev."""

    def __init__(self, operator):
        from curvlinops import HessianLinearOperator

        super().__init__(Hessian(operator.model, operator.batches))
        linear = HessianLinearOperator(
            operator.model, torch.nn.CrossEntropyLoss(), operator.parameters, operator.batches,
            check_deterministic=False)

        def apply(vector):
            self.operator.products += 1
            return linear @ vector

        self.operator.apply = apply


SOLVERS = {"pyhessian": PyHessian, "arpack": Arpack, "curvlinops": Curvlinops}


def trace_samples(solver, request):
    if "trace_tolerance" in request:
        return solver.trace_samples(request["trace_probes"], request["trace_tolerance"])
    samples = solver.trace_samples(FEWEST_PROBES, float("-inf"))
    while len(samples) < request["trace_probes"] and \
            standard_error(samples) > request["trace_error"] * abs(statistics.mean(samples)):
        samples += solver.trace_samples(PROBES_AT_ONCE, float("-inf"))
    return samples


def standard_error(samples):
    return statistics.stdev(samples) / len(samples) ** 0.5 if len(samples) > 1 else float("inf")


def relative_residuals(operator, values, vectors):
    return [((operator.apply(v) - value * v).norm() / (abs(value) * v.norm())).item()
            for value, v in zip(values, vectors)]


def timed(solver, work):
    products, start = solver.products, time.perf_counter()
    result = work()
    return result, {"products": solver.products - products,
                    "seconds": time.perf_counter() - start}


def solve(request):
    settings, dtype = read_settings(request["run"]), dtype_of(request["precision"])
    torch.set_default_dtype(dtype)
    batches = fixed_batches(settings["data"], request["split"], request["samples"],
                            request["batch"], int(settings["split-seed"]),
                            request["subset_seed"], dtype)
    operator = Hessian(load_model(request["run"], request["checkpoint"], dtype), batches)
    torch.manual_seed(request["seed"])
    answer = {"loss": operator.loss(), "gradient_norm": operator.gradient().norm().item()}
    solver = SOLVERS[request["program"]](operator)
    if request["top"] > 0:
        (values, vectors), cost = timed(solver, lambda: solver.eigenpairs(request))
        residuals = relative_residuals(operator, values, vectors)
        answer["eigenvalues"] = dict(cost, values=values, residuals=residuals)
    if request["trace_probes"] > 0:
        samples, cost = timed(solver, lambda: trace_samples(solver, request))
        answer["trace"] = dict(cost, value=statistics.mean(samples),
                               standard_error=standard_error(samples))
    return answer


def main():
    request = json.load(sys.stdin)
    torch.set_num_threads(request["threads"])
    print(json.dumps(solve(request)))


main()
