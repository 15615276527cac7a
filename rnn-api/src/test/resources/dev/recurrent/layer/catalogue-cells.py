"""Computes the cells of the catalogue from their papers, in PyTorch and double precision.

    python catalogue-cells.py > catalogue-cells.csv

Parameters and inputs are functions of their names and indices, so that the test makes the same ones. A row holds a
cell's name, what it is (output: [T, B, O]; input: the gradient of the input [T, B, I]; a parameter's name: the
products of its gradient with cos(0.3 i) and sin(0.7 i)), and numbers.
"""
import math

import torch

torch.set_default_dtype(torch.float64)
T, B, I, H, P = 5, 2, 3, 8, 2  # P: size of the projection


def parameter(name, *shape):
    """Returns 0.6 sin(0.37 s + 2.3 i), s being the sum of the name's characters."""
    s = sum(name.encode())
    n = math.prod(shape)
    return (0.6 * torch.sin(0.37 * s + 2.3 * torch.arange(n))).reshape(shape).requires_grad_()


def dense(size, operands, names, vectors=()):
    """Returns parameters: weights [size, operand], then vectors."""
    made = {n: parameter(n, size, o) for n, o in zip(names, operands)}
    made.update({n: parameter(n, s) for n, s in vectors})
    return made


def normalize(v, gain, shift, epsilon=1e-5):
    mean = v.mean(-1, keepdim=True)
    variance = ((v - mean) ** 2).mean(-1, keepdim=True)
    return (v - mean) / torch.sqrt(variance + epsilon) * gain + shift


sigmoid, tanh, relu = torch.sigmoid, torch.tanh, torch.relu


def elman(activation):
    p = dense(H, (I, H), ("weight_input", "weight_h"), [("bias", H)])

    def step(x, s):
        h = activation(x @ p["weight_input"].T + s[0] @ p["weight_h"].T + p["bias"])
        return h, [h]

    return p, [H], step


def jordan():
    p = dense(H, (I, H, H), ("weight_input", "weight_y", "weight_y_inner"), [("bias", 2 * H)])

    def step(x, s):
        h = tanh(x @ p["weight_input"].T + s[0] @ p["weight_y"].T + p["bias"][:H])
        y = tanh(h @ p["weight_y_inner"].T + p["bias"][H:])
        return y, [y]

    return p, [H], step


def lstm(peephole=False, projection=None):
    out = projection or H
    p = dense(4 * H, (I, out), ("weight_input", "weight_h"), [("bias", 4 * H)])
    if peephole:
        p.update({n: parameter(n, H) for n in ("pi", "pf", "po")})
    if projection:
        p["weight_r_inner"] = parameter("weight_r_inner", out, H)

    def step(x, s):
        h, c = s
        i, f, g, o = (x @ p["weight_input"].T + h @ p["weight_h"].T + p["bias"]).chunk(4, -1)
        if peephole:
            i, f = i + p["pi"] * c, f + p["pf"] * c
        c = sigmoid(f) * c + sigmoid(i) * tanh(g)
        if peephole:
            o = o + p["po"] * c
        h = sigmoid(o) * tanh(c)
        if projection:
            h = h @ p["weight_r_inner"].T
        return h, [h, c]

    return p, [out, H], step


def lstm_layernorm():
    p = dense(4 * H, (I, H), ("weight_input", "weight_h"))
    for name in ["xi", "hi", "xf", "hf", "xg", "hg", "xo", "ho", "c"]:
        p["gain_" + name] = parameter("gain_" + name, H)
        p["shift_" + name] = parameter("shift_" + name, H)

    def normal(name, v):
        return normalize(v, p["gain_" + name], p["shift_" + name])

    def step(x, s):
        h, c = s
        fromx = (x @ p["weight_input"].T).chunk(4, -1)
        fromh = (h @ p["weight_h"].T).chunk(4, -1)
        i, f, g, o = (normal("x" + n, a) + normal("h" + n, b) for n, a, b in zip("ifgo", fromx, fromh))
        c = sigmoid(f) * c + sigmoid(i) * tanh(g)
        h = sigmoid(o) * tanh(normal("c", c))
        return h, [h, c]

    return p, [H, H], step


def gru():
    p = dense(3 * H, (I, H), ("weight_input", "weight_h"), [("bias", 4 * H)])

    def step(x, s):
        (h,) = s
        br, bz, bn, bnh = p["bias"].chunk(4)
        xr, xz, xn = (x @ p["weight_input"].T).chunk(3, -1)
        hr, hz, hn = (h @ p["weight_h"].T).chunk(3, -1)
        r, z = sigmoid(xr + hr + br), sigmoid(xz + hz + bz)
        n = tanh(xn + bn + r * (hn + bnh))
        h = (1 - z) * n + z * h
        return h, [h]

    return p, [H], step


def gru_reset_before():
    p = dense(3 * H, (I,), ("weight_input",), [("bias", 3 * H)])
    p["weight_h"] = parameter("weight_h", 2 * H, H)
    p["weight_n_inner"] = parameter("weight_n_inner", H, H)

    def step(x, s):
        (h,) = s
        xr, xz, xn = (x @ p["weight_input"].T + p["bias"]).chunk(3, -1)
        hr, hz = (h @ p["weight_h"].T).chunk(2, -1)
        r, z = sigmoid(xr + hr), sigmoid(xz + hz)
        n = tanh(xn + (r * h) @ p["weight_n_inner"].T)
        h = (1 - z) * n + z * h
        return h, [h]

    return p, [H], step


def mgu():
    p = dense(2 * H, (I,), ("weight_input",), [("bias", 2 * H)])
    p["weight_h"] = parameter("weight_h", H, H)
    p["weight_n_inner"] = parameter("weight_n_inner", H, H)

    def step(x, s):
        (h,) = s
        xf, xn = (x @ p["weight_input"].T + p["bias"]).chunk(2, -1)
        f = sigmoid(xf + h @ p["weight_h"].T)
        n = tanh(xn + (f * h) @ p["weight_n_inner"].T)
        h = (1 - f) * h + f * n
        return h, [h]

    return p, [H], step


def indrnn():
    p = dense(H, (I,), ("weight_input",), [("bias", H), ("u", H)])

    def step(x, s):
        h = relu(x @ p["weight_input"].T + p["u"] * s[0] + p["bias"])
        return h, [h]

    return p, [H], step


def ugrnn():
    p = dense(2 * H, (I, H), ("weight_input", "weight_h"), [("bias", 2 * H)])

    def step(x, s):
        (h,) = s
        c, g = (x @ p["weight_input"].T + h @ p["weight_h"].T + p["bias"]).chunk(2, -1)
        g = sigmoid(g)
        h = g * h + (1 - g) * tanh(c)
        return h, [h]

    return p, [H], step


CELLS = {
    "elman": lambda: elman(tanh),
    "elman-relu": lambda: elman(relu),
    "jordan": jordan,
    "lstm": lstm,
    "lstm-peephole": lambda: lstm(peephole=True),
    "lstm-projection": lambda: lstm(projection=P),
    "lstm-layernorm": lstm_layernorm,
    "gru": gru,
    "gru-reset-before": gru_reset_before,
    "mgu": mgu,
    "indrnn": indrnn,
    "ugrnn": ugrnn,
}


def row(cell, what, values):
    print(",".join([cell, what] + ["%.9e" % v for v in values]))


for name, make in CELLS.items():
    parameters, sizes, step = make()
    x = torch.cos(0.9 * torch.arange(T * B * I) + 0.2).reshape(T, B, I).requires_grad_()
    state = [torch.zeros(B, size) for size in sizes]
    outputs = []
    for t in range(T):
        y, state = step(x[t], state)
        outputs.append(y)
    output = torch.stack(outputs)
    loss = (output.flatten() * torch.sin(0.5 * torch.arange(output.numel()) + 0.1)).sum()
    loss.backward()
    row(name, "output", output.flatten().tolist())
    row(name, "input", x.grad.flatten().tolist())
    for parameter_name, value in parameters.items():
        gradient = value.grad.flatten()
        i = torch.arange(gradient.numel())
        row(
            name,
            parameter_name,
            [(gradient * torch.cos(0.3 * i)).sum().item(), (gradient * torch.sin(0.7 * i)).sum().item()],
        )
