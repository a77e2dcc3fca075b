"""A plain cache of feature examples: dense encode, topk of every row, firing counts, strongest documents with windows.

Reads one JSON order a line, answers with one.
"""

import json
import sys
import time

import numpy as np
import torch
from safetensors.torch import load_file

torch.set_num_threads(int(sys.argv[1]))


@torch.no_grad()
def cache(order):
    features, k, length, top, context = (order[name] for name in ("features", "k", "document", "top", "context"))
    encoder = torch.from_numpy(np.fromfile(order["directions"], dtype="<f4")).view(features, -1)
    counts = torch.zeros(features, dtype=torch.long)
    best = torch.zeros(top, features)
    tokens = torch.zeros(top, features, 2 * context + 1, dtype=torch.int32)
    windows = torch.zeros(top, features, 2 * context + 1)
    reach = torch.arange(-context, context + 1)
    everyone = torch.arange(features).expand(top, features)
    for file in order["files"]:
        shard = load_file(file)
        dense = torch.relu(shard["activation"].float() @ encoder.T)
        values, indices = dense.topk(k, dim=1)
        sparse = torch.zeros_like(dense).scatter_(1, indices, values)
        counts += (sparse > 0).sum(0)
        strongest, at = sparse.view(-1, length, features).max(dim=1)
        best, chosen = torch.cat([best, strongest]).topk(top, dim=0)
        old = chosen < top
        kept = chosen.clamp(max=top - 1)
        document = (chosen - top).clamp(min=0)
        row = document * length + at[document, everyone]
        place = (row.unsqueeze(-1) + reach).clamp(0, dense.shape[0] - 1)
        tokens = torch.where(old.unsqueeze(-1), tokens[kept, everyone], shard["token"][place])
        windows = torch.where(
            old.unsqueeze(-1), windows[kept, everyone], sparse[place, everyone.unsqueeze(-1).expand_as(place)]
        )
    return int(counts.sum())


print(json.dumps({"torch": torch.__version__}), flush=True)
for line in sys.stdin:
    start, cpu = time.perf_counter(), time.process_time()
    firings = cache(json.loads(line))
    took = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "firings": firings}
    print(json.dumps(took), flush=True)
