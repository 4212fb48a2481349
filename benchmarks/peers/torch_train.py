"""Median time of one training step (forward, loss, backward, optimizer) in PyTorch, one JSON line a workload.

Usage: OMP_NUM_THREADS=2 /usr/bin/python3 torch_train.py [--dump FOLDER] [workload ...]
Each line carries the losses of the first five steps. --dump writes WORKLOAD.npz with the initial state ("state/NAME"),
the batch ("x", "y") and those losses, so that another framework can start from the same numbers and be compared.
OPENBLAS_CORETYPE is set on machines with AVX-512, some of which are newer than OpenBLAS 0.3.21 knows: without it the peer runs at a third.
It is not set on others, where it would end the process at an illegal instruction.
"""
import os
if "avx512f" in open("/proc/cpuinfo").read():
    os.environ.setdefault("OPENBLAS_CORETYPE", "SKYLAKEX")
os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))
import json, resource, sys, time
import numpy as np
import torch, torch.nn as nn, torch.nn.functional as F, torchvision as tv

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
torch.manual_seed(0)


class CharLstm(nn.Module):
    def __init__(self, vocabulary=65, hidden=256):
        super().__init__()
        self.embed, self.lstm, self.out = nn.Embedding(vocabulary, hidden), nn.LSTM(hidden, hidden, 2, batch_first=True), nn.Linear(hidden, vocabulary)

    def forward(self, x):
        h, _ = self.lstm(self.embed(x))
        return self.out(h).flatten(0, 1)


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.o = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.f1, self.f2, self.heads = nn.Linear(width, 4 * width), nn.Linear(4 * width, width), heads

    def forward(self, x, mask):
        b, t, d = x.shape
        q, k, v = [z.view(b, t, self.heads, d // self.heads).transpose(1, 2) for z in self.qkv(self.n1(x)).chunk(3, -1)]
        a = (q @ k.transpose(-1, -2) * (d // self.heads) ** -0.5).masked_fill(mask, float("-inf")).softmax(-1)
        x = x + self.o((a @ v).transpose(1, 2).reshape(b, t, d))
        return x + self.f2(F.gelu(self.f1(self.n2(x))))


class CharGpt(nn.Module):
    def __init__(self, vocabulary=65, width=256, heads=8, layers=6, context=128):
        super().__init__()
        self.embed, self.position = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.blocks = nn.ModuleList([Block(width, heads) for _ in range(layers)])
        self.norm, self.out = nn.LayerNorm(width), nn.Linear(width, vocabulary)
        self.register_buffer("mask", torch.triu(torch.ones(context, context, dtype=torch.bool), 1))

    def forward(self, x):
        z = self.embed(x) + self.position.weight[: x.shape[1]]
        for block in self.blocks:
            z = block(z, self.mask)
        return self.out(self.norm(z)).flatten(0, 1)


def mlp(*widths):
    layers = []
    for a, b in zip(widths, widths[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def mnist_cnn():
    return nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Linear(128, 10))


def resnet18_cifar():
    model = tv.models.resnet18(num_classes=10)
    model.conv1, model.maxpool = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.Identity()
    return model


def ids(*shape):
    return torch.randint(0, 65, shape)


adam = lambda p: torch.optim.Adam(p)
adamw = lambda p: torch.optim.AdamW(p)
sgd = lambda p: torch.optim.SGD(p, 0.01, momentum=0.9)
WORKLOADS = {   # name: (model, input, target, optimizer, steps)
    "mlp-small": (lambda: mlp(784, 128, 10), lambda: torch.randn(64, 784), lambda: ids(64) % 10, adam, 400),
    "mlp-wide": (lambda: mlp(784, 1024, 1024, 10), lambda: torch.randn(256, 784), lambda: ids(256) % 10, adam, 60),
    "mnist-cnn": (mnist_cnn, lambda: torch.randn(64, 1, 28, 28), lambda: ids(64) % 10, adam, 20),
    "resnet18-cifar": (resnet18_cifar, lambda: torch.randn(32, 3, 32, 32), lambda: ids(32) % 10, sgd, 6),
    "mobilenetv2-224": (lambda: tv.models.mobilenet_v2(num_classes=10), lambda: torch.randn(8, 3, 224, 224), lambda: ids(8) % 10, sgd, 5),
    "char-lstm": (CharLstm, lambda: ids(32, 64), lambda: ids(2048), adam, 10),
    "char-gpt": (CharGpt, lambda: ids(16, 128), lambda: ids(2048), adamw, 8),
}

arguments = sys.argv[1:]
dump = arguments.pop(arguments.index("--dump") + 1) if "--dump" in arguments else None
for name in [a for a in arguments if a != "--dump"] or WORKLOADS:
    build, inputs, targets, optimizer, steps = WORKLOADS[name]
    torch.manual_seed(0)
    model, x, y = build(), inputs(), targets()
    state = {f"state/{k}": v.detach().numpy().copy() for k, v in model.state_dict().items()} if dump else {}
    opt, loss_of = optimizer(model.parameters()), nn.CrossEntropyLoss()

    def step():
        opt.zero_grad(set_to_none=True)
        loss = loss_of(model(x), y)
        loss.backward()
        opt.step()
        return loss.item()

    losses = [step() for _ in range(5)]
    if dump:
        np.savez(os.path.join(dump, name), x=x.numpy(), y=y.numpy(), losses=np.float32(losses), **state)
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    times.sort()
    print(json.dumps({"workload": name, "median_ms": round(times[len(times) // 2] * 1e3, 3), "min_ms": round(times[0] * 1e3, 3), "losses": [round(l, 6) for l in losses],
                      "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10}), flush=True)
