"""ResNet-18 for 32x32 images with the four heads, as a PyTorch user would write them.

Every module can be scripted. forward() returns (logits (B,C), balance loss, a scalar). Names and
layouts of tensors are those of Switchyard's checkpoints.
"""

import torch
from torch import nn
from torch.nn import functional as F

CLASSES = 10
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


def stage(inputs, outputs, stride):
    return nn.Sequential(BasicBlock(inputs, outputs, stride), BasicBlock(outputs, outputs, 1))


class ResNet18(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1, self.bn1 = conv_norm(3, width, 3, 1)
        self.relu = nn.ReLU(inplace=True)
        self.layer1 = stage(width, width, 1)
        self.layer2 = stage(width, 2 * width, 2)
        self.layer3 = stage(2 * width, 4 * width, 2)
        self.layer4 = stage(4 * width, 8 * width, 2)

    def forward(self, x):
        h = self.layer1(self.relu(self.bn1(self.conv1(x))))
        h = self.layer4(self.layer3(self.layer2(h)))
        return torch.flatten(F.adaptive_avg_pool2d(h, 1), 1)


def squared_variation(x):
    return x.var(unbiased=False) / (x.mean() ** 2 + 1e-10)


class DenseHead(nn.Module):
    def __init__(self, features, hidden=512):
        super().__init__()
        self.fc = nn.Sequential(
            nn.Linear(features, hidden), nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(hidden, CLASSES)
        )

    def forward(self, h):
        return self.fc(h), h.new_zeros(())


class Expert(nn.Module):
    def __init__(self, features, hidden):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, CLASSES))
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, h):
        return self.net[2](self.dropout(self.net[1](self.net[0](h))))


class SoftHead(nn.Module):
    def __init__(self, features, hidden=64, experts=8):
        super().__init__()
        self.gate = nn.Linear(features, experts)
        self.dropout = nn.Dropout(DROPOUT)
        self.experts = nn.ModuleList([Expert(features, hidden) for _ in range(experts)])

    def forward(self, h):
        probs = torch.softmax(self.dropout(self.gate(self.dropout(h))), dim=1)
        outputs = torch.stack([expert(h) for expert in self.experts], dim=1)
        mean = probs.mean(dim=0)
        balance = (mean * torch.log(mean * mean.numel() + 1e-10)).sum()
        return (probs.unsqueeze(2) * outputs).sum(dim=1), 0.05 * balance


class NoisyGate(nn.Module):
    """Logits of the experts, standardised for each sample, with learned noise in training."""

    def __init__(self, features, experts):
        super().__init__()
        self.w_gate = nn.Linear(features, experts)
        self.w_noise = nn.Linear(features, experts)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, h):
        x = self.dropout(h)
        logits = self.w_gate(x)
        logits = (logits - logits.mean(1, keepdim=True)) / (logits.std(1, keepdim=True) + 1e-5)
        if self.training:
            logits = logits + torch.randn_like(logits) * (F.softplus(self.w_noise(x)) + 0.3)
        return self.dropout(logits)


class SparseHead(nn.Module):
    """The top k experts, in a loop over the experts, each on the rows that chose it.

    Weights are a softmax over the chosen ones; with k = 1 the probability among all experts.
    """

    def __init__(self, features, hidden=64, experts=8, k=2):
        super().__init__()
        self.classes = CLASSES
        self.k = k
        self.gate = NoisyGate(features, experts)
        self.experts = nn.ModuleList([Expert(features, hidden) for _ in range(experts)])

    def forward(self, h):
        gate_logits = self.gate(h)
        top, chosen = gate_logits.topk(self.k, dim=1)
        if self.k == 1:
            weights = torch.softmax(gate_logits, dim=1).gather(1, chosen)
        else:
            weights = torch.softmax(top, dim=1)
        logits = h.new_zeros([h.size(0), self.classes])
        for i, expert in enumerate(self.experts):
            found = torch.where(chosen == i)
            weight = weights[found[0], found[1]].unsqueeze(1)
            logits = logits.index_add(0, found[0], weight * expert(h[found[0]]))
        importance = h.new_zeros([h.size(0), len(self.experts)]).scatter(1, chosen, weights)
        return logits, 0.2 * squared_variation(importance.sum(dim=0))


class HardHead(SparseHead):
    def __init__(self, features, hidden=64, experts=8):
        super().__init__(features, hidden, experts, k=1)


HEADS = {"dense": DenseHead, "soft": SoftHead, "sparse": SparseHead, "hard": HardHead}


class Classifier(nn.Module):
    """`settings` of the head: hidden, experts, k, where they are not the paper's."""

    def __init__(self, head, width, **settings):
        super().__init__()
        self.backbone = ResNet18(width)
        self.head = HEADS[head](8 * width, **settings)

    def forward(self, x):
        return self.head(self.backbone(x))
