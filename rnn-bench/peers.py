"""Times one Python library on recurrent layers, one request a line.

usage: peers.py torch|jax|onnxruntime [--threads N]

Writes one line of JSON when it is ready, {"name": ..., "version": ...}, or {"missing": why} where the library is not
there. Then it answers each line of JSON on standard input with one on standard output:

  {"op": "time", "cell": "rnn|gru|lstm|lstm-peephole", "mode": "fwd|train|text", "input": I, "hidden": H, "batch": B,
   "steps": T, "layers": L, "warmup": seconds, "seconds": seconds}
      gives {"median_ms": ..., "calls": ...}
  {"op": "check", the same, "x": [T*B*I], "w": [G*H*I], "u": [G*H*H], "b": [G*H], "extra": [...]}
      gives {"y": [T*B*H]}: the output with these parameters, row-major, gates in PyTorch's order. extra holds the bias
      [H] of the GRU's product with the state, or the peephole weights [3*H]
  {"op": "check", mode "text", "parameters": [...], "text": [(T+1)*B]}
      gives {"y": [...]}: the losses of the first 5 training steps with these parameters, those of the embedding first

Either may give {"unsupported": why} or {"error": what}. fwd computes no gradients; train is forward and backward of the
sum of the output, with the gradients of all parameters but not of x; text is a whole training step of a character
model: embedding of size I, layers, a dense layer, cross entropy, clipping by norm, Adam. float32 throughout.
"""

import argparse
import json
import math
import os
import statistics
import sys
import time

SYMBOLS = 65
GATES = {"rnn": 1, "gru": 3, "lstm": 4, "lstm-peephole": 4}


class Unsupported(Exception):
    """Says why a library has nothing to time here."""


class Torch:
    """torch.nn's layers, and the peephole LSTM as a loop over the steps, as a user writes it."""

    def __init__(self, threads):
        import torch

        self.torch = torch
        torch.set_num_threads(threads)
        torch.manual_seed(0)
        self.version = torch.__version__

        class Peephole(torch.nn.Module):
            def __init__(self, inputs, hidden):
                super().__init__()
                self.w = torch.nn.Linear(inputs, 4 * hidden)
                self.u = torch.nn.Linear(hidden, 4 * hidden)
                self.p = torch.nn.Parameter(torch.zeros(3, hidden))

            def forward(self, x):
                h = c = x.new_zeros(x.shape[1], self.p.shape[1])
                gates = self.w(x)
                outputs = []
                for t in range(x.shape[0]):
                    i, f, g, o = (gates[t] + self.u(h)).chunk(4, 1)
                    i = torch.sigmoid(i + self.p[0] * c)
                    f = torch.sigmoid(f + self.p[1] * c)
                    c = f * c + i * torch.tanh(g)
                    h = torch.sigmoid(o + self.p[2] * c) * torch.tanh(c)
                    outputs.append(h)
                return torch.stack(outputs), (h, c)

        self.peephole = Peephole

    def layer(self, r):
        if r["cell"] == "lstm-peephole":
            if r["layers"] > 1:
                raise Unsupported("the loop has one layer")
            return self.peephole(r["input"], r["hidden"])
        kind = {"rnn": self.torch.nn.RNN, "gru": self.torch.nn.GRU, "lstm": self.torch.nn.LSTM}[r["cell"]]
        return kind(r["input"], r["hidden"], r["layers"])

    def character_model(self, r):
        """Returns the parts of the model with their parameters, and a training step that returns the loss."""
        torch, nn = self.torch, self.torch.nn
        model = nn.ModuleList([nn.Embedding(SYMBOLS, r["input"]), self.layer(r), nn.Linear(r["hidden"], SYMBOLS)])
        embedding, layers, output = model
        text = torch.tensor(r["text"]) if "text" in r else torch.randint(SYMBOLS, ((r["steps"] + 1) * r["batch"],))
        text = text.reshape(r["steps"] + 1, r["batch"])
        x, targets = text[:-1].contiguous(), text[1:].reshape(-1)
        optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
        state = None

        def step():
            nonlocal state
            optimizer.zero_grad()
            y, state = layers(embedding(x), state)
            loss = nn.functional.cross_entropy(output(y).reshape(-1, SYMBOLS), targets)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5)
            optimizer.step()
            state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
            return loss.item()

        return model, step

    def check_text(self, r):
        torch = self.torch
        if r["cell"] != "lstm":
            raise Unsupported("compared with the LSTM only")
        model, step = self.character_model(r)
        values = iter(r["parameters"])
        with torch.no_grad():
            for name, p in model.named_parameters():
                if "bias_hh" in name:  # we have one bias
                    p.zero_().requires_grad_(False)
                else:
                    p.copy_(torch.tensor(next(values)).reshape(p.shape))
        return [step() for _ in range(5)]

    def call(self, r):
        torch = self.torch
        if r["mode"] == "text":
            return self.character_model(r)[1], math.isfinite
        layer = self.layer(r)
        x = torch.randn(r["steps"], r["batch"], r["input"])

        def forward():
            with torch.no_grad():
                return layer(x)[0]

        def train():
            layer.zero_grad(set_to_none=True)
            y = layer(x)[0]
            y.sum().backward()
            return y.detach()

        return (forward if r["mode"] == "fwd" else train), lambda y: bool(torch.isfinite(y).all())

    def check(self, r):
        torch = self.torch
        if r["mode"] == "text":
            return self.check_text(r)
        layer = self.layer(r)
        inputs, hidden = r["input"], r["hidden"]
        tensor = lambda name, *shape: torch.tensor(r[name], dtype=torch.float32).reshape(*shape)
        with torch.no_grad():
            if r["cell"] == "lstm-peephole":
                layer.w.weight.copy_(tensor("w", -1, inputs))
                layer.u.weight.copy_(tensor("u", -1, hidden))
                layer.w.bias.copy_(tensor("b", -1))
                layer.u.bias.zero_()
                layer.p.copy_(tensor("extra", 3, hidden))
            else:
                layer.weight_ih_l0.copy_(tensor("w", -1, inputs))
                layer.weight_hh_l0.copy_(tensor("u", -1, hidden))
                layer.bias_ih_l0.copy_(tensor("b", -1))
                layer.bias_hh_l0.zero_()
                if r["cell"] == "gru":
                    layer.bias_hh_l0[2 * hidden :] = tensor("extra", hidden)
            return layer(tensor("x", r["steps"], r["batch"], inputs))[0].flatten().tolist()


class Jax:
    """LSTM and peephole LSTM as cells of the user's own: jit of lax.scan over the steps."""

    def __init__(self, threads):
        import jax
        import numpy

        self.jax = jax
        self.numpy = numpy
        self.random = numpy.random.default_rng(0)
        self.version = jax.__version__
        self.functions = {}

    def functions_of(self, cell):
        if cell not in ("lstm", "lstm-peephole"):
            raise Unsupported("measured on the LSTMs only")
        if cell not in self.functions:
            jax = self.jax
            sigmoid, tanh = jax.nn.sigmoid, jax.numpy.tanh

            def step(p, carry, gates):
                h, c = carry
                i, f, g, o = jax.numpy.split(gates + h @ p["u"], 4, -1)
                if cell == "lstm":
                    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
                    h = sigmoid(o) * tanh(c)
                else:
                    i = sigmoid(i + p["p"][0] * c)
                    f = sigmoid(f + p["p"][1] * c)
                    c = f * c + i * tanh(g)
                    h = sigmoid(o + p["p"][2] * c) * tanh(c)
                return (h, c), h

            def run(p, x):
                zeros = jax.numpy.zeros((x.shape[1], p["u"].shape[0]))
                gates = x @ p["w"] + p["b"]
                return jax.lax.scan(lambda carry, g: step(p, carry, g), (zeros, zeros), gates)[1]

            self.functions[cell] = (jax.jit(run), jax.jit(jax.value_and_grad(lambda p, x: run(p, x).sum())))
        return self.functions[cell]

    def call(self, r):
        if r["layers"] > 1 or r["mode"] == "text":
            raise Unsupported("the scan has one layer")
        run, train = self.functions_of(r["cell"])
        hidden, normal = r["hidden"], lambda *shape: self.random.standard_normal(shape).astype("float32")
        p = dict(w=normal(r["input"], 4 * hidden) * 0.1, u=normal(hidden, 4 * hidden) * 0.05)
        p |= dict(b=normal(4 * hidden) * 0.1, p=normal(3, hidden) * 0.1)
        p, x = self.jax.device_put((p, normal(r["steps"], r["batch"], r["input"])))
        function = run if r["mode"] == "fwd" else train
        finite = lambda y: all(bool(self.numpy.isfinite(v).all()) for v in self.jax.tree_util.tree_leaves(y))
        return (lambda: self.jax.block_until_ready(function(p, x))), finite

    def check(self, r):
        if r["mode"] == "text":
            raise Unsupported("the scan has one layer")
        run, _ = self.functions_of(r["cell"])
        array = lambda name, *shape: self.numpy.array(r[name], "float32").reshape(*shape)
        p = dict(w=array("w", -1, r["input"]).T, u=array("u", -1, r["hidden"]).T, b=array("b", -1))
        p["p"] = array("extra", 3, -1) if r["cell"] == "lstm-peephole" else self.numpy.zeros((3, 1), "float32")
        y = run(p, array("x", r["steps"], r["batch"], r["input"]))
        return self.numpy.asarray(y).flatten().tolist()


class OnnxRuntime:
    """The operators RNN, GRU and LSTM, forward."""

    # Where PyTorch's gates stand in ONNX's order.
    ORDER = {"rnn": [0], "gru": [1, 0, 2], "lstm": [0, 3, 1, 2]}

    def __init__(self, threads):
        import numpy
        import onnx
        import onnxruntime

        self.numpy, self.onnx, self.runtime = numpy, onnx, onnxruntime
        self.threads = threads
        self.random = numpy.random.default_rng(0)
        self.version = onnxruntime.__version__

    def session(self, r, layers):
        """Builds a graph of the given layers, each (w [G*H, I], u [G*H, H], b [G*H], c [G*H]), PyTorch's gate order."""
        helper, numpy = self.onnx.helper, self.numpy
        order, hidden, cell = self.ORDER[r["cell"]], r["hidden"], r["cell"]
        nodes, constants, source = [], [], "x"
        sort = lambda a: numpy.concatenate([numpy.split(a, len(order))[k] for k in order])
        extra = {"linear_before_reset": 1} if cell == "gru" else {}
        for k, (w, u, b, c) in enumerate(layers):
            last = k == len(layers) - 1
            arrays = (("w", sort(w)), ("u", sort(u)), ("b", numpy.concatenate([sort(b), sort(c)])))
            for name, a in arrays:
                constants.append(self.onnx.numpy_helper.from_array(a[None], f"{name}{k}"))
            target = "y" if last else f"y{k}"
            nodes.append(
                helper.make_node(
                    cell.upper(), [source, f"w{k}", f"u{k}", f"b{k}"], [target], hidden_size=hidden, **extra
                )
            )
            if not last:
                constants.append(self.onnx.numpy_helper.from_array(numpy.array([1]), f"axis{k}"))
                nodes.append(helper.make_node("Squeeze", [target, f"axis{k}"], [f"x{k}"]))
                source = f"x{k}"
        float32 = self.onnx.TensorProto.FLOAT
        graph = helper.make_graph(
            nodes,
            "layers",
            [helper.make_tensor_value_info("x", float32, ["T", "B", r["input"]])],
            [helper.make_tensor_value_info("y", float32, None)],
            constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        options = self.runtime.SessionOptions()
        options.intra_op_num_threads = self.threads
        return self.runtime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def call(self, r):
        if r["mode"] != "fwd":
            raise Unsupported("runs forward only")
        if r["cell"] not in self.ORDER:
            raise Unsupported("has no such operator (its LSTM with peepholes is another one)")
        rows, hidden = GATES[r["cell"]] * r["hidden"], r["hidden"]
        normal = lambda scale, *shape: (self.random.standard_normal(shape) * scale).astype("float32")
        layers = [
            (
                normal(0.1, rows, r["input"] if k == 0 else hidden),
                normal(0.05, rows, hidden),
                normal(0.1, rows),
                normal(0.1, rows),
            )
            for k in range(r["layers"])
        ]
        session = self.session(r, layers)
        x = normal(1, r["steps"], r["batch"], r["input"])
        return (lambda: session.run(None, {"x": x})), lambda y: bool(self.numpy.isfinite(y[0]).all())

    def check(self, r):
        if r["cell"] not in self.ORDER or r["mode"] != "fwd":
            raise Unsupported("has no such operator")
        array = lambda name, *shape: self.numpy.array(r[name], "float32").reshape(*shape)
        b = array("b", -1)
        c = self.numpy.zeros_like(b)
        if r["cell"] == "gru":
            c[2 * r["hidden"] :] = array("extra", -1)
        session = self.session(r, [(array("w", -1, r["input"]), array("u", -1, r["hidden"]), b, c)])
        return session.run(None, {"x": array("x", r["steps"], r["batch"], r["input"])})[0].flatten().tolist()


def time_of(peer, r):
    call, finite = peer.call(r)
    start = time.perf_counter()
    calls = 0
    while calls < 3 or time.perf_counter() - start < r["warmup"]:
        result = call()
        calls += 1
        if calls == 1 and not finite(result):
            return {"error": "its output is not finite"}
        if time.perf_counter() - start > 3 + r["warmup"]:
            break  # a call takes seconds: it is warm
    times = []
    start = time.perf_counter()
    while len(times) < 3 or time.perf_counter() - start < r["seconds"]:
        before = time.perf_counter()
        call()
        times.append((time.perf_counter() - before) * 1e3)
    return {"median_ms": statistics.median(times), "calls": len(times)}


def answer(peer, line):
    r = json.loads(line)
    try:
        return {"y": peer.check(r)} if r["op"] == "check" else time_of(peer, r)
    except Unsupported as e:
        return {"unsupported": str(e)}
    except Exception as e:  # one request must not end the process
        return {"error": f"{type(e).__name__}: {e}"[:500]}


def main():
    libraries = {"torch": Torch, "jax": Jax, "onnxruntime": OnnxRuntime}
    parser = argparse.ArgumentParser()
    parser.add_argument("library", choices=libraries)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    # JAX takes as many threads as it sees cores, and has no option for it.
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        if arguments.threads < len(cores):
            os.sched_setaffinity(0, cores[: arguments.threads])
    # What a library prints must not come between the answers.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        peer = libraries[arguments.library](arguments.threads)
    except ImportError as e:
        print(json.dumps({"missing": f"no module {e.name or e}"}), file=out, flush=True)
        return
    print(json.dumps({"name": arguments.library, "version": peer.version}), file=out, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(peer, line)), file=out, flush=True)


if __name__ == "__main__":
    main()
