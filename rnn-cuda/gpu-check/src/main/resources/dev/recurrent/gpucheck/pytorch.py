"""Times PyTorch's recurrent layers on the GPU: python3 -c SCRIPT HIDDEN,BATCH,STEPS,LAYERS ...

Prints lines "time CELL HIDDEN BATCH STEPS LAYERS PRECISION FORWARD_MS TRAIN_MS", medians. Forward is without gradients;
train is forward and backward of sum(y), with the gradients of all parameters.
"""
import statistics
import sys
import time

try:
    import torch
except ImportError:
    sys.exit("not compared: this python3 has no torch")
if not torch.cuda.is_available():
    sys.exit("not compared: this torch finds no GPU")

SECONDS = 0.4
LAYERS = {"elman": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}
TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False


def median(work):
    for _ in range(3):
        work()
    torch.cuda.synchronize()
    times, start = [], time.perf_counter()
    while len(times) < 5 or time.perf_counter() - start < SECONDS:
        before = time.perf_counter()
        work()
        torch.cuda.synchronize()
        times.append((time.perf_counter() - before) * 1e3)
    return statistics.median(times)


for precision, dtype in TYPES.items():
    for cell, layer in LAYERS.items():
        for shape in sys.argv[1:]:
            hidden, batch, steps, layers = map(int, shape.split(","))
            module = layer(hidden, hidden, layers).to("cuda", dtype)
            x = torch.randn(steps, batch, hidden, device="cuda", dtype=dtype)

            def forward():
                with torch.no_grad():
                    module(x)

            def train():
                module.zero_grad(set_to_none=True)
                module(x)[0].sum().backward()

            print("time", cell, hidden, batch, steps, layers, precision, median(forward), median(train), flush=True)
