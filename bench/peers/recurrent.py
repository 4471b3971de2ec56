"""Texts a second of a training step of rnn, gru and lstm in PyTorch: the work of bench/bench_recurrent.c (which see).

    python bench/peers/recurrent.py [model [batch [threads [way]]]]        without: all models at 32 and 256

Ways: packed sequences; padded ones, whose state is picked at the last word; notebook: all padded to 50 words and read
behind the padding, as the course's notebook does (which computes something else). Without a way the faster of the
first two counts. The embedding's gradient is dense, as Adam needs it.
"""
import statistics, sys, time
import torch
from torch import nn

from torch_setting import optimizer_of

VOCABULARY, LONGEST, CLASSES, SETS, EPOCH = 30000, 50, 3, 16, 47295


class Model(nn.Module):
    def __init__(self, cell, way):
        super().__init__()
        self.way = way
        self.embedding = nn.Embedding(VOCABULARY, 128, padding_idx=0)
        self.cell = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[cell](128, 256, batch_first=True)
        self.fc = nn.Linear(256, CLASSES)

    def forward(self, token, length):
        x = self.embedding(token)
        if self.way == "packed":
            x = nn.utils.rnn.pack_padded_sequence(x, length, batch_first=True, enforce_sorted=False)
            state = self.cell(x)[1]
            state = (state[0] if isinstance(state, tuple) else state)[0]
        else:
            state = self.cell(x)[0]
            state = state[:, -1] if self.way == "notebook" else state[torch.arange(len(token)), length - 1]
        return self.fc(state)


def draw(batch, longest=None):
    length = (1 - 20 * torch.log(1 - torch.rand(batch))).clamp(max=LONGEST).long()
    rank = torch.exp(torch.rand(batch, LONGEST) * torch.log(torch.tensor(12000.0))).long()
    token = 1 + rank * 2654435761 % (VOCABULARY - 1)
    token[torch.arange(LONGEST) >= length[:, None]] = 0
    return token[:, : longest or int(length.max())], length, torch.randint(CLASSES, (batch,))


def rounds(cell, batch, way, count):
    """Seconds a text of each round over the same batches; the first round, for warming up, is left out."""
    torch.manual_seed(7)
    model = Model(cell, way)
    optimizer = optimizer_of("adam", model.parameters())
    batches = [draw(batch, LONGEST if way == "notebook" else None) for _ in range(SETS if batch < 128 else 4)]
    seconds, now = [], time.process_time if torch.get_num_threads() == 1 else time.perf_counter  # as bench/timing.h
    for _ in range(count + 1):
        start = now()
        for token, length, label in batches:
            optimizer.zero_grad(set_to_none=True)
            nn.functional.cross_entropy(model(token, length), label).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        seconds.append((now() - start) / (len(batches) * batch))
    return seconds[1:]


def run(cell, batch, threads, ways):
    torch.set_num_threads(threads)
    seconds = {way: rounds(cell, batch, way, 3) for way in ways}
    way = min(ways, key=lambda w: min(seconds[w]))
    best, median = min(seconds[way]), statistics.median(seconds[way])
    print(f"{cell:4} batch {batch:3}, {threads} threads: {1 / best:7.0f} texts/s (median {1 / median:.0f}), "
          f"{EPOCH * best:5.1f} s an epoch of {EPOCH}  ({way})", flush=True)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    threads = int(arguments[2]) if len(arguments) > 2 else 2
    for batch in [int(arguments[1])] if len(arguments) > 1 else (32, 256):
        for cell in [arguments[0]] if arguments else ("rnn", "gru", "lstm"):
            run(cell, batch, threads, arguments[3:] or ["packed", "padded"])
