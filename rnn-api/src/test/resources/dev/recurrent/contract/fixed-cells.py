"""Computes the cells of fixed-cells.txt with PyTorch in double precision, forward and backward, and writes
fixed-cells.f64 beside it: little-endian doubles, cell after cell. FixedCells.java says in which order.

Needs torch. Run it where it lies: python fixed-cells.py
"""

import array
import math
import pathlib
import struct
import sys

import torch

M32, M64 = (1 << 32) - 1, (1 << 64) - 1
HERE = pathlib.Path(__file__).parent


# What dev.recurrent.spi.RandomBits defines: whatever goes in, and the masks, are hashes.


def hash32(x):
    x ^= x >> 16
    x = x * 0x7FEB352D & M32
    x ^= x >> 15
    x = x * 0x846CA68B & M32
    return x ^ (x >> 16)


def mix(seed, salt):
    z = (seed + 0x9E3779B97F4A7C15 * (salt + 1)) & M64
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & M64
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & M64
    return z ^ (z >> 31)


def row_key(seed, row):
    return hash32(seed & M32 ^ hash32((row + (seed >> 32)) & M32))


def uniform(key, unit):
    return (hash32((key + unit * 0x9E3779B9) & M32) >> 8) * 2.0**-24


def float32(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def numbers(seed, name, count, limit=1.0):
    java_hash = 0
    for letter in name:
        java_hash = (java_hash * 31 + ord(letter)) & M32
    key = row_key(seed, java_hash)
    return [float32((2 * uniform(key, k) - 1) * limit) for k in range(count)]


def leaf(rows):
    return torch.tensor(rows, dtype=torch.float64, requires_grad=True)


class ClipGradient(torch.autograd.Function):
    @staticmethod
    def forward(context, a, limit):
        context.limit = limit
        return a.view_as(a)

    @staticmethod
    def backward(context, gradient):
        return gradient.clamp(-context.limit, context.limit), None


UNARY = {
    "SIGMOID": torch.sigmoid,
    "TANH": torch.tanh,
    "RELU": torch.relu,
    "EXP": torch.exp,
    "LOG": torch.log,
    "SQRT": torch.sqrt,
    "NEGATE": torch.neg,
    "RECIPROCAL": torch.reciprocal,
    "SOFTPLUS": lambda a: torch.logaddexp(a, torch.zeros_like(a)),
}
BINARY = {
    "PLUS": torch.add,
    "MINUS": torch.sub,
    "TIMES": torch.mul,
    "DIVIDE": torch.div,
    "MAX": lambda a, b: torch.where(a >= b, a, b),  # where they are equal the gradient goes to a
    "MIN": lambda a, b: torch.where(a <= b, a, b),
}


class Line:
    def __init__(self, kind, width, number, operands):
        self.kind, self.width, self.number, self.operands = kind, width, float(number), operands


class Cell:
    """One cell with its parameters, which are named and ordered as CellBuilder does it."""

    def __init__(self, text):
        sizes = text[0].split()
        self.input, self.hidden, self.bias = int(sizes[1]), int(sizes[2]), sizes[3] == "WITH"
        self.lengths = [int(n) for n in text[1].split()[1:]]
        run = text[2].split()
        self.reverse, self.training, self.seed = run[1] == "REVERSE", run[2] == "TRAINING", int(run[3])
        self.name = text[3].split()[1]
        self.lines, self.states = [], []
        for row in text[4:]:
            fields = row.split()
            if fields[0] == "next":
                self.states.append((self.width(fields[1]), int(fields[2])))
            elif fields[0] == "output":
                self.output, self.zoneout, self.dropout = int(fields[1]), float(fields[2]), float(fields[3])
            else:
                width = self.width(fields[1])
                self.lines.append(Line(fields[0], width, fields[2], [int(k) for k in fields[3:]]))
        self.parameters = {}
        self.rows = {}  # by parameter, the rows given away so far
        self.places = {}  # by line and operand: parameter and first row
        self.lay_out()
        for name, (rows, columns) in self.parameters.items():
            limit = 1.5 / math.sqrt(columns)
            self.parameters[name] = leaf(
                [numbers(self.seed, f"{name} {row}", columns, limit) for row in range(rows)]
            )

    def width(self, name):
        sizes = {"SCALAR": 1, "ONE": 1, "HALF": max(1, self.hidden // 2), "HIDDEN": self.hidden}
        return {**sizes, "ONE_MORE": self.hidden + 1, "INPUT": self.input}[name]

    def lay_out(self):
        inner = {}  # the weight of each computed value
        for i, line in enumerate(self.lines):
            if line.kind in ("LINEAR", "PRODUCT"):
                for operand in line.operands:
                    value = self.lines[operand]
                    if value.kind == "INPUT":
                        name = "weight_input"
                    elif value.kind == "STATE":
                        name = f"weight_s{int(value.number)}"
                    elif operand in inner:
                        name = inner[operand]
                    else:
                        first = f"weight_n{i}_inner"
                        tries = [first] + [f"{first}_{k}" for k in range(2, 9)]
                        name = next(n for n in tries if n not in self.parameters)
                        inner[operand] = name
                    self.places[i, operand] = self.give(name, line.width, value.width)
                if line.kind == "LINEAR" and self.bias:
                    self.places[i, "bias"] = self.give("bias", line.width, 1)
            elif line.kind == "VECTOR":
                self.places[i, "vector"] = self.give(f"v{i}", line.width, 1)

    def give(self, name, rows, columns):
        first = self.parameters.get(name, (0, columns))[0]
        self.parameters[name] = (first + rows, columns)
        return name, first

    def part(self, i, what):
        name, first = self.places[i, what]
        return self.parameters[name][first : first + self.lines[i].width]

    def mask(self, keep, width, of_sequence, sequence, t):
        index, self.masks = self.masks, self.masks + 1
        if not self.training:
            return torch.full((width,), keep, dtype=torch.float64)
        seed = mix(self.seed, index)
        key = row_key(seed if of_sequence else mix(seed, t), sequence)
        kept = [1.0 if uniform(key, unit) < float32(keep) else 0.0 for unit in range(width)]
        return torch.tensor(kept, dtype=torch.float64)

    def seen(self, value, sequence, t):
        """What weights see of a value behind recurrent dropout; a value is (numbers, state in it)."""
        if self.dropout == 0 or value[1] is None:
            return value[0]
        if value[1] not in self.dropped:
            mask = self.mask(1 - self.dropout, len(value[0]), True, sequence, t)
            self.dropped[value[1]] = mask / (1 - self.dropout)
        return value[0] * self.dropped[value[1]]

    def step(self, x, before, sequence, t):
        self.masks, self.dropped = 0, {}
        values = []  # numbers; which state this is or has as a factor; whether it is a state itself
        for i, line in enumerate(self.lines):
            v = [values[k] for k in line.operands]
            state, direct = None, False
            if line.kind == "INPUT":
                y = x
            elif line.kind == "STATE":
                state, direct = int(line.number), True
                y = before[state]
            elif line.kind == "VECTOR":
                y = self.part(i, "vector")[:, 0]
            elif line.kind == "CONSTANT":
                y = torch.tensor([line.number], dtype=torch.float64)
            elif line.kind in ("STEP_MASK", "SEQUENCE_MASK"):
                y = self.mask(1 - line.number, line.width, line.kind == "SEQUENCE_MASK", sequence, t)
            elif line.kind in ("LINEAR", "PRODUCT"):
                y = sum(self.part(i, k) @ self.seen(values[k], sequence, t) for k in line.operands)
                if (i, "bias") in self.places:
                    y = y + self.part(i, "bias")[:, 0]
            elif line.kind in UNARY:
                y = UNARY[line.kind](v[0][0])
            elif line.kind == "TIMES":
                vectors = [self.lines[k].kind == "VECTOR" for k in line.operands]
                a, b = v[0][0], v[1][0]
                factors = [v[0], v[1]]
                if vectors[0] != vectors[1]:
                    other = 0 if vectors[1] else 1
                    masked = self.seen(v[other], sequence, t)
                    if masked is not v[other][0]:  # no longer the state itself
                        factors[other] = (masked, None, False)
                    a, b = (masked, b) if other == 0 else (a, masked)
                y = a * b
                state = next((f[1] for f in factors if f[2]), None)
            elif line.kind in BINARY:
                y = BINARY[line.kind](v[0][0], v[1][0])
            elif line.kind == "MEAN":
                y = v[0][0].mean(0, keepdim=True)
            elif line.kind == "LAYER_NORM":
                centred = v[0][0] - v[0][0].mean()
                y = centred / torch.sqrt((centred * centred).mean() + 1e-5)
            elif line.kind == "CLIP":
                y = ClipGradient.apply(v[0][0], line.number)
            else:
                raise ValueError(line.kind)
            values.append((y, state, direct))
        after = []
        for s, (width, value) in enumerate(self.states):
            y = values[value][0]
            if self.zoneout > 0:
                mask = self.mask(1 - self.zoneout, width, False, sequence, t)
                y = mask * y + (1 - mask) * before[s]
            after.append(y)
        return after

    def run(self):
        batch = range(len(self.lengths))
        name = lambda what, first, second: f"{what} {first} {second}"
        inputs = {
            (n, t): leaf(numbers(self.seed, name("input", n, t), self.input))
            for n in batch
            for t in range(self.lengths[n])
        }
        states = range(len(self.states))
        initial = [
            [leaf(numbers(self.seed, name("initial", s, n), self.states[s][0])) for n in batch] for s in states
        ]
        loss = torch.zeros((), dtype=torch.float64)
        outputs, final = {}, {}
        for n in batch:
            at = [initial[s][n] for s in states]
            steps = range(self.lengths[n])
            for t in reversed(steps) if self.reverse else steps:
                at = self.step(inputs[n, t], at, n, t)
                outputs[n, t] = at[self.output]
                weights = numbers(self.seed, name("dOutput", n, t), len(at[self.output]))
                loss = loss + torch.dot(at[self.output], torch.tensor(weights, dtype=torch.float64))
            for s in states:
                final[s, n] = at[s]
                weights = numbers(self.seed, name("dFinal", s, n), self.states[s][0])
                loss = loss + torch.dot(at[s], torch.tensor(weights, dtype=torch.float64))
        loss.backward()
        gradient = lambda v: torch.zeros_like(v) if v.grad is None else v.grad
        results = [outputs[k] for k in sorted(outputs)]
        results += [final[k] for k in sorted(final)]
        results += [gradient(inputs[k]) for k in sorted(inputs)]
        results += [gradient(row) for rows in initial for row in rows]
        results += [gradient(self.parameters[p]).flatten() for p in sorted(self.parameters)]
        return [number for result in results for number in result.tolist()]


def main():
    text = (HERE / "fixed-cells.txt").read_text().strip()
    numbers = array.array("d")
    for block in text.split("\n\n"):
        numbers.extend(Cell(block.splitlines()).run())
    if sys.byteorder == "big":
        numbers.byteswap()
    (HERE / "fixed-cells.f64").write_bytes(numbers.tobytes())
    print(f"{len(text.split(chr(10) * 2))} cells, {len(numbers)} numbers")


if __name__ == "__main__":
    main()
