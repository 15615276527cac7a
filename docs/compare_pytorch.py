"""Compares a model that ./rnn train text wrote with the same model in PyTorch; see pytorch.md.

usage: compare_pytorch.py MODEL.safetensors TRACE.safetensors
"""
import sys

import torch
from safetensors import safe_open
from safetensors.torch import load_file

model_file, trace_file = sys.argv[1:]
model, trace = load_file(model_file), load_file(trace_file)
with safe_open(model_file, "pt") as file:
    about = {k.removeprefix("text."): v for k, v in file.metadata().items() if k.startswith("text.")}

def part(name):
    """The tensors of one layer, without the layer's name."""
    return {k.removeprefix(name + "."): v for k, v in model.items() if k.startswith(name + ".")}

kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "elman": torch.nn.RNN}[about["cell"]]
recurrent = kind(int(about["embed"]), int(about["hidden"]), int(about["layers"]))
recurrent.load_state_dict(part("recurrent"))
embedding = torch.nn.Embedding(*model["embedding.weight"].shape)
embedding.load_state_dict(part("embedding"))
weight = model.get("output.weight", model["embedding.weight"])  # of tied layers there is one
output = torch.nn.Linear(*reversed(weight.shape))
output.load_state_dict({**part("output"), "weight": weight})

with torch.no_grad():
    outputs, states = recurrent(trace["embedded"].unsqueeze(1))  # [T, 1, embed]
    logits = output(recurrent(embedding(trace["tokens"].long()).unsqueeze(1))[0])
states = states if isinstance(states, tuple) else (states,)

worst = 0.0
def compare(name, got, want):
    global worst
    want = want.reshape(got.shape)
    difference = ((got - want).abs().max() / max(1.0, want.abs().max())).item()
    worst = max(worst, difference)
    print(f"{name:12s} {difference:.2e}")

compare("outputs", trace["outputs"], outputs)
for i, name in enumerate(["h", "c"][: len(states)]):
    ours = [trace[f"state{layer * len(states) + i}"] for layer in range(int(about["layers"]))]
    compare("final " + name, torch.cat(ours), states[i])
compare("logits", trace["logits"], logits)
print("equal to 1e-5" if worst < 1e-5 else "NOT EQUAL")
sys.exit(0 if worst < 1e-5 else 1)
