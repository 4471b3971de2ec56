"""Writes tests/models/recurrent.txt: one training step of rnn, gru and lstm on a batch of texts of different lengths, as
PyTorch computes it (packed sequences, double precision).

Weights and tokens come from formulas that the C test repeats, so that only results are kept:
    model layers bidirectional relu read padding loss, the logits, number of parameters that follow,
    then for each: name |grad|_2 <grad, fill(number)>

    python tests/reference/recurrent.py > tests/models/recurrent.txt      (torch, numpy)
"""
import numpy as np, torch
from torch import nn

VOCABULARY, EMBEDDING, HIDDEN, CLASSES, LONGEST = 25, 12, 20, 3, 9
LENGTHS = [7, 1, 4, 8, 3, 7]


def fill(count, number, scale):
    i = np.arange(count, dtype=np.uint64)
    h = (i * np.uint64(2654435761) + np.uint64(number * 40503 + 12345)) & np.uint64(0xFFFFFFFF)
    h = (h ^ (h >> np.uint64(15))) * np.uint64(2246822519) & np.uint64(0xFFFFFFFF)
    h = h ^ (h >> np.uint64(13))
    return torch.from_numpy(((h.astype(np.float64) / 2**32 - 0.5) * 2 * scale).astype(np.float32)).double()


class Model(nn.Module):
    def __init__(self, cell, layers, bidirectional, relu, read):
        super().__init__()
        self.kind, self.read = cell, read
        self.embedding = nn.Embedding(VOCABULARY, EMBEDDING, padding_idx=0)
        extra = {"nonlinearity": "relu" if relu else "tanh"} if cell == "rnn" else {}
        module = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[cell]
        setattr(self, cell, module(EMBEDDING, HIDDEN, layers, batch_first=True, bidirectional=bidirectional, **extra))
        self.fc = nn.Linear(HIDDEN * (1 + bidirectional), CLASSES)

    def forward(self, token, length):
        x = nn.utils.rnn.pack_padded_sequence(self.embedding(token), length, batch_first=True, enforce_sorted=False)
        states, last = getattr(self, self.kind)(x)
        states, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True)
        valid = torch.arange(states.shape[1])[None, :, None] < length[:, None, None]
        last = last[0] if isinstance(last, tuple) else last
        last = torch.cat((last[-2], last[-1]), 1) if getattr(self, self.kind).bidirectional else last[-1]
        mean = (states * valid).sum(1) / length[:, None]
        most = states.masked_fill(~valid, -1e9).amax(1)
        return self.fc({"last": last, "mean": mean, "max": most}[self.read])


def step(cell, layers, bidirectional, relu=False, read="last", padding=False):
    model = Model(cell, layers, bidirectional, relu, read).double()
    with torch.no_grad():
        for number, p in enumerate(model.parameters()):
            p.copy_(fill(p.numel(), number + 1, 0.7 if number == 0 else HIDDEN**-0.5).reshape(p.shape))
        model.embedding.weight[0] = 0
    token = torch.tensor([[1 + (i * 7 + t * t * 3 + t) % (VOCABULARY - 1) if t < n else 0 for t in range(LONGEST)]
                          for i, n in enumerate(LENGTHS)])
    length = torch.full((len(LENGTHS),), LONGEST) if padding else torch.tensor(LENGTHS)
    logits = model(token, length)
    loss = nn.functional.cross_entropy(logits, torch.arange(len(LENGTHS)) % CLASSES)
    loss.backward()
    print(cell, layers, int(bidirectional), int(relu), read, int(padding), f"{loss.item():.10g}")
    print(*(f"{x:.10g}" for x in logits.flatten().tolist()))
    parameters = list(model.named_parameters())
    print(len(parameters))
    for number, (name, p) in enumerate(parameters):
        along = (p.grad.flatten() * fill(p.numel(), number + 1, 1)).sum()
        print(name, f"{p.grad.norm().item():.10g} {along.item():.10g}")


for cell, relu in (("rnn", False), ("rnn", True), ("gru", False), ("lstm", False)):
    for layers, bidirectional in ((1, False), (1, True), (2, False), (2, True)):
        step(cell, layers, bidirectional, relu)
step("gru", 1, True, read="mean")
step("gru", 1, True, read="max")
step("rnn", 1, False, padding=True)
step("gru", 2, True, padding=True)
