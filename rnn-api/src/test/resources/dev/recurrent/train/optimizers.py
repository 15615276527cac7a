"""Makes optimizers.csv: how PyTorch's optimizers move eight parameters in 10,000 steps, in float64.

python optimizers.py > optimizers.csv

The loss of step t (from 0) is the sum over i of a_i / 2 (p_i - c_i)^2 + n_ti p_i with
  a_i  = (i + 1) / 8
  c_i  = i % 3 - 1
  n_ti = (((t * 7919 + i * 104729) % 2039) - 1019) / 1024, noise of mean 0
and p_i begins at (i - 3.5) / 4. OptimizerContract computes the same.
"""

import torch

torch.set_default_dtype(torch.float64)
SIZE = 8
STEPS = (1, 10, 100, 1000, 10_000)

OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=1 / 64),
    "sgd-momentum": lambda p: torch.optim.SGD(p, lr=1 / 128, momentum=0.9, weight_decay=0.01),
    "sgd-nesterov": lambda p: torch.optim.SGD(
        p, lr=1 / 128, momentum=0.9, nesterov=True, weight_decay=0.01
    ),
    "adam": lambda p: torch.optim.Adam(p, lr=1 / 128),
    "adam-decay": lambda p: torch.optim.Adam(p, lr=1 / 128, betas=(0.8, 0.99), weight_decay=0.05),
    "adamw": lambda p: torch.optim.AdamW(p, lr=1 / 128, weight_decay=0.05),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=1 / 256),
    "rmsprop-momentum": lambda p: torch.optim.RMSprop(
        p, lr=1 / 512, alpha=0.95, momentum=0.9, weight_decay=0.01
    ),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=1 / 16),
    "adagrad-decay": lambda p: torch.optim.Adagrad(
        p, lr=1 / 8, lr_decay=1e-4, weight_decay=0.01, initial_accumulator_value=0.1
    ),
}


def main():
    i = torch.arange(SIZE)
    a = (i + 1) / 8
    c = (i % 3 - 1).to(torch.float64)
    print("optimizer,step," + ",".join(f"p{k}" for k in range(SIZE)))
    for name, make in OPTIMIZERS.items():
        p = ((i - 3.5) / 4).clone().requires_grad_()
        optimizer = make([p])
        for t in range(STEPS[-1]):
            noise = ((t * 7919 + i * 104729) % 2039 - 1019) / 1024
            optimizer.zero_grad()
            (a / 2 * (p - c) ** 2 + noise * p).sum().backward()
            optimizer.step()
            if t + 1 in STEPS:
                print(f"{name},{t + 1}," + ",".join(repr(v) for v in p.tolist()))


if __name__ == "__main__":
    main()
