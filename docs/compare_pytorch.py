"""Compares a model that ./rnn train text wrote with the same model in PyTorch; see pytorch.md.

usage: compare_pytorch.py MODEL.safetensors TRACE.safetensors
"""
import sys

import torch
from safetensors.torch import load_file

model_file, trace_file = sys.argv[1:]
model, trace = load_file(model_file), load_file(trace_file)

def part(name):
    """The tensors of one layer, without the layer's name."""
    return {k.removeprefix(name + "."): v for k, v in model.items() if k.startswith(name + ".")}

rows, embed = part("recurrent")["weight_ih_l0"].shape
hidden = part("recurrent")["weight_hh_l0"].shape[1]
layers = sum(name.startswith("weight_ih_l") for name in part("recurrent"))
kind = {4: torch.nn.LSTM, 3: torch.nn.GRU, 1: torch.nn.RNN}[rows // hidden]  # by its number of gates
recurrent = kind(embed, hidden, layers)
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
    ours = [trace[f"state{layer * len(states) + i}"] for layer in range(layers)]
    compare("final " + name, torch.cat(ours), states[i])
compare("logits", trace["logits"], logits)
print("equal to 1e-5" if worst < 1e-5 else "NOT EQUAL")
sys.exit(0 if worst < 1e-5 else 1)
