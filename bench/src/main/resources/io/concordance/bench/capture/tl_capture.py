"""An encoder of MiniLM's shape in the style of TransformerLens, and a capture of its residual stream.

Attention is written head by head with einsum, scores and pattern are explicit, and every intermediate value passes
through a hook point. Weights are random: only time is of interest. Reads one JSON order a line, answers with one.
"""

import json
import math
import os
import resource
import sys
import time

import torch
from torch import nn

LAYERS, WIDTH, HEADS, MLP, VOCABULARY, CONTEXT = 6, 384, 12, 1536, 30522, 512
HEAD = WIDTH // HEADS


class HookPoint(nn.Module):
    def forward(self, x):
        return x


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        for name in ("q", "k", "v"):
            setattr(self, f"W_{name}", nn.Parameter(torch.randn(HEADS, WIDTH, HEAD) * 0.02))
            setattr(self, f"b_{name}", nn.Parameter(torch.zeros(HEADS, HEAD)))
            setattr(self, f"hook_{name}", HookPoint())
        self.W_o = nn.Parameter(torch.randn(HEADS, HEAD, WIDTH) * 0.02)
        self.b_o = nn.Parameter(torch.zeros(WIDTH))
        self.hook_scores, self.hook_pattern, self.hook_z = HookPoint(), HookPoint(), HookPoint()

    def forward(self, x, mask):
        project = lambda w, b: torch.einsum("bsd,hde->bshe", x, w) + b
        q = self.hook_q(project(self.W_q, self.b_q))
        k = self.hook_k(project(self.W_k, self.b_k))
        v = self.hook_v(project(self.W_v, self.b_v))
        scores = self.hook_scores(torch.einsum("bqhe,bkhe->bhqk", q, k) / math.sqrt(HEAD) + mask)
        pattern = self.hook_pattern(scores.softmax(-1))
        z = self.hook_z(torch.einsum("bhqk,bkhe->bqhe", pattern, v))
        return torch.einsum("bqhe,hed->bqd", z, self.W_o) + self.b_o


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = Attention()
        self.norm_1, self.norm_2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.up, self.down = nn.Linear(WIDTH, MLP), nn.Linear(MLP, WIDTH)
        for name in ("resid_pre", "attn_out", "resid_mid", "mlp_pre", "mlp_post", "mlp_out", "resid_post"):
            setattr(self, f"hook_{name}", HookPoint())

    def forward(self, x, mask):
        x = self.hook_resid_pre(x)
        x = self.hook_resid_mid(self.norm_1(x + self.hook_attn_out(self.attention(x, mask))))
        hidden = self.hook_mlp_post(nn.functional.gelu(self.hook_mlp_pre(self.up(x))))
        return self.hook_resid_post(self.norm_2(x + self.hook_mlp_out(self.down(hidden))))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.token, self.position = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.norm = nn.LayerNorm(WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))

    def forward(self, ids, mask):
        x = self.norm(self.token(ids) + self.position(torch.arange(ids.shape[1])))
        for block in self.blocks:
            x = block(x, mask)
        return x


def capture(model, batches, folder):
    """Runs batches, each a list of lengths; writes the real positions of all layers in half precision."""
    cache = {}
    handles = [
        block.hook_resid_post.register_forward_hook(
            lambda module, given, out, layer=layer: cache.__setitem__(layer, out.detach()))
        for layer, block in enumerate(model.blocks)
    ]
    files = [open(os.path.join(folder, f"resid_post.{layer}.bin"), "wb") for layer in range(LAYERS)]
    generator = torch.Generator().manual_seed(0)
    with torch.inference_mode():
        for lengths in batches:
            longest = max(lengths)
            real = torch.arange(longest)[None, :] < torch.tensor(lengths)[:, None]
            ids = torch.randint(1000, VOCABULARY, (len(lengths), longest), generator=generator)
            model(ids, torch.where(real, 0.0, -1e9)[:, None, None, :])
            for layer, file in enumerate(files):
                file.write(cache[layer].half()[real].numpy().tobytes())
    for file in files:
        file.flush()
        file.close()
    for handle in handles:
        handle.remove()


def main():
    torch.manual_seed(0)
    torch.set_num_threads(int(sys.argv[1]))
    model = Encoder().eval()
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu, begun = used.ru_utime + used.ru_stime, time.perf_counter()
        capture(model, order["batches"], order["folder"])
        seconds = time.perf_counter() - begun
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps({"seconds": seconds, "cpu": used.ru_utime + used.ru_stime - cpu}), flush=True)


main()
