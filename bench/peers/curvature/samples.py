"""The fixed samples of CIFAR-10 that curvature is computed on."""

from pathlib import Path

import numpy
import torch

MEAN = (0.4914, 0.4822, 0.4465)
DEVIATION = (0.2470, 0.2435, 0.2616)
VALIDATION = 5000


def generator(seed):
    return torch.Generator().manual_seed(seed)


def read_records(files):
    """Images (N,3,32,32) as bytes and labels (N), of CIFAR-10's binary files."""
    records = numpy.concatenate([numpy.fromfile(file, numpy.uint8) for file in files])
    records = records.reshape(-1, 1 + 3 * 32 * 32)
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0]


def normalised(images, dtype):
    mean, deviation = (torch.tensor(x, dtype=dtype).view(3, 1, 1) for x in (MEAN, DEVIATION))
    return (torch.from_numpy(images).to(dtype) / 255 - mean) / deviation


def fixed_batches(folder, split, count, batch, split_seed, subset_seed, dtype):
    """[(images, labels), ...]: the first `count` of torch.randperm over a split of the images."""
    names = ["test_batch.bin"] if split == "test" else [f"data_batch_{i}.bin" for i in range(1, 6)]
    images, labels = read_records([Path(folder) / name for name in names])
    pool = torch.arange(len(labels))
    if split != "test":
        sizes = [len(labels) - VALIDATION, VALIDATION]
        parts = torch.utils.data.random_split(pool, sizes, generator(split_seed))
        pool = torch.tensor(parts[split == "val"].indices)
    chosen = pool[torch.randperm(len(pool), generator=generator(subset_seed))[:count]].numpy()
    batches = zip(normalised(images[chosen], dtype).split(batch),
                  torch.from_numpy(labels[chosen].astype(numpy.int64)).split(batch))
    return list(batches)
