"""ResNet-18 for 32x32 images with the three heads, as a PyTorch user would write them.

Every module can be scripted. forward() returns (logits (B,C), balance loss, a scalar).
"""

import torch
from torch import nn
from torch.nn import functional as F

CLASSES = 10
EXPERTS = 8
EXPERT_HIDDEN = 64
DROPOUT = 0.1


def conv_norm(inputs, outputs, kernel, stride):
    return (
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
    )


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.bn1 = conv_norm(inputs, outputs, 3, stride)
        self.conv2, self.bn2 = conv_norm(outputs, outputs, 3, 1)
        self.relu = nn.ReLU(inplace=True)
        same = stride == 1 and inputs == outputs
        self.downsample = nn.Sequential(*([] if same else conv_norm(inputs, outputs, 1, stride)))

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += self.downsample(x)
        return self.relu(y)


class ResNet18(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1, self.bn1 = conv_norm(3, width, 3, 1)
        self.relu = nn.ReLU(inplace=True)
        blocks, inputs = [], width
        for stage in range(4):
            for block in range(2):
                stride = 2 if stage > 0 and block == 0 else 1
                blocks.append(BasicBlock(inputs, width << stage, stride))
                inputs = width << stage
        self.blocks = nn.Sequential(*blocks)

    def forward(self, x):
        h = self.blocks(self.relu(self.bn1(self.conv1(x))))
        return torch.flatten(F.adaptive_avg_pool2d(h, 1), 1)


def mlp(features, hidden):
    return nn.Sequential(
        nn.Linear(features, hidden), nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(hidden, CLASSES)
    )


def squared_variation(x):
    return x.var(unbiased=False) / (x.mean() ** 2 + 1e-10)


class DenseHead(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.fc = mlp(features, 512)

    def forward(self, h):
        return self.fc(h), h.new_zeros(())


class SoftHead(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.gate = nn.Linear(features, EXPERTS)
        self.dropout = nn.Dropout(DROPOUT)
        self.experts = nn.ModuleList([mlp(features, EXPERT_HIDDEN) for _ in range(EXPERTS)])

    def forward(self, h):
        probs = torch.softmax(self.dropout(self.gate(self.dropout(h))), dim=1)
        outputs = torch.stack([expert(h) for expert in self.experts], dim=1)
        mean = probs.mean(dim=0)
        balance = (mean * torch.log(mean * mean.numel() + 1e-10)).sum()
        return (probs.unsqueeze(2) * outputs).sum(dim=1), 0.05 * balance


class SparseHead(nn.Module):
    """Noisy top-2 gate; a loop over the experts, each on the rows that chose it."""

    def __init__(self, features):
        super().__init__()
        self.classes = CLASSES
        self.gate = nn.Linear(features, EXPERTS)
        self.noise = nn.Linear(features, EXPERTS)
        self.dropout = nn.Dropout(DROPOUT)
        self.experts = nn.ModuleList([mlp(features, EXPERT_HIDDEN) for _ in range(EXPERTS)])

    def gate_logits(self, h):
        x = self.dropout(h)
        logits = self.gate(x)
        logits = (logits - logits.mean(1, keepdim=True)) / (logits.std(1, keepdim=True) + 1e-5)
        if self.training:
            logits = logits + torch.randn_like(logits) * (F.softplus(self.noise(x)) + 0.3)
        return self.dropout(logits)

    def forward(self, h):
        top, chosen = self.gate_logits(h).topk(2, dim=1)
        weights = torch.softmax(top, dim=1)
        logits = h.new_zeros([h.size(0), self.classes])
        for i, expert in enumerate(self.experts):
            found = torch.where(chosen == i)
            if found[0].numel() > 0:
                weight = weights[found[0], found[1]].unsqueeze(1)
                logits = logits.index_add(0, found[0], weight * expert(h[found[0]]))
        importance = h.new_zeros([h.size(0), len(self.experts)]).scatter(1, chosen, weights)
        return logits, 0.2 * squared_variation(importance.sum(dim=0))


HEADS = {"dense": DenseHead, "soft": SoftHead, "sparse": SparseHead}


class Classifier(nn.Module):
    def __init__(self, head, width):
        super().__init__()
        self.backbone = ResNet18(width)
        self.head = HEADS[head](8 * width)

    def forward(self, x):
        return self.head(self.backbone(x))
